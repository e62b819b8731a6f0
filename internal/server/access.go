package server

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/limits"
	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/internal/store"
	"github.com/flowctl/flowctl/pkg/flow"
)

// access checks an access_control value: null, or an object that may have read
// and write, each with lists of ids. Other members are kept without a meaning, except
// other spellings of known keys, which some readers would take for these.
func (p *parser) access(raw []byte, loc []any) []byte {
	if isNull(raw) {
		return raw
	}
	count := 0
	for _, m := range p.members(raw, loc, "read", "write") {
		if m.Key != "read" && m.Key != "write" || isNull(m.Value) {
			continue
		}
		for _, ids := range p.members(m.Value, at(loc, m.Key), "user_ids", "group_ids") {
			if ids.Key == "user_ids" || ids.Key == "group_ids" {
				count += p.ids(ids.Value, at(at(loc, m.Key), ids.Key))
			}
		}
	}
	if count > limits.AccessIDs {
		p.fault("too_long", fmt.Sprintf("access_control should have at most %d ids, not %d", limits.AccessIDs, count), loc, nil)
	}
	return raw
}

// members reads an object. Its keys may be any except misspellings of known ones.
func (p *parser) members(raw []byte, loc []any, known ...string) flow.Object {
	o, err := rawjson.ParseObject(raw)
	if err != nil { // the text was checked: it is not an object
		p.fault("dict_type", "Input should be a valid dictionary", loc, raw)
		return nil
	}
	for _, m := range o {
		for _, k := range known {
			if m.Key != k && strings.EqualFold(m.Key, k) {
				p.fault("extra_forbidden", "Key should be written "+k, at(loc, m.Key), m.Value)
			}
		}
	}
	return o
}

// ids checks a list of strings and counts them.
func (p *parser) ids(raw []byte, loc []any) (n int) {
	if isNull(raw) {
		return 0
	}
	if raw[0] != '[' {
		p.fault("list_type", "Input should be a valid list", loc, raw)
		return 0
	}
	rawjson.Each(raw, func(i int, elem json.RawMessage) {
		n++
		p.text(elem, at(loc, i))
	})
	return n
}

// rights are what a user may do with a flow.
type rights struct{ read, write, own bool }

// rights returns what the caller may do with f. Read and write are independent, as
// on Open WebUI.
func (c *call) rights(f *store.Flow) rights {
	if f.UserID == c.user.ID || c.isAdmin() {
		return rights{read: true, write: true, own: true}
	}
	if string(f.AccessControl) == "{}" { // most flows: not worth decoding
		return rights{}
	}
	a, err := flow.ParseAccess(f.AccessControl)
	if err != nil {
		return rights{} // what cannot be understood lets nobody in
	}
	return rights{read: a.Public || c.isIn(a.Read), write: c.isIn(a.Write)}
}

// isIn reports whether a grant names the caller, or a group of theirs.
func (c *call) isIn(g flow.Grant) bool {
	return slices.Contains(g.UserIDs, c.user.ID) ||
		slices.ContainsFunc(g.GroupIDs, func(id string) bool { return slices.Contains(c.user.GroupIDs, id) })
}

// visibleAccess returns the access_control of f as the caller may see it: those who may not
// change the flow see of the readers only themselves and their groups. A nil caller sees all.
func (c *call) visibleAccess(f *store.Flow) json.RawMessage {
	if c == nil || f.AccessControl == nil || c.rights(f).write {
		return f.AccessControl
	}
	a, err := flow.ParseAccess(f.AccessControl)
	if err != nil {
		return flow.Private()
	}
	own := flow.Grant{UserIDs: []string{}, GroupIDs: []string{}}
	for _, id := range a.Read.UserIDs {
		if id == c.user.ID {
			own.UserIDs = append(own.UserIDs, id)
		}
	}
	for _, id := range a.Read.GroupIDs {
		if slices.Contains(c.user.GroupIDs, id) {
			own.GroupIDs = append(own.GroupIDs, id)
		}
	}
	access, err := rawjson.Encode(map[string]flow.Grant{"read": own})
	if err != nil {
		return flow.Private()
	}
	return access
}
