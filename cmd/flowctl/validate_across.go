package main

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// seenFlow is what is kept of a flow to compare it with others.
type seenFlow struct {
	file      string
	id        string
	line, col int  // of the id
	placeless bool // a layout file could stand beside it and would say something new
	nodes     map[string]bool
}

// seenOf looks at a flow. What it keeps does not hold the flow's memory.
func seenOf(f *flowfile.File, withNodes bool) seenFlow {
	s := seenFlow{file: f.Path, id: strings.Clone(f.ID)}
	if s.id != "" {
		s.line, s.col = f.IDPosition()
	}
	if withNodes {
		s.placeless = f.Form != flowfile.Sidecar && flowfile.LayoutPath(f.Path) != "" && flow.LacksLayout(f.Spec)
		s.nodes = make(map[string]bool, len(f.Spec.Nodes))
		for _, n := range f.Spec.Nodes {
			s.nodes[strings.Clone(n.ID)] = true
		}
	}
	return s
}

// alone gives the flow of a file that holds one: only such a file can be applied, and
// can have a layout beside it.
func (j *judged) alone() *seenFlow {
	if len(j.seen) != 1 {
		return nil
	}
	return &j.seen[0]
}

// across adds to the findings what several files show together.
func (c *fileChecker) across(ctx context.Context, sources []source, results []judged) error {
	first := map[[2]string]*seenFlow{} // by folder, that of a lock or one that was named, and id
	locks := map[string]string{}       // these folders, by that of the file
	for i := range results {
		r := &results[i]
		var found []finding
		if sources[i].isOrphan() {
			found = append(found, orphanLayout(ctx, sources[i].path, results))
		}
		if s := r.alone(); s != nil && s.id != "" && s.file != stdinPath {
			dir := filepath.Dir(s.file)
			if _, known := locks[dir]; !known {
				locks[dir] = c.lockFolder(dir)
			}
			key := [2]string{cmp.Or(locks[dir], sources[i].root), s.id}
			if was := first[key]; was == nil {
				first[key] = s
			} else {
				found = append(found, finding{
					File: s.file, Line: s.line, Column: s.col, Severity: flow.SeverityError, Code: codeTwin,
					Message: fmt.Sprintf("id %.80q is also that of %s; take one of the files away, or the \"id\" out of the copy", s.id, was.file),
				})
			}
		}
		if len(found) == 0 {
			continue
		}
		p, err := c.policyOf(sources[i].path)
		if err != nil {
			return err
		}
		r.findings = append(r.findings, p.graded(found)...)
		byPosition(r.findings)
	}
	return nil
}

// orphanLayout is the finding for a layout without its flow file.
func orphanLayout(ctx context.Context, path string, results []judged) finding {
	f := finding{File: path, Line: 1, Column: 1, Severity: flow.SeverityWarning, Code: codeOrphan}
	f.Message = fmt.Sprintf("nothing reads this layout: its flow file, %s, is not there", filepath.Base(flowfile.FlowPath(path)))
	ids, err := flowfile.LayoutNodes(ctx, path)
	if err != nil {
		f.Message += "; nor can it be read: " + err.Error()
		return f
	}
	of, shared := likeliest(ids, results)
	switch {
	case of == nil:
		f.Message += "; bring that back, or delete the layout"
	case of.placeless:
		f.Message += fmt.Sprintf("; %d of its %s are in %s, which lacks a layout: if it is that flow's, rename it to %s",
			shared, plural(len(ids), "node"), of.file, flowfile.LayoutPath(of.file))
	default:
		f.Message += fmt.Sprintf("; %d of its %s are in %s, which has its layout: delete this one if it is left over from there",
			shared, plural(len(ids), "node"), of.file)
	}
	return f
}

// likeliest finds the flow with most of the nodes of a layout, best one that lacks a
// layout; nil if there is none, or no one.
func likeliest(ids []string, results []judged) (of *seenFlow, shared int) {
	type candidate struct {
		*seenFlow
		shared int
	}
	var all []candidate
	for i := range results {
		c := candidate{seenFlow: results[i].alone()}
		if c.seenFlow == nil {
			continue
		}
		for _, id := range ids {
			if c.nodes[id] {
				c.shared++
			}
		}
		if 2*c.shared > len(ids) {
			all = append(all, c)
		}
	}
	compare := func(a, b candidate) int {
		if a.placeless != b.placeless {
			if a.placeless {
				return -1
			}
			return 1
		}
		return cmp.Or(b.shared-a.shared, len(a.nodes)-len(b.nodes))
	}
	slices.SortStableFunc(all, compare)
	if len(all) == 0 || len(all) > 1 && compare(all[0], all[1]) == 0 {
		return nil, 0
	}
	return all[0].seenFlow, all[0].shared
}
