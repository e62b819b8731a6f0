package flow

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"github.com/flowctl/flowctl/internal/rawjson"
)

// Spec is what an author writes of a flow.
type Spec struct {
	Name          string
	Description   string // "" for none (null and absent alike)
	Nodes         []Node
	Edges         []Edge
	Meta          json.RawMessage // free-form object; nil when absent
	AccessControl json.RawMessage // see [ParseAccess]; nil when absent, "null" is public

	was original
}

// Flow is a stored flow: a [Spec] and what the server knows of it. Lists leave
// out nodes and edges, or the owner, depending on the server.
type Flow struct {
	ID     string
	UserID string // the owner; "" in lists
	Spec
	CreatedAt int64  // epoch seconds
	UpdatedAt int64  // epoch seconds
	ETag      string // the server's own mark for this state of the flow; "" if it sent none, and in lists

	read Object // all members; Spec keeps those that an author writes
}

//nolint:gochecknoglobals // a table that is only read
var (
	// The order is the API's: see the contract's create answer.
	flowKeys = []string{"id", "user_id", "name", "description", "nodes", "edges", "created_at", "updated_at", "meta", "access_control"}
	specKeys = []string{"name", "description", "nodes", "edges", "meta", "access_control"}
)

// ParseSpec reads a flow as an author writes it. The result shares data's
// memory. Fields that only a stored flow has (id, user_id, ...) are kept as
// unknown ones. The error is a *[SyntaxError].
func ParseSpec(data []byte) (Spec, error) {
	var s Spec
	err := s.parse(data)
	return s, err
}

// ParseFlow reads a stored flow. The result shares data's memory. The error is a
// *[SyntaxError].
func ParseFlow(data []byte) (Flow, error) {
	var f Flow
	if err := f.parse(data); err != nil {
		return f, err
	}
	f.read = f.was.doc
	f.ID = rawjson.Text(f.was.get("id"))
	f.UserID = rawjson.Text(f.was.get("user_id"))
	f.CreatedAt = rawjson.Int(f.was.get("created_at"))
	f.UpdatedAt = rawjson.Int(f.was.get("updated_at"))
	f.was.doc = nil
	for _, m := range f.read {
		if !isServerKey(m.Key) {
			f.was.doc = append(f.was.doc, m)
		}
	}
	return f, nil
}

// contentPrefix marks revisions made of content; ETags begin with a quote.
const contentPrefix = "content:"

// Revision identifies the state of the flow that was read, whatever was changed in it
// since: its ETag, else a hash of what was read, without owner and times. It is for a
// write that must not undo somebody else's change. A flow that was listed without its
// graph has a revision that no server knows: read it again first.
func (f Flow) Revision() string {
	if f.ETag != "" {
		return f.ETag
	}
	return f.contentRevision()
}

func (f Flow) contentRevision() string {
	doc := f.read
	if doc == nil { // it was made, not read
		doc, _ = rawjson.ParseObject(f.Spec.AppendJSON(nil))
	}
	doc = slices.DeleteFunc(slices.Clone(doc), func(m rawjson.Member) bool { return isServerKey(m.Key) })
	slices.SortStableFunc(doc, func(a, b rawjson.Member) int { return cmp.Compare(a.Key, b.Key) })
	sum := sha256.Sum256(doc.AppendJSON(nil))
	return contentPrefix + hex.EncodeToString(sum[:])
}

// isServerKey reports whether only a stored flow has the field.
func isServerKey(key string) bool {
	return slices.Contains(flowKeys, key) && !slices.Contains(specKeys, key)
}

func (s *Spec) parse(data []byte) error {
	if err := rawjson.CheckUTF8(data); err != nil {
		return err
	}
	sc := rawjson.NewScanner(data)
	if sc.Space(); !sc.At('{') {
		s.was.other = data
		return sc.Text()
	}
	err := sc.Document(func(key []byte) (err error) {
		start := sc.Pos
		switch {
		case rawjson.IsKey(key, "nodes") && sc.At('['):
			s.Nodes, err = readList(&sc, readNode)
		case rawjson.IsKey(key, "edges") && sc.At('['):
			s.Edges, err = readList(&sc, readEdge)
		default:
			err = sc.Value()
		}
		s.was.doc = append(s.was.doc, rawjson.NewMember(key, sc.From(start)))
		return err
	})
	s.Name = rawjson.Text(s.was.get("name"))
	s.Description = rawjson.Text(s.was.get("description"))
	s.Meta = s.was.get("meta")
	s.AccessControl = s.was.get("access_control")
	return err
}

// original is the JSON that a flow was read from: an object's members, or, for
// anything else, the text.
type original struct {
	doc   Object
	other json.RawMessage
}

