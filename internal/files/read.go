package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/flowctl/flowctl/internal/parallel"
	"github.com/flowctl/flowctl/internal/repo"
	"github.com/flowctl/flowctl/internal/spell"
	"github.com/flowctl/flowctl/internal/template"
	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// Content is what came of reading a source.
type Content struct {
	Flows    []flowfile.File
	Invalid  map[int]bool // the flows that have errors
	Findings []Finding    // in the order of the text
}

// Read reads the flows of a source, which may be stdin, and, if validate is set,
// validates them.
func Read(ctx context.Context, stdin io.Reader, s Source, validate bool) Content {
	if s.Err != nil {
		return Content{Findings: []Finding{unreadable(s.Path, s.Err)}}
	}
	err := error(nil)
	if s.root == "" && s.Path != StdinPath {
		err = repo.CheckNamed(s.Path)
	}
	var flows []flowfile.File
	if err == nil {
		flows, err = readFlows(ctx, stdin, s.Path)
	}
	var at *flowfile.Error
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Content{Findings: []Finding{unreadable(s.Path, spell.NoSuchFile(s.Path))}}
	case errors.As(err, &at) && at.Line > 0:
		return Content{Findings: []Finding{inFile(at, flow.SeverityError, codeInvalid)}}
	case errors.As(err, &at):
		return Content{Findings: []Finding{inFile(at, flow.SeverityError, CodeUnreadable)}}
	case err != nil:
		return Content{Findings: []Finding{unreadable(s.Path, err)}}
	}
	r := Content{Flows: flows, Invalid: map[int]bool{}}
	for i := range flows {
		r.check(i, validate)
	}
	byPosition(r.Findings)
	return r
}

// check adds what there is to say about one of the flows.
func (r *Content) check(i int, validate bool) {
	f := &r.Flows[i]
	for _, w := range f.Warnings {
		r.Findings = append(r.Findings, inFile(w, flow.SeverityWarning, codeOdd))
	}
	if !validate {
		return
	}
	if template.Is(f) { // its placeholders would reach the server
		line, col := f.MemberPosition(template.Key)
		r.Invalid[i] = true
		r.Findings = append(r.Findings, Finding{
			File: f.Path, Line: line, Column: col, Severity: flow.SeverityError, Code: codeTemplate,
			Message: "this is a template, not a flow; make a flow from it with 'flowctl new --template FILE'",
		})
		return
	}
	problems := flow.Validate(f.Spec)
	r.Invalid[i] = flow.HasErrors(problems)
	for _, p := range problems {
		r.Findings = append(r.Findings, InFlow(f, p))
	}
}

func readFlows(ctx context.Context, stdin io.Reader, path string) ([]flowfile.File, error) {
	if path != StdinPath {
		return flowfile.ReadFile(ctx, path)
	}
	return parallel.Wait(ctx, func() ([]flowfile.File, error) { return flowfile.Read(stdin, StdinPath) })
}

// maxFaults is how many faults of one file an error lists.
const maxFaults = 20

// OneFlow makes sure that exactly one flow was read.
func OneFlow(path string, r Content) error {
	switch {
	case len(r.Flows) > 1:
		return SeveralError{path, len(r.Flows)}
	case len(r.Flows) == 1:
		return nil
	case len(r.Findings) == 0 || r.Findings[0].Code == CodeUnreadable:
		return noFlow(path, r.Findings)
	}
	return InvalidFile(path, r.Findings)
}

// InvalidFile lists the faults of a file, each on a line as compilers have it.
func InvalidFile(path string, faults []Finding) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s is not a valid flow file; nothing was done", path)
	for _, f := range faults[:min(len(faults), maxFaults)] {
		b.WriteString("\n" + f.String())
	}
	if more := len(faults) - maxFaults; more > 0 {
		fmt.Fprintf(&b, "\nand %d more; see 'flowctl validate'", more)
	}
	return InvalidError{b.String()}
}
