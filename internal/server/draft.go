package server

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"

	"github.com/flowctl/flowctl/internal/limits"
	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/internal/store"
	"github.com/flowctl/flowctl/pkg/flow"
)

// draft has the fields of a flow in a body. Texts are compact JSON, nil for fields that were
// not sent.
type draft struct {
	name        *string
	description *string
	nodes       []byte
	edges       []byte
	meta        []byte
	access      []byte // "null" for public
	extra       flow.Object

	sentDescription bool // description may be null
}

// parseDraft reads the members of a flow and returns all their faults.
// The draft shares the body's memory, which is compacted in place.
func parseDraft(o flow.Object, loc ...any) (draft, []fault) {
	var d draft
	var p parser
	for _, m := range o {
		at := at(loc, m.Key)
		switch m.Key {
		case "name":
			d.name = p.name(m.Value, at)
		case "description":
			d.sentDescription = true
			if !isNull(m.Value) {
				d.description = p.text(m.Value, at)
				p.most("string_too_long", "String", at, textSize(d.description), limits.Description)
			}
		case "nodes":
			d.nodes = p.objects(m.Value, at)
		case "edges":
			d.edges = p.objects(m.Value, at)
		case "meta":
			if d.meta = p.object(m.Value, at); len(d.meta) > limits.Meta {
				p.most("too_long", "Compact JSON", at, len(rawjson.AppendCompact(nil, d.meta)), limits.Meta)
			}
		case "access_control":
			d.access = p.access(m.Value, at)
		case "id", "user_id", "created_at", "updated_at": // ours to say
		default:
			d.extra = append(d.extra, m)
		}
	}
	if fault := tooManyUnknown(len(d.extra), loc); fault != nil {
		p.faults = append(p.faults, *fault)
	}
	if len(p.faults) == 0 {
		d.compact()
	}
	return d, p.faults
}

// tooManyUnknown is the fault of a flow with n unknown fields, nil if those are not too
// many.
func tooManyUnknown(n int, loc []any) *fault {
	if n <= limits.Unknown {
		return nil
	}
	return &fault{
		kind: "too_long", loc: loc, input: strconv.AppendInt(nil, int64(n), 10),
		msg: fmt.Sprintf("A flow should have at most %d unknown fields, not %d", limits.Unknown, n),
	}
}

func textSize(s *string) int {
	if s == nil {
		return 0
	}
	return len(*s)
}

// compact takes the white space out of all texts, in place.
func (d *draft) compact() {
	for _, text := range []*[]byte{&d.nodes, &d.edges, &d.meta, &d.access} {
		if *text != nil {
			*text = rawjson.AppendCompact((*text)[:0], *text)
		}
	}
}

// flow returns a new flow with the draft's fields. Fields that were not sent are empty, and
// the flow is private.
func (d draft) flow(owner, defaultName string) *store.Flow {
	f := &store.Flow{
		UserID: owner, Name: defaultName, Description: d.description,
		Nodes: orText(d.nodes, "[]"), Edges: orText(d.edges, "[]"), Meta: orText(d.meta, "{}"),
		AccessControl: accessColumn(orText(d.access, "{}")),
	}
	if d.name != nil {
		f.Name = *d.name
	}
	if len(d.extra) > 0 {
		f.Extra = d.extra.AppendJSON(nil)
	}
	return f
}

// apply sets the draft's fields in f and reports whether that changed anything.
func (d draft) apply(f *store.Flow) (changed bool, err error) {
	setText := func(dst *[]byte, v []byte) {
		if v != nil && !bytes.Equal(*dst, v) {
			*dst, changed = v, true
		}
	}
	if d.name != nil && *d.name != f.Name {
		f.Name, changed = *d.name, true
	}
	if d.sentDescription && !sameText(d.description, f.Description) {
		f.Description, changed = d.description, true
	}
	setText(&f.Nodes, d.nodes)
	setText(&f.Edges, d.edges)
	setText(&f.Meta, d.meta)
	if d.changesAccess(f) {
		f.AccessControl, changed = accessColumn(d.access), true
	}
	extra, err := d.applyExtra(f.Extra)
	if err == nil && !bytes.Equal(extra, f.Extra) {
		f.Extra, changed = extra, true
	}
	return changed, err
}

// changesAccess reports whether the draft has other rights than f.
func (d draft) changesAccess(f *store.Flow) bool {
	return d.access != nil && !flow.EqualAccess(d.access, f.AccessControl)
}

// applyExtra returns the unknown fields after the update: those sent are set, null
// takes one out.
func (d draft) applyExtra(was []byte) ([]byte, error) {
	if len(d.extra) == 0 {
		return was, nil
	}
	var o flow.Object
	if was != nil {
		var err error
		if o, err = rawjson.ParseObject(was); err != nil {
			return nil, err
		}
	}
	sent, had := d.extra.Getter(), o.Getter()
	var kept flow.Object
	for _, m := range o {
		if v, ok := sent(m.Key); ok {
			m.Value = v
		}
		kept = append(kept, m)
	}
	for _, m := range d.extra {
		if _, ok := had(m.Key); !ok {
			kept = append(kept, m)
		}
	}
	kept = slices.DeleteFunc(kept, func(m rawjson.Member) bool {
		v, ok := sent(m.Key)
		return ok && isNull(v)
	})
	if len(kept) == 0 {
		return nil, nil
	}
	if len(kept) > len(o) { // a flow from before the limit may keep what it has
		if fault := tooManyUnknown(len(kept), []any{"body"}); fault != nil {
			return nil, invalid(*fault)
		}
	}
	return kept.AppendJSON(nil), nil
}

// accessColumn returns access_control as it is stored: nil for null.
func accessColumn(text []byte) []byte {
	if isNull(text) {
		return nil
	}
	return text
}

func orText(b []byte, otherwise string) []byte {
	if b == nil {
		return []byte(otherwise)
	}
	return b
}

func sameText(a, b *string) bool { return a == b || a != nil && b != nil && *a == *b }

func isNull(raw []byte) bool { return string(raw) == "null" }
