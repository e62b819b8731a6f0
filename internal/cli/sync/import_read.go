package sync

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/parallel"
	"github.com/flowctl/flowctl/internal/sync"
	"github.com/flowctl/flowctl/pkg/client"
)

// batch is what an import found to import.
type batch struct {
	sources []sync.Source
	files   []importedFile // of the sources
	bad     int            // files and flows that cannot be imported
	warned  map[string]bool
}

// importedFile is what an import needs to know of a flow's file.
type importedFile struct {
	path  string
	alone bool     // it holds no other flow
	extra []string // what it has next to the flow, which no server keeps
}

// read reads and validates everything. What is wrong goes to stderr, a line for
// each, and is an error unless the rest is to be imported.
func (o *importOptions) read(ctx context.Context, sources []files.Source) (*batch, error) {
	readings := make([]files.Content, len(sources))
	parallel.Each(ctx, len(sources), runtime.GOMAXPROCS(0), func(i int) {
		readings[i] = files.Read(ctx, o.app.In, sources[i], !o.noValidate)
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	b := &batch{warned: map[string]bool{}}
	var t files.Tally
	for i := range readings {
		r := &readings[i]
		_ = files.WriteFindings(o.app.Err, r.Findings, files.Finding.String)
		t.Add(len(r.Flows), r.Findings)
		b.add(r)
	}
	if err := t.Verdict("nothing was imported"); err != nil && !o.keepGoing {
		return nil, err
	}
	return b, nil
}

func (b *batch) add(r *files.Content) {
	if r.Flows == nil && len(r.Findings) > 0 {
		b.bad++ // without findings it is an empty list
	}
	for i := range r.Flows {
		if r.Invalid[i] {
			b.bad++
			continue
		}
		f := &r.Flows[i]
		file, name := importedFile{path: f.Path, alone: len(r.Flows) == 1}, f.Path
		if !file.alone {
			line, _ := f.Position("")
			name = fmt.Sprintf("%s:%d", f.Path, line)
		}
		for _, m := range f.Extra {
			if m.Key != "$schema" {
				file.extra = append(file.extra, strconv.Quote(m.Key))
			}
		}
		spec := f.Spec
		spec.Name = cmp.Or(spec.Name, sync.DefaultName)
		b.sources, b.files = append(b.sources, sync.NewSource(name, f.ID, spec, nil)), append(b.files, file)
	}
}

// plan decides for each flow what is to be done with it.
func (o *importOptions) plan(ctx context.Context, c *client.Client, profile string, b *batch, locks sync.Locks) (*sync.Plan, error) {
	var paths []string
	for _, f := range b.files {
		paths = append(paths, f.path)
	}
	lock, err := locks.Joined(paths)
	if err != nil {
		return nil, err
	}
	sources := b.sources
	b.sources = nil // the plan has them
	plan, err := sync.NewPlan(ctx, c, sources, lock, sync.Options{
		Profile: profile, Exists: o.ifExists, Overwrite: o.overwrite, KeepGoing: o.keepGoing, Note: !lock.Empty(), Excluded: files.Exists,
	})
	if errors.As(err, new(*sync.UnstorableError)) {
		err = fmt.Errorf("nothing was imported: %w", err)
	}
	if err != nil || o.keepGoing {
		return plan, err
	}
	var lines []string // what is in the way of the flows
	for _, s := range plan.Steps {
		if s.Err != nil {
			lines = append(lines, "\n  "+output.Text(s.File+": "+s.Err.Error()))
		}
	}
	if len(lines) > 0 {
		err = cmdutil.Conflict(errors.New("nothing was imported:" + strings.Join(lines, "") +
			"\nsay what to do with --if-exists skip, update or duplicate"))
	}
	return plan, err
}

// limitMemory makes an import collect garbage before it has more than twice what it reads:
// a large flow passes through several forms, and each would wait for the next.
func limitMemory(sources []files.Source) {
	var size int64
	for _, s := range sources {
		size += s.Size
	}
	debug.SetMemoryLimit(max(96<<20, 2*size))
}