func (r original) get(key string) json.RawMessage {
	v, _ := r.doc.Get(key)
	return v
}

// Unknown returns the fields of the flow that the model has no name for, in their
// order. [Spec.SetUnknown] changes them.
func (s Spec) Unknown() Object {
	var fields Object
	for _, m := range s.was.doc {
		if !slices.Contains(specKeys, m.Key) {
			fields = append(fields, m)
		}
	}
	return fields
}

// SetUnknown sets a field of the flow that the model has no name for; nil takes
// it out.
func (s *Spec) SetUnknown(key string, v json.RawMessage) {
	if !slices.Contains(specKeys, key) {
		s.was.doc = rawjson.With(s.was.doc, key, v)
	}
}

// Node finds a node by its id, nil if there is none. With double ids it is the
// first.
func (s Spec) Node(id string) *Node {
	for i := range s.Nodes {
		if s.Nodes[i].ID == id {
			return &s.Nodes[i]
		}
	}
	return nil
}

// AppendJSON appends the spec as compact JSON. Nodes and edges that were never
// set are left out.
func (s Spec) AppendJSON(dst []byte) []byte {
	if s.isOther() {
		return rawjson.AppendCompact(dst, s.was.other)
	}
	return rawjson.AppendObject(slices.Grow(dst, rawjson.Size(s.was.doc)), s.was.doc, specKeys, s.put)
}

// isOther reports whether the spec is, and still says no more than, a JSON value
// that is not an object.
func (s Spec) isOther() bool {
	return s.was.other != nil && s.was.doc == nil && s.Name == "" && s.Description == "" &&
		s.Nodes == nil && s.Edges == nil && s.Meta == nil && s.AccessControl == nil
}

// put is the rawjson.PutFunc of specKeys.
func (s Spec) put(dst []byte, i int, was json.RawMessage) ([]byte, bool) {
	switch specKeys[i] {
	case "name":
		return rawjson.PutString(dst, s.Name, was)
	case "description":
		return rawjson.PutString(dst, s.Description, was)
	case "nodes":
		return rawjson.PutList(dst, s.Nodes, was)
	case "edges":
		return rawjson.PutList(dst, s.Edges, was)
	case "meta":
		return rawjson.PutRaw(dst, s.Meta)
	default:
		return rawjson.PutRaw(dst, s.AccessControl)
	}
}

// MarshalJSON returns what AppendJSON appends.
func (s Spec) MarshalJSON() ([]byte, error) { return s.AppendJSON(nil), nil }

// UnmarshalJSON reads a spec; see [ParseSpec].
func (s *Spec) UnmarshalJSON(data []byte) error {
	read, err := ParseSpec(slices.Clone(data))
	*s = read
	return err
}

// AppendJSON appends the flow as compact JSON.
func (f Flow) AppendJSON(dst []byte) []byte {
	if f.isOther() && f.ID == "" && f.UserID == "" && f.CreatedAt == 0 && f.UpdatedAt == 0 {
		return rawjson.AppendCompact(dst, f.was.other)
	}
	return rawjson.AppendObject(dst, f.members(), flowKeys, func(dst []byte, i int, was json.RawMessage) ([]byte, bool) {
		switch flowKeys[i] {
		case "id":
			return rawjson.PutString(dst, f.ID, was)
		case "user_id":
			return rawjson.PutString(dst, f.UserID, was)
		case "created_at":
			return rawjson.PutInt(dst, f.CreatedAt, was)
		case "updated_at":
			return rawjson.PutInt(dst, f.UpdatedAt, was)
		}
		return f.put(dst, slices.Index(specKeys, flowKeys[i]), was)
	})
}

// members returns the flow's members in the order in which they were read, with
// the values that the Spec has for them: it may have been changed or replaced.
func (f Flow) members() Object {
	doc := make(Object, 0, len(f.read)+len(f.was.doc))
	authored, read := rawjson.Finder(f.was.doc), rawjson.Finder(f.read)
	for _, m := range f.read {
		i := authored(m)
		switch {
		case i >= 0:
			doc = append(doc, f.was.doc[i])
		case isServerKey(m.Key):
			doc = append(doc, m)
		case slices.Contains(specKeys, m.Key):
			m.Value = nil
			doc = append(doc, m)
		}
	}
	for _, m := range f.was.doc {
		if read(m) < 0 && !isServerKey(m.Key) {
			doc = append(doc, m)
		}
	}
	return doc
}

// MarshalJSON returns what AppendJSON appends.
func (f Flow) MarshalJSON() ([]byte, error) { return f.AppendJSON(nil), nil }

// UnmarshalJSON reads a stored flow; see [ParseFlow].
func (f *Flow) UnmarshalJSON(data []byte) error {
	read, err := ParseFlow(slices.Clone(data))
	*f = read
	return err
}
