package flowfile

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/pkg/flow"
)

// Digest stands for what a flow says: two flows that say the same have the same one,
// however they are spelt, on whatever kind of server they are, and whatever the editor
// saved of a run (see [WithoutState]). Its parts are hexadecimal and can be compared one
// by one.
type Digest struct {
	Content string // of everything but the next two
	Layout  string // of where the nodes stand
	Access  string // of who may see the flow; "" if the flow does not say
}

// The lengths of the parts in bytes. Those of layout and access only tell two states of
// one flow apart.
const (
	contentSum = 12
	otherSum   = 4
)

// DigestOf returns the digest of a flow. An empty description, meta or data is none;
// null is public access, and {} private, as are lists without anybody in them.
func DigestOf(s flow.Spec) Digest {
	s = WithoutState(s)
	d := Digest{Content: contentOf(s), Layout: layoutOf(s)}
	if s.AccessControl != nil {
		d.Access = sum(otherSum, flow.AppendMeaning(nil, flow.PlainAccess(s.AccessControl)))
	}
	return d
}

// String returns the parts with dots between them.
func (d Digest) String() string {
	text := d.Content + "." + d.Layout
	if d.Access != "" {
		text += "." + d.Access
	}
	return text
}

// ParseDigest reads what [Digest.String] wrote; ok is false for anything else.
func ParseDigest(text string) (d Digest, ok bool) {
	parts := strings.Split(text, ".")
	if len(parts) == 2 {
		parts = append(parts, "")
	}
	if len(parts) != 3 || !isSum(parts[0], contentSum) || !isSum(parts[1], otherSum) || parts[2] != "" && !isSum(parts[2], otherSum) {
		return d, false
	}
	return Digest{parts[0], parts[1], parts[2]}, true
}

func isSum(text string, size int) bool {
	b, err := hex.DecodeString(text)
	return err == nil && len(b) == size
}

func sum(size int, text []byte) string {
	all := sha256.Sum256(text)
	return hex.EncodeToString(all[:size])
}

func contentOf(s flow.Spec) string {
	h := sha256.New()
	line := make([]byte, 0, 2<<10) // one by one, for the whole may be large
	for _, m := range fieldsOf(s) {
		line = flow.AppendMeaning(flow.AppendMeaning(line[:0], flow.AppendString(nil, m.Key)), m.Value)
		h.Write(append(line, '\n'))
	}
	for _, n := range s.Nodes {
		if n.Layout() != nil {
			n.SetLayout(nil)
		}
		value := dropMembers(n.AppendJSON(nil), func(m flow.Member) bool { return m.Key == "data" && saysNothing(m.Value) })
		h.Write(append(flow.AppendMeaning(append(line[:0], "node "...), value), '\n'))
	}
	for _, e := range s.Edges {
		value := dropMembers(e.AppendJSON(nil), func(m flow.Member) bool {
			return (m.Key == "sourceHandle" || m.Key == "targetHandle") && (isNull(m.Value) || string(m.Value) == `""`)
		})
		h.Write(append(flow.AppendMeaning(append(line[:0], "edge "...), value), '\n'))
	}
	return hex.EncodeToString(h.Sum(nil)[:contentSum])
}

// fieldsOf returns the flow's own fields that say something, sorted.
func fieldsOf(s flow.Spec) flow.Object {
	s.Nodes, s.Edges = nil, nil
	fields, err := flow.ParseObject(s.AppendJSON(nil))
	if err != nil {
		return nil // a flow that is no object has no fields
	}
	fields = slices.DeleteFunc(fields, func(m flow.Member) bool {
		switch m.Key {
		case "nodes", "edges", "access_control", "id", "user_id", "created_at", "updated_at":
			return true
		case "description":
			return isNull(m.Value) || string(m.Value) == `""`
		case "meta":
			return saysNothing(m.Value)
		}
		return false
	})
	slices.SortFunc(fields, func(a, b flow.Member) int { return strings.Compare(a.Key, b.Key) })
	return fields
}

func dropMembers(value json.RawMessage, drop func(flow.Member) bool) json.RawMessage {
	fields, err := flow.ParseObject(value)
	if err != nil {
		return value // a node or edge that is no object
	}
	return slices.DeleteFunc(fields, drop).AppendJSON(nil)
}

func isNull(raw json.RawMessage) bool { return string(raw) == "null" }

// saysNothing reports whether an object is empty or none.
func saysNothing(raw json.RawMessage) bool {
	return isNull(raw) || flow.Equal(raw, json.RawMessage("{}"))
}

func layoutOf(s flow.Spec) string {
	var text []byte
	for _, n := range s.Nodes {
		text = flow.AppendMeaning(text, flow.AppendString(nil, n.ID))
		text = flow.AppendMeaning(text, n.Layout().AppendJSON(nil))
	}
	return sum(otherSum, text)
}
