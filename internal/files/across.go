package files

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// seenFlow is what is kept of a flow to compare it with others.
type seenFlow struct {
	file      string
	id        string
	line, col int // of the id
}

// seenOf looks at a flow. What it keeps does not hold the flow's memory.
func seenOf(f *flowfile.File) seenFlow {
	s := seenFlow{file: f.Path, id: strings.Clone(f.ID)}
	if s.id != "" {
		s.line, s.col = f.MemberPosition("id")
	}
	return s
}

// alone returns the flow of a file that holds one: only such a file can be applied.
func (j *checked) alone() *seenFlow {
	if len(j.seen) != 1 {
		return nil
	}
	return &j.seen[0]
}

// across adds to the findings what several files show together.
func (c *Checker) across(sources []Source, results []checked) error {
	first := map[[2]string]*seenFlow{} // by folder, that of a lock or one that was named, and id
	locks := map[string]string{}       // these folders, by that of the file
	for i := range results {
		r := &results[i]
		s := r.alone()
		if s == nil || s.id == "" || s.file == StdinPath {
			continue
		}
		dir := filepath.Dir(s.file)
		if _, known := locks[dir]; !known {
			locks[dir] = c.LockFolder(dir)
		}
		key := [2]string{cmp.Or(locks[dir], sources[i].root), s.id}
		was := first[key]
		if was == nil {
			first[key] = s
			continue
		}
		p, err := c.policyOf(sources[i].Path)
		if err != nil {
			return err
		}
		r.findings = append(r.findings, p.graded([]Finding{{
			File: s.file, Line: s.line, Column: s.col, Severity: flow.SeverityError, Code: codeTwin,
			Message: fmt.Sprintf("id %.80q is also that of %s; take one of the files away, or the \"id\" out of the copy", s.id, was.file),
		}})...)
		byPosition(r.findings)
	}
	return nil
}
