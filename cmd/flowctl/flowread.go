package main

import (
	"context"
	"errors"
	"io"
	"io/fs"

	"github.com/flowctl/flowctl/internal/repo"
	"github.com/flowctl/flowctl/internal/spell"
	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// reading is what came of reading a source.
type reading struct {
	flows    []flowfile.File
	invalid  map[int]bool // the flows that have errors
	findings []finding    // in the order of the text
}

// readSource reads the flows of a source, which may be stdin, and, if judge is set,
// validates them.
func readSource(ctx context.Context, stdin io.Reader, s source, judge bool) reading {
	if s.err != nil {
		return reading{findings: []finding{unreadable(s.path, s.err)}}
	}
	err := error(nil)
	if s.root == "" && s.path != stdinPath {
		err = repo.CheckNamed(s.path)
	}
	var flows []flowfile.File
	if err == nil {
		flows, err = readFlows(ctx, stdin, s.path)
	}
	var at *flowfile.Error
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return reading{findings: []finding{unreadable(s.path, spell.NoSuchFile(s.path))}}
	case errors.As(err, &at) && at.Line > 0:
		return reading{findings: []finding{inFile(at, flow.SeverityError, codeInvalid)}}
	case errors.As(err, &at):
		return reading{findings: []finding{inFile(at, flow.SeverityError, codeUnreadable)}}
	case err != nil:
		return reading{findings: []finding{unreadable(s.path, err)}}
	}
	r := reading{flows: flows, invalid: map[int]bool{}}
	for i := range flows {
		r.look(i, judge)
	}
	byPosition(r.findings)
	return r
}

// look adds what there is to say about one of the flows.
func (r *reading) look(i int, judge bool) {
	f := &r.flows[i]
	for _, w := range f.Warnings {
		r.findings = append(r.findings, inFile(w, flow.SeverityWarning, codeOdd))
	}
	if !judge {
		return
	}
	problems := flow.Validate(f.Spec)
	r.invalid[i] = flow.HasErrors(problems)
	for _, p := range problems {
		r.findings = append(r.findings, inFlow(f, p))
	}
}

func readFlows(ctx context.Context, stdin io.Reader, path string) ([]flowfile.File, error) {
	if path != stdinPath {
		return flowfile.ReadFile(ctx, path)
	}
	return waitFor(ctx, func() ([]flowfile.File, error) { return flowfile.Read(stdin, stdinPath) })
}
