package sync

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"strconv"

	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/parallel"
	"github.com/flowctl/flowctl/internal/sync"
	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// batch is what an import found to import.
type batch struct {
	flows []*incoming
	bad   int // files and flows that cannot be imported
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
	var b batch
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
	return &b, nil
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
		b.flows = append(b.flows, newIncoming(&r.Flows[i], len(r.Flows) > 1))
	}
}

// incoming is a flow on its way from a file to the server.
type incoming struct {
	*sync.Result        // what became of it
	file         string // its path
	at           string // the same, and the line where it stands if the file holds several
	alone        bool   // the file holds no other
	id           string // the flow's id in the file, "" without
	spec         flow.Spec
	extra        []string // what the file has next to the flow, which no server keeps
}

func newIncoming(f *flowfile.File, several bool) *incoming {
	in := &incoming{at: f.Path, file: f.Path, alone: !several, id: f.ID, spec: f.Spec}
	if several {
		line, _ := f.Position("")
		in.at = fmt.Sprintf("%s:%d", f.Path, line)
	}
	in.spec.Name = cmp.Or(in.spec.Name, sync.DefaultName)
	for _, m := range f.Extra {
		if m.Key != "$schema" {
			in.extra = append(in.extra, strconv.Quote(m.Key))
		}
	}
	return in
}
