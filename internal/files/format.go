package files

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"

	"github.com/flowctl/flowctl/internal/disk"
	"github.com/flowctl/flowctl/internal/parallel"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// Formatter writes flow files in their canonical form.
type Formatter struct {
	Stdin io.Reader
	Check bool                              // write nothing
	Form  func(flowfile.File) flowfile.File // what is to be in the file of a flow
}

// Formatted is what came of one file.
type Formatted struct {
	Path    string
	Text    []byte // of standard input
	Changed bool   // it was not, or is not, in its canonical form
	Err     error  // an [InvalidError] of a file that holds no flow
}

// Format formats all files that paths mean. The error is that of ctx.
func (f *Formatter) Format(ctx context.Context, paths []string) ([]Formatted, error) {
	sources := Find(paths)
	results := make([]Formatted, len(sources))
	parallel.Each(ctx, len(sources), runtime.GOMAXPROCS(0), func(i int) { results[i] = f.file(ctx, sources[i]) })
	if err := ctx.Err(); err != nil || f.Check {
		return results, err
	}
	Sweep(func(yield func(string) bool) {
		for _, s := range sources {
			if !yield(s.Path) {
				return
			}
		}
	})
	return results, nil
}

// file formats one file, and writes it unless it is only checked or is standard input. The
// latter counts as changed unless it is only checked.
func (f *Formatter) file(ctx context.Context, s Source) Formatted {
	var text, formatted bytes.Buffer // of standard input
	r := Read(ctx, io.TeeReader(f.Stdin, &text), s, false)
	if len(r.Flows) == 0 {
		return Formatted{Path: s.Path, Err: noFlow(s.Path, r.Findings)}
	}
	for i := range r.Flows {
		r.Flows[i] = f.Form(r.Flows[i])
	}
	write := func(w io.Writer) error {
		for _, file := range r.Flows {
			if err := flowfile.Write(w, file); err != nil {
				return err
			}
		}
		return nil
	}
	changed, err := true, error(nil)
	switch {
	case s.Path == StdinPath:
		if err = write(&formatted); err != nil {
			err = fmt.Errorf("format standard input: %w", err)
		} else if f.Check {
			changed = !bytes.Equal(formatted.Bytes(), bytes.ReplaceAll(text.Bytes(), []byte("\r\n"), []byte("\n")))
		}
	case f.Check:
		var change disk.Change
		change, err = disk.Compare(s.Path, write)
		changed = change != disk.Unchanged
	default:
		changed, err = flowfile.WriteFile(s.Path, r.Flows...)
	}
	return Formatted{Path: s.Path, Text: formatted.Bytes(), Changed: err == nil && changed, Err: err}
}

// noFlow returns an error that says why a file has no flow.
func noFlow(path string, findings []Finding) error {
	switch {
	case len(findings) == 0:
		return InvalidError{path + " holds no flow"}
	case findings[0].Code == CodeUnreadable:
		return errors.New(path + ": " + findings[0].Message)
	}
	return InvalidError{findings[0].String()}
}
