package flowfile

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/rawjson"
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
	content, layout := sha256.New(), sha256.New()
	line := make([]byte, 0, 2<<10) // one by one, for the whole may be large
	s = WithoutState(s)
	content.Write(append(fieldsOf(s).AppendMeaning(line[:0]), '\n'))
	var rest, placed flow.Object
	for _, n := range s.Nodes {
		value := n.AppendJSON(nil)
		fields, err := flow.ParseObject(value)
		if err != nil { // a node that is no object
			content.Write(append(rawjson.AppendMeaning(append(line[:0], "node "...), value), '\n'))
			continue
		}
		rest, placed = rest[:0], placed[:0]
		for _, m := range fields {
			switch {
			case flow.IsLayoutKey(m.Key):
				placed = append(placed, m)
			case m.Key != "data" || !rawjson.IsEmpty(m.Value):
				rest = append(rest, m)
			}
		}
		content.Write(append(rest.AppendMeaning(append(line[:0], "node "...)), '\n'))
		layout.Write(append(placed.AppendMeaning(append(line[:0], n.ID...)), '\n'))
	}
	for _, e := range s.Edges {
		value := e.AppendJSON(nil)
		fields, err := flow.ParseObject(value)
		if err != nil {
			content.Write(append(rawjson.AppendMeaning(append(line[:0], "edge "...), value), '\n'))
			continue
		}
		fields = slices.DeleteFunc(fields, func(m flow.Member) bool {
			return (m.Key == "sourceHandle" || m.Key == "targetHandle") && (rawjson.IsAbsent(m.Value) || string(m.Value) == `""`)
		})
		content.Write(append(fields.AppendMeaning(append(line[:0], "edge "...)), '\n'))
	}
	d := Digest{Content: short(content, contentSum), Layout: short(layout, otherSum)}
	if s.AccessControl != nil {
		access := sha256.New()
		access.Write(rawjson.AppendMeaning(nil, flow.PlainAccess(s.AccessControl)))
		d.Access = short(access, otherSum)
	}
	return d
}

func short(h hash.Hash, size int) string { return hex.EncodeToString(h.Sum(nil)[:size]) }

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

// fieldsOf returns the flow's own fields that say something.
func fieldsOf(s flow.Spec) flow.Object {
	s.Nodes, s.Edges = nil, nil
	fields, err := flow.ParseObject(s.AppendJSON(nil))
	if err != nil {
		return nil // a flow that is no object has no fields
	}
	return slices.DeleteFunc(fields, func(m flow.Member) bool {
		switch m.Key {
		case "nodes", "edges", "access_control", "id", "user_id", "created_at", "updated_at":
			return true
		case "description":
			return rawjson.IsAbsent(m.Value) || string(m.Value) == `""`
		case "meta":
			return rawjson.IsEmpty(m.Value)
		}
		return false
	})
}
