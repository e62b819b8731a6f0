package flow

import (
	"fmt"

	"github.com/flowctl/flowctl/internal/rawjson"
)

// The most that flowctl's server takes of the parts of one flow. Other backends have
// limits of their own, or none.
const (
	MaxName        = 1 << 10   // bytes of the name
	MaxDescription = 256 << 10 // bytes of the description
	MaxMeta        = 256 << 10 // bytes of meta as compact JSON
	MaxAccessIDs   = 2000      // user and group ids in access_control, all lists together
	MaxUnknown     = 1000      // fields of the flow itself that the API does not know
)

// Excess is a part of a flow that is larger than flowctl's server takes.
type Excess struct {
	Key     string // of the part in the flow; "" for the unknown fields together
	Message string // what it has, and the limit
}

// Excesses lists the parts of the flow that are larger than flowctl's server takes, in
// the order of the limits.
func (s Spec) Excesses() []Excess {
	var list []Excess
	most := func(key string, has, limit int, what string) {
		if has > limit {
			list = append(list, Excess{key, fmt.Sprintf("%s, and flowctl's server takes at most %d", fmt.Sprintf(what, has), limit)})
		}
	}
	most("name", len(s.Name), MaxName, "the name has %d bytes")
	most("description", len(s.Description), MaxDescription, "the description has %d bytes")
	if len(s.Meta) > MaxMeta {
		most("meta", len(rawjson.AppendCompact(nil, s.Meta)), MaxMeta, "meta has %d bytes")
	}
	if access, err := ParseAccess(s.AccessControl); err == nil {
		most("access_control", access.ids(), MaxAccessIDs, "access_control has %d ids")
	}
	most("", len(s.UnknownFields()), MaxUnknown, "the flow has %d unknown fields")
	return list
}

// ids counts the ids of all lists.
func (a Access) ids() int {
	return len(a.Read.UserIDs) + len(a.Read.GroupIDs) + len(a.Write.UserIDs) + len(a.Write.GroupIDs)
}
