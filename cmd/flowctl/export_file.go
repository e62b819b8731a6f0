package main

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/client"
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
	switch {
	case o.toFile && o.file != stdinPath:
		err := flowfile.Replace(o.file, write)
		if failed := (*client.Error)(nil); errors.As(err, &failed) {
			return failed // the file has no part in it
		} else if err != nil {
			return err
		}
		o.app.note("exported %s to %s", plural(n, "flow"), o.file)
		o.app.warnLarge(o.file)
		return nil
	case isTerminal(o.app.out):
		return writeHarmless(o.app.out, write)
	}
	return write(o.app.out)
}

// warnLarge warns of a file that was written and that nobody will read.
func (a *app) warnLarge(path string) {
	if info, err := os.Stat(path); err == nil && info.Size() > flowfile.MaxSize {
		a.warn("%s is larger than %d MiB, which is the most that import reads", path, flowfile.MaxSize>>20)
	}
}

// writeHarmless writes JSON to a terminal, where texts of a server must not do
// anything. That changes no value, only how a string is spelt.
func writeHarmless(w io.Writer, write func(io.Writer) error) error {
	var text bytes.Buffer
	if err := write(&text); err != nil {
		return err
	}
	_, err := io.WriteString(w, output.Lines(text.String()))
	return err
}

// writeFlows writes flow files: the only one as it is, several as an array. They
// are written as they come in. After an error the array stays open, so that nobody
// takes it for whole.
func writeFlows(w io.Writer, flows iter.Seq2[flow.Flow, error], several bool) (n int, err error) {
	b := bufio.NewWriterSize(w, 1<<16)
	defer func() { err = cmp.Or(err, b.Flush()) }()
	before, after := "[\n  ", "\n]\n"
	if !several {
		before, after = "", "\n"
	}
	for f, err := range flows {
		if err != nil {
			return n, err
		}
		_, _ = b.WriteString(before) // a bufio.Writer keeps its error
		doc := &element{w: b}
		if several {
			doc.indent = "  "
		}
		if err := flowfile.Write(doc, flowfile.FromFlow(f)); err != nil {
			return n, fmt.Errorf("export flow %q: %w", f.Name, err)
		}
		before = ",\n  "
		n++
	}
	if n == 0 {
		after = "[]\n"
	}
	_, err = b.WriteString(after)
	return n, err
}

// element writes a document as an element of an array: further in, and without
// the end of its last line.
type element struct {
	w      *bufio.Writer
	indent string
	ended  bool // the last line was
}

func (e *element) Write(doc []byte) (int, error) {
	for line := range bytes.Lines(doc) {
		if e.ended {
			_, _ = e.w.WriteString("\n" + e.indent)
		}
		text, ended := bytes.CutSuffix(line, []byte("\n"))
		e.ended = ended
		if _, err := e.w.Write(text); err != nil {
			return 0, err
		}
	}
	return len(doc), nil
}
