package main

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"strconv"

	"github.com/flowctl/flowctl/internal/parallel"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// defaultName is the name of a flow whose file gives none: the server's own.
const defaultName = "Imported Flow"

// batch is what an import found to import.
type batch struct {
	flows []*incoming
	bad   int // files and flows that cannot be imported
}

// read reads and validates everything. What is wrong goes to stderr, a line for
// each, and is an error unless the rest is to be imported.
func (o *importOptions) read(ctx context.Context, sources []source) (*batch, error) {
	readings := make([]reading, len(sources))
	parallel.Each(ctx, len(sources), runtime.GOMAXPROCS(0), func(i int) {
		readings[i] = readSource(ctx, o.app.in, sources[i], !o.noValidate)
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var b batch
	var t tally
	for i := range readings {
		r := &readings[i]
		_ = writeFindings(o.app.err, r.findings, finding.line)
		t.add(len(r.flows), r.findings)
		b.add(r)
	}
	if err := t.verdict("nothing was imported"); err != nil && !o.keepGoing {
		return nil, err
	}
	return &b, nil
}

func (b *batch) add(r *reading) {
	if r.flows == nil && len(r.findings) > 0 {
		b.bad++ // without findings it is an empty list
	}
	for i := range r.flows {
		if r.invalid[i] {
			b.bad++
			continue
		}
		b.flows = append(b.flows, newIncoming(&r.flows[i], len(r.flows) > 1))
	}
}

func newIncoming(f *flowfile.File, several bool) *incoming {
	in := &incoming{at: f.Path, file: f.Path, id: f.ID, spec: f.Spec}
	if several {
		line, _ := f.Position("")
		in.at = fmt.Sprintf("%s:%d", f.Path, line)
	}
	in.spec.Name = cmp.Or(in.spec.Name, defaultName)
	in.name = in.spec.Name
	for _, m := range f.Extra {
		if m.Key != "$schema" {
			in.beside = append(in.beside, strconv.Quote(m.Key))
		}
	}
	return in
}
