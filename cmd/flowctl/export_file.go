package main

import (
	"bytes"
	"fmt"
	"io"
	"iter"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// writeFile writes the flows to one file or to stdout.
func (o *exportOptions) writeFile(flows iter.Seq2[flow.Flow, error], several bool) error {
	var n int
	write := func(w io.Writer) (err error) {
		n, err = writeFlows(w, flows, several)
		return err
	}
	if !o.toFile || o.file == stdinPath {
		return write(o.app.stdout())
	}
	if err := flowfile.Replace(o.file, write); err != nil {
		return err
	}
	o.app.note("exported %s to %s", plural(n, "flow"), o.file)
	return nil
}

// writeFlows writes flow files: the only one as it is, several as an array. They
// are written as they come in. After an error the array stays open, so that nobody
// takes it for whole.
func writeFlows(w io.Writer, flows iter.Seq2[flow.Flow, error], several bool) (n int, err error) {
	lead, indent, end := "[\n  ", "\n  ", "\n]\n"
	if !several {
		lead, indent, end = "", "\n", "\n"
	}
	var text bytes.Buffer
	for f, err := range flows {
		if err != nil {
			return n, err
		}
		text.Reset()
		if err := flowfile.Write(&text, flowfile.FromFlow(f)); err != nil {
			return n, fmt.Errorf("export flow %q: %w", f.Name, err)
		}
		doc := bytes.TrimSuffix(text.Bytes(), []byte("\n"))
		doc = bytes.ReplaceAll(doc, []byte("\n"), []byte(indent))
		if _, err := w.Write(append([]byte(lead), doc...)); err != nil {
			return n, fmt.Errorf("write the flows: %w", err)
		}
		lead = ",\n  "
		n++
	}
	if n == 0 {
		end = "[]\n"
	}
	if _, err := io.WriteString(w, end); err != nil {
		return n, fmt.Errorf("write the flows: %w", err)
	}
	return n, nil
}

// stdout is where data goes: on a terminal made harmless, which in JSON changes
// no value but only how a string is spelt.
func (a *app) stdout() io.Writer {
	if isTerminal(a.out) {
		return harmless{a.out}
	}
	return a.out
}

type harmless struct{ w io.Writer }

// Write is given whole documents, never a part of a character.
func (h harmless) Write(text []byte) (int, error) {
	if _, err := io.WriteString(h.w, output.Lines(string(text))); err != nil {
		return 0, err
	}
	return len(text), nil
}
