package files

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"io"
	"iter"

	"github.com/flowctl/flowctl/pkg/flowfile"
)

// WriteList writes flow files, and returns how many: the only one as it is, several as an
// array. They are written as they come in. After an error the array stays open, so that nobody
// takes it for whole.
func WriteList(w io.Writer, list iter.Seq2[flowfile.File, error], several bool) (n int, err error) {
	b := bufio.NewWriterSize(w, 1<<16)
	defer func() { err = cmp.Or(err, b.Flush()) }()
	before, after := "[\n  ", "\n]\n"
	if !several {
		before, after = "", "\n"
	}
	for f, err := range list {
		if err != nil {
			return n, err
		}
		_, _ = b.WriteString(before) // a bufio.Writer keeps its error
		doc := &element{w: b}
		if several {
			doc.indent = "  "
		}
		if err := flowfile.Write(doc, f); err != nil {
			return n, fmt.Errorf("write flow %q: %w", f.Spec.Name, err)
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
