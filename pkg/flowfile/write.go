package flowfile

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"github.com/flowctl/flowctl/internal/disk"
	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

// flowOrder is the order of our own keys of a flow. Other keys follow in their
// author's order, in nodes and edges too.
//
//nolint:gochecknoglobals // a table that is only read
var flowOrder = []string{"name", "description", "nodes", "edges", "meta", "access_control"}

// usualSize is enough for most flows.
const usualSize = 16 << 10

// Write writes the flow in its canonical form: the same flow makes the same
// bytes, and what is read from them is written the same again. Only the white space
// and the order of our own keys is Write's; the rest is as it was read.
func Write(w io.Writer, f File) error {
	p := &printer{w: w, buf: make([]byte, 0, usualSize)}
	if err := p.file(f); err != nil {
		return fmt.Errorf("write the flow file: %w", err)
	}
	return nil
}

// WriteFile writes flows to a file, one document after the other, and reports whether that
// changed it: one that would stay the same is not touched, any other is replaced, whole
// or not at all. The error is an *[Error].
func WriteFile(path string, files ...File) (changed bool, err error) {
	change, err := disk.Update(path, func(w io.Writer) error {
		for _, f := range files {
			if err := Write(w, f); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return false, &Error{Path: path, Msg: "write the file", Err: disk.WithoutPath(err)}
	}
	return change != disk.Unchanged, nil
}

func (p *printer) file(f File) error {
	version, _, err := checkVersion(cmp.Or(f.Version, current))
	if err != nil {
		return err
	}
	p.open('{')
	p.member("version", rawjson.AppendString(nil, version))
	if f.ID != "" {
		p.member("id", rawjson.AppendString(nil, f.ID))
	}
	p.key("flow")
	if err := p.flow(f); err != nil {
		return err
	}
	if at := f.exportedAt(); at != nil {
		p.member("exportedAt", at)
	}
	for _, m := range f.Extra {
		if isOurs(&f, m.Key) {
			continue
		}
		if _, err := rawjson.Values(m.Value); err != nil {
			return fmt.Errorf("member %.40q: %w", m.Key, err)
		}
		p.members(flow.Object{m})
	}
	p.close('}')
	p.buf = append(p.buf, '\n')
	p.flush(0)
	return p.err
}

// isOurs reports whether Write writes the wrapper's key from a field of File.
func isOurs(f *File, key string) bool {
	switch key {
	case "version", "flow":
		return true
	case "id":
		return f.ID != ""
	case "exportedAt":
		return f.exportedAt() != nil
	}
	return false
}

// exportedAt is the ExportedAt, in the words of the file if they still mean that; nil
// for none.
func (f *File) exportedAt() json.RawMessage {
	if f.exported != nil {
		if at, _ := seconds(f.exported); at == f.ExportedAt {
			return f.exported
		}
	}
	if f.ExportedAt == 0 {
		return nil
	}
	return strconv.AppendInt(nil, f.ExportedAt, 10)
}

// flow writes the flow. Nodes and edges are encoded one by one: there may be 50 MB of
// them.
func (p *printer) flow(f File) error {
	s := f.Spec
	head := s
	if s.Nodes != nil {
		head.Nodes = []flow.Node{}
	}
	if s.Edges != nil {
		head.Edges = []flow.Edge{}
	}
	doc, err := rawjson.ParseObject(head.AppendJSON(nil))
	if err != nil {
		return fmt.Errorf("encode the flow: %w", err)
	}
	p.open('{')
	doc.First(flowOrder...)
	for _, m := range doc {
		switch {
		case m.Key == "nodes" && s.Nodes != nil:
			p.key("nodes")
			err = list(p, s.Nodes, "id", "type", "position", "data")
		case m.Key == "edges" && s.Edges != nil:
			p.key("edges")
			err = list(p, s.Edges, "id", "source", "target", "sourceHandle", "targetHandle")
		default:
			p.members(flow.Object{m})
		}
		if err != nil {
			return fmt.Errorf("encode %s: %w", m.Key, err)
		}
	}
	if _, has := doc.Get("id"); f.innerID != nil && !has {
		p.members(flow.Object{{Key: "id", Value: f.innerID}})
	}
	p.close('}')
	return nil
}

// list writes an array of nodes or edges, each with the given keys first. An error means
// that a program made one of text that is not JSON.
func list[T interface{ AppendJSON([]byte) []byte }](p *printer, items []T, keys ...string) error {
	var text, sorted []byte
	p.open('[')
	for i, item := range items {
		text = item.AppendJSON(text[:0])
		p.element()
		if !rawjson.IsObject(text) {
			p.value(text)
			continue
		}
		fields, err := rawjson.ParseObject(text)
		if err != nil {
			return fmt.Errorf("element %d: %w", i, err)
		}
		fields.First(keys...)
		sorted = fields.AppendJSON(sorted[:0])
		p.value(sorted)
	}
	p.close(']')
	return nil
}
