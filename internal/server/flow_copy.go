package server

import (
	"strconv"
	"strings"

	"github.com/flowctl/flowctl/internal/limits"
	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/internal/store"
	"github.com/flowctl/flowctl/pkg/flow"
)

// duplicateFlow makes a private copy that the caller owns, also of a flow that others may
// read. The body is optional: {"name":…}.
func (s *Server) duplicateFlow(c *call) error {
	o, _, err := c.objectIfAny()
	if err != nil {
		return err
	}
	var p parser
	var name *string
	if v, ok := o.Get("name"); ok && !isNull(v) {
		name = p.name(v, []any{"body", "name"})
	}
	if p.faults != nil {
		return invalid(p.faults...)
	}
	f, err := c.readable()
	if err != nil {
		return err
	}
	dup := store.Flow{
		UserID: c.user.ID, Name: copyName(f.Name), Description: f.Description,
		Nodes: f.Nodes, Edges: f.Edges, Meta: f.Meta, Extra: f.Extra, AccessControl: flow.Private(),
	}
	if name != nil {
		dup.Name = *name
	}
	return c.create(&dup)
}

// copyName is the name of a copy, which is not longer than a name may be.
func copyName(name string) string {
	const suffix = " (Copy)"
	return clip(name, limits.Name-len(suffix)) + suffix
}

// importFlow makes a flow of a flow file, or of a bare flow.
func (s *Server) importFlow(c *call) error {
	o, _, err := c.object()
	if err != nil {
		return err
	}
	o, loc, faults := unwrap(o)
	if faults != nil {
		return invalid(faults...)
	}
	if name, ok := o.Get("name"); ok && isNull(name) {
		o.Set("name", []byte(`"`+importedName+`"`))
	}
	d, faults := parseDraft(o, loc...)
	if faults != nil {
		return invalid(faults...)
	}
	return c.create(d.flow(c.user.ID, importedName))
}

// importedName is the name of a flow whose file has none.
const importedName = "Imported Flow"

// unwrap returns the flow in a body, and its location. A body with a member flow and without
// nodes is a flow file; one with nodes, edges or a name is a flow.
func unwrap(o flow.Object) (inner flow.Object, loc []any, faults []fault) {
	loc = []any{"body"}
	raw, wrapped := o.Get("flow")
	if has(o, "nodes") {
		return o, loc, nil
	}
	if !wrapped {
		if !has(o, "edges") && !has(o, "name") {
			faults = append(faults, missing("body", "flow")) // it was not meant to be a flow
		}
		return o, loc, faults
	}
	if v, ok := o.Get("version"); ok {
		if f := checkVersion(v); f != nil {
			faults = append(faults, *f)
		}
	}
	inner, err := rawjson.ParseObject(raw)
	if err != nil { // the text was checked: it is not an object
		faults = append(faults, fault{
			kind: "dict_type", loc: at(loc, "flow"), msg: "Input should be a valid dictionary", input: raw,
		})
	}
	return inner, at(loc, "flow"), faults
}

func has(o flow.Object, key string) bool {
	_, ok := o.Get(key)
	return ok
}

// checkVersion returns a fault for files of a newer major version than 1, which this server
// would misread. Newer minor versions only add fields.
func checkVersion(raw []byte) *fault {
	var p parser
	loc := []any{"body", "version"}
	version := p.text(raw, loc)
	if version == nil {
		return &p.faults[0]
	}
	major, _, _ := strings.Cut(*version, ".")
	if n, err := strconv.ParseUint(major, 10, 32); err != nil || n != 1 {
		return &fault{
			kind: "value_error", loc: loc, input: raw,
			msg: "Value error, this server reads flow files of version 1",
		}
	}
	return nil
}
