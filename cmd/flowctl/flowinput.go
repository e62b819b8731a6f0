package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// maxFaults is how many faults of one file an error lists.
const maxFaults = 20

// readFlow reads and checks the one flow of a file, of standard input with "-".
// A flow that is not valid is a [invalidError] that lists its faults; warnings go to
// stderr.
func (a *app) readFlow(ctx context.Context, path string) (flowfile.File, error) {
	r := readSource(ctx, a.in, source{path: path}, true)
	if err := ctx.Err(); err != nil {
		return flowfile.File{}, err
	}
	if err := oneFlow(path, r); err != nil {
		return flowfile.File{}, err
	}
	return r.flows[0], a.judge(path, r.findings)
}

// oneFlow makes sure that exactly one flow was read.
func oneFlow(path string, r reading) error {
	switch {
	case len(r.flows) > 1:
		return severalError{path, len(r.flows)}
	case len(r.flows) == 1:
		return nil
	case len(r.findings) == 0:
		return invalidError{path + " holds no flow"}
	case r.findings[0].Code == codeUnreadable:
		return errors.New(path + ": " + r.findings[0].Message)
	}
	return invalidFile(path, r.findings)
}

// judge warns of what is odd, and fails if there are errors.
func (a *app) judge(path string, findings []finding) error {
	faults := slices.DeleteFunc(slices.Clone(findings), func(f finding) bool { return f.Severity != flow.SeverityError })
	if len(faults) > 0 {
		return invalidFile(path, faults)
	}
	for _, f := range findings {
		a.warn("%s", f.line())
	}
	return nil
}

// invalidFile lists the faults of a file, each on a line as compilers have it.
func invalidFile(path string, faults []finding) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s is not a valid flow file; nothing was done", path)
	for _, f := range faults[:min(len(faults), maxFaults)] {
		b.WriteString("\n" + f.line())
	}
	if more := len(faults) - maxFaults; more > 0 {
		fmt.Fprintf(&b, "\nand %d more; see 'flowctl validate'", more)
	}
	return invalidError{b.String()}
}
