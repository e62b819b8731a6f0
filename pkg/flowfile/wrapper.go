package flowfile

import (
	"encoding/json"
	"math"
	"strconv"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

// document is one object in the text, by its members.
type document struct {
	at      rawjson.Span
	members []rawjson.Span // their places count from the start of the text
}

func (t *text) document(at rawjson.Span) document {
	doc := document{at: at, members: rawjson.Children(t.data[at.Start:at.End])}
	for i := range doc.members {
		doc.members[i].Start += at.Start
		doc.members[i].End += at.Start
	}
	return doc
}

func (d document) get(key string) *rawjson.Span {
	for i := range d.members {
		if d.members[i].Key == key {
			return &d.members[i]
		}
	}
	return nil
}

// file reads one document: a flow, or a wrapper around one.
func (t *text) file(at rawjson.Span) (File, error) {
	if first := t.data[at.Start]; first != '{' {
		return File{}, t.errorAt(at.Start, "want a flow, which is an object, found "+rawjson.Kind(t.data[at.Start:at.End]))
	}
	doc := t.document(at)
	f := File{Version: current, Path: t.path, text: t, start: at.Start}
	var err error
	if doc.get("flow") == nil && (doc.get("nodes") != nil || doc.get("edges") != nil) {
		err = t.bare(&f, at)
	} else {
		err = t.wrapped(&f, doc)
	}
	return f, err
}

// bare reads a flow without a wrapper. When it was stored somewhere, it was
// exported as it was updated, like the API has it.
func (t *text) bare(f *File, at rawjson.Span) error {
	stored, err := t.stored(at)
	f.Spec, f.ID, f.ExportedAt = stored.Spec, stored.ID, inSeconds(max(stored.UpdatedAt, 0))
	f.keepInnerID(rawjson.Get(t.data[at.Start:at.End], "id"), stored.ID)
	return err
}

// stored reads the flow at a place of the text.
func (t *text) stored(at rawjson.Span) (flow.Flow, error) {
	stored, err := flow.ParseFlow(t.data[at.Start:at.End:at.End])
	if err != nil {
		return flow.Flow{}, t.syntaxError(at.Start, err)
	}
	return stored, nil
}

// wrapped reads a wrapper and the flow in it. The version comes first: it decides
// how the rest is to be read.
func (t *text) wrapped(f *File, doc document) error {
	if err := t.version(f, doc.get("version")); err != nil {
		return err
	}
	inner := doc.get("flow")
	if inner == nil {
		return t.errorAt(doc.at.Start, `this is not a flow: it has neither "flow" (a flow file) nor "nodes" (a flow)`)
	}
	if first := t.data[inner.Start]; first != '{' {
		return t.errorAt(inner.Start, `"flow" must be an object, found `+rawjson.Kind(t.data[inner.Start:inner.End]))
	}
	stored, err := t.stored(*inner)
	f.Spec, f.ID, f.start = stored.Spec, stored.ID, inner.Start
	for _, m := range doc.members {
		if !t.known(f, m) {
			f.Extra = append(f.Extra, m.Member(t.data))
		}
	}
	f.keepInnerID(rawjson.Get(t.data[inner.Start:inner.End], "id"), stored.ID)
	return err
}

// keepInnerID keeps what the flow itself has as its id, if that is not the ID.
func (f *File) keepInnerID(raw json.RawMessage, id string) {
	if has := len(raw) > 0 && raw[0] != 'n' && string(raw) != `""`; has && (id == "" || id != f.ID) {
		f.innerID = raw
	}
}

// version reads the wrapper's version.
func (t *text) version(f *File, at *rawjson.Span) error {
	if at == nil || t.data[at.Start] == 'n' {
		return nil
	}
	raw := t.data[at.Start:at.End]
	v := string(raw) // a number says it in its spelling: 1.0 is not 1
	switch raw[0] {
	case '"':
		v = rawjson.Text(raw)
	case '{', '[', 't', 'f':
		return t.errorAt(at.Start, "version must be a string, found "+rawjson.Kind(raw))
	}
	version, warning, err := checkVersion(v)
	if err != nil {
		return t.errorAt(at.Start, err.Error())
	}
	if warning != "" {
		t.warn(f, *at, warning)
	}
	f.Version = version
	return nil
}

// known takes a member of the wrapper that the File has a field for. One that
// cannot be understood is kept like an unknown one.
func (t *text) known(f *File, m rawjson.Span) bool {
	raw := t.data[m.Start:m.End]
	switch m.Key {
	case "version", "flow":
		return true
	case "id":
		if raw[0] != '"' && raw[0] != 'n' {
			t.warn(f, m, "id is not a text, and is ignored")
			return false
		}
		if id := rawjson.Text(raw); id != "" {
			f.ID, f.idAt = id, m.Start
		}
		return true
	case "exportedAt":
		at, ok := seconds(raw)
		if !ok && raw[0] != 'n' {
			t.warn(f, m, "exportedAt is not a time in seconds, and is ignored")
			return false
		}
		f.ExportedAt = at
		if !isExactTime(raw, at) {
			f.exported = raw
		}
		return true
	}
	return false
}

func (t *text) warn(f *File, at rawjson.Span, msg string) {
	f.Warnings = append(f.Warnings, t.errorAt(at.Start, msg))
}

// seconds reads a time since 1970 in seconds.
func seconds(raw json.RawMessage) (int64, bool) {
	if n, err := strconv.ParseInt(string(raw), 10, 64); err == nil {
		return inSeconds(n), n >= 0
	}
	f, err := strconv.ParseFloat(string(raw), 64) // 1.6976448e9
	if err != nil || f < 0 || f >= 1<<63 {
		return 0, false
	}
	return inSeconds(int64(f)), true
}

// isExactTime reports whether a time in seconds, where 0 is none, stands for its text. It
// does for all whole numbers: clocks that count milliseconds mean the second here.
func isExactTime(raw json.RawMessage, at int64) bool {
	if at == 0 {
		return raw[0] == 'n'
	}
	f, err := strconv.ParseFloat(string(raw), 64)
	return err == nil && f == math.Trunc(f)
}

// inSeconds knows times in milliseconds, which JavaScript counts, in microseconds
// and in nanoseconds: 1e11 would be the year 5138 in seconds, and is 1973 in
// milliseconds.
func inSeconds(n int64) int64 {
	for n > 1e11 {
		n /= 1000
	}
	return n
}
