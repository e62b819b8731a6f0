package flow

import (
	"encoding/json"
	"slices"
)

// Spec is what an author writes of a flow.
type Spec struct {
	Name          string
	Description   string // "" for none (null and absent alike)
	Nodes         []Node
	Edges         []Edge
	Meta          json.RawMessage // free-form object; nil when absent
	AccessControl json.RawMessage // see [ParseAccess]; nil when absent, "null" is public

	was readFrom
}

// Flow is a stored flow: a [Spec] and what the server knows of it. Lists leave
// out nodes and edges, or the owner, depending on the server.
type Flow struct {
	ID     string
	UserID string // the owner; "" in lists
	Spec
	CreatedAt int64 // epoch seconds
	UpdatedAt int64 // epoch seconds

	read readFrom // all members; Spec keeps those that an author writes
}

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
	f.read = f.was
	f.ID = decodeString(f.read.get("id"))
	f.UserID = decodeString(f.read.get("user_id"))
	f.CreatedAt = decodeInt(f.read.get("created_at"))
	f.UpdatedAt = decodeInt(f.read.get("updated_at"))
	f.was.doc = make(Object, 0, len(f.read.doc))
	for _, m := range f.read.doc {
		if !isServerKey(m.Key) {
			f.was.doc = append(f.was.doc, m)
		}
	}
	return f, nil
}

// isServerKey tells the fields that only a stored flow has.
func isServerKey(key string) bool {
	return slices.Contains(flowKeys, key) && !slices.Contains(specKeys, key)
}

func (s *Spec) parse(data []byte) error {
	if err := checkUTF8(data); err != nil {
		return err
	}
	if err := s.was.read(data); err != nil {
		return err
	}
	s.Name = decodeString(s.was.get("name"))
	s.Description = decodeString(s.was.get("description"))
	s.Meta = s.was.get("meta")
	s.AccessControl = s.was.get("access_control")
	var err error
	if s.Nodes, err = parseList(s.was.get("nodes"), parseNode); err != nil {
		return err
	}
	s.Edges, err = parseList(s.was.get("edges"), parseEdge)
	return err
}

// Unknown gives a field of the flow that the model has no name for, as JSON
// text; nil if it is absent.
func (s Spec) Unknown(key string) json.RawMessage {
	if slices.Contains(specKeys, key) {
		return nil
	}
	return s.was.get(key)
}

// SetUnknown sets a field of the flow that the model has no name for; nil takes
// it out.
func (s *Spec) SetUnknown(key string, v json.RawMessage) { s.was.set(specKeys, key, v) }

// UnknownKeys lists the fields that [Spec.Unknown] gives, in their order.
func (s Spec) UnknownKeys() []string { return s.was.unknownKeys(specKeys) }

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
	if s.was.other != nil {
		return AppendCompact(dst, s.was.other)
	}
	return appendMembers(dst, s.was.doc, specKeys, s.put)
}

func (s Spec) put(dst []byte, key string, was json.RawMessage) ([]byte, bool) {
	switch key {
	case "name":
		return putString(dst, s.Name, was)
	case "description":
		return putString(dst, s.Description, was)
	case "nodes":
		return putList(dst, s.Nodes, was)
	case "edges":
		return putList(dst, s.Edges, was)
	case "meta":
		return putRaw(dst, s.Meta)
	default:
		return putRaw(dst, s.AccessControl)
	}
}

// MarshalJSON gives what AppendJSON appends.
func (s Spec) MarshalJSON() ([]byte, error) { return s.AppendJSON(nil), nil }

// UnmarshalJSON reads a spec; see [ParseSpec].
func (s *Spec) UnmarshalJSON(data []byte) error {
	read, err := ParseSpec(append([]byte(nil), data...))
	*s = read
	return err
}

// AppendJSON appends the flow as compact JSON.
func (f Flow) AppendJSON(dst []byte) []byte {
	if f.was.other != nil {
		return AppendCompact(dst, f.was.other)
	}
	return appendMembers(dst, f.members(), flowKeys, func(dst []byte, key string, was json.RawMessage) ([]byte, bool) {
		switch key {
		case "id":
			return putString(dst, f.ID, was)
		case "user_id":
			return putString(dst, f.UserID, was)
		case "created_at":
			return putInt(dst, f.CreatedAt, was)
		case "updated_at":
			return putInt(dst, f.UpdatedAt, was)
		}
		return f.put(dst, key, was)
	})
}

// members gives the flow's members in the order in which they were read, unknown
// ones as they are in the Spec now.
func (f Flow) members() Object {
	doc := make(Object, 0, len(f.read.doc)+len(f.was.doc))
	for _, m := range f.read.doc {
		v, ok := f.was.doc.Get(m.Key)
		if ok && !slices.Contains(specKeys, m.Key) {
			m.Value = v
		}
		if ok || slices.Contains(flowKeys, m.Key) {
			doc = append(doc, m)
		}
	}
	for _, m := range f.was.doc {
		if _, ok := f.read.doc.Get(m.Key); !ok {
			doc = append(doc, m)
		}
	}
	return doc
}

// MarshalJSON gives what AppendJSON appends.
func (f Flow) MarshalJSON() ([]byte, error) { return f.AppendJSON(nil), nil }

// UnmarshalJSON reads a stored flow; see [ParseFlow].
func (f *Flow) UnmarshalJSON(data []byte) error {
	read, err := ParseFlow(append([]byte(nil), data...))
	*f = read
	return err
}
