package output

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"iter"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// flushSize is how many bytes of a JSON array are gathered for one write.
const flushSize = 32 << 10

// Column is one column of a table of values of type T.
type Column[T any] struct {
	Title string
	Wide  bool // shown with --output wide only
	Whole bool // cut after the others where the terminal is too narrow: a name
	ID    bool // ids: never cut, but of UUIDs only so much is shown as tells them apart, unless with --output wide
	Text  func(*Printer, T) string
}

// View specifies how values of type T look to people. In every other format it is
// their JSON that is printed.
type View[T any] struct {
	Columns []Column[T]
	Name    func(T) string // the reference that --output name prints
}

// List prints all items and returns how many there were. An error from items ends
// it and is returned; what came before has been printed, but for formats that
// need the whole list.
func List[T any](p *Printer, v View[T], items iter.Seq2[T, error]) (n int, err error) {
	err = list(p, v, func(yield func(T, error) bool) {
		for item, err := range items {
			if err == nil {
				n++
			}
			if !yield(item, err) {
				return
			}
		}
	})
	return n, err
}

func list[T any](p *Printer, v View[T], items iter.Seq2[T, error]) error {
	switch {
	case p.filtered(), p.opts.Format == YAML:
		var all bytes.Buffer
		if err := writeArray(&all, items); err != nil {
			return err
		}
		return p.document(all.Bytes())
	case p.opts.Format == JSON:
		return indentArray(p, items)
	case p.opts.Format == JSONL:
		return each(items, func(item T) error { return p.line(item) })
	case p.opts.Format == Name:
		return each(items, func(item T) error { return p.println(Text(v.Name(item))) })
	}
	return writeTable(p, v, items)
}

// Item prints one value: as a list of one, or as the bare value where the format
// is JSON's or YAML's.
func Item[T any](p *Printer, v View[T], item T) error {
	switch {
	case p.opts.Format == Name, p.ForPeople():
		return list(p, v, Seq([]T{item}))
	case p.opts.Format == JSONL:
		return p.line(item)
	}
	raw, err := encode(item)
	if err != nil {
		return err
	}
	return p.document(raw)
}

// Seq turns a slice into what [List] takes.
func Seq[T any](items []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, item := range items {
			if !yield(item, nil) {
				return
			}
		}
	}
}

func each[T any](items iter.Seq2[T, error], do func(T) error) error {
	for item, err := range items {
		if err != nil {
			return err
		}
		if err := do(item); err != nil {
			return err
		}
	}
	return nil
}

// encode returns a value's JSON: exactly, where the type can.
func encode(v any) ([]byte, error) {
	if exact, ok := v.(interface{ AppendJSON([]byte) []byte }); ok {
		return exact.AppendJSON(nil), nil
	}
	raw, err := json.Marshal(v, json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return nil, fmt.Errorf("encode output: %w", err)
	}
	return raw, nil
}

func (p *Printer) line(v any) error {
	raw, err := encode(v)
	if err != nil {
		return err
	}
	return p.println(string(raw))
}

func (p *Printer) println(s string) error { return p.write([]byte(s + "\n")) }

// write writes what a program may read. On a terminal it is made harmless: in
// JSON that changes no value, only how a string is spelt.
func (p *Printer) write(text []byte) error {
	if len(text) == 0 {
		return nil
	}
	if p.opts.Terminal {
		text = []byte(Lines(string(text)))
	}
	_, err := p.w.Write(text)
	return err
}

// document prints one whole JSON text as the options say. What comes before an
// error of a jq program or a template is printed too.
func (p *Printer) document(raw []byte) error {
	var buf bytes.Buffer
	err := p.format(&buf, raw)
	return errors.Join(p.write(buf.Bytes()), err)
}

func (p *Printer) format(buf *bytes.Buffer, raw []byte) error {
	switch {
	case p.jq != nil:
		return runJQ(buf, p.jq, raw)
	case p.template != nil:
		return runTemplate(buf, p.template, raw)
	case p.opts.Format == YAML:
		return writeYAML(buf, raw)
	}
	return indent(buf, raw, "", "\n")
}

// indent appends raw with two spaces a level. It changes white space only.
func indent(buf *bytes.Buffer, raw []byte, prefix, end string) error {
	if err := stdjson.Indent(buf, raw, prefix, "  "); err != nil {
		return fmt.Errorf("indent output: %w", err)
	}
	buf.WriteString(end)
	return nil
}

func writeArray[T any](w *bytes.Buffer, items iter.Seq2[T, error]) error {
	sep := "["
	err := each(items, func(item T) error {
		raw, err := encode(item)
		if err != nil {
			return err
		}
		w.WriteString(sep)
		w.Write(raw)
		sep = ","
		return nil
	})
	if sep == "[" {
		w.WriteString(sep)
	}
	w.WriteString("]")
	return err
}

// indentArray writes the items as they come, so that a long list never stands in
// memory. After an error the array stays open: nobody shall take it for whole.
func indentArray[T any](p *Printer, items iter.Seq2[T, error]) error {
	const first = "[\n  "
	var buf bytes.Buffer
	sep := first
	err := each(items, func(item T) error {
		raw, err := encode(item)
		if err != nil {
			return err
		}
		buf.WriteString(sep)
		sep = ",\n  "
		if err := indent(&buf, raw, "  ", ""); err != nil || buf.Len() < flushSize {
			return err
		}
		defer buf.Reset()
		return p.write(buf.Bytes())
	})
	switch {
	case err != nil:
	case sep == first:
		buf.WriteString("[]\n")
	default:
		buf.WriteString("\n]\n")
	}
	return errors.Join(p.write(buf.Bytes()), err)
}
