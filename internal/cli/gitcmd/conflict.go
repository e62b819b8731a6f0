package gitcmd

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// mergeFiles returns the text of the merged file, and what conflicts: there theirs stands
// in it if favourTheirs, else ours.
func mergeFiles(base, ours, theirs flowfile.File, favourTheirs bool) ([]byte, []flow.Conflict, error) {
	f := ours
	var conflicts []flow.Conflict
	f.Spec, conflicts = flow.MergeSpecs(base.Spec, ours.Spec, theirs.Spec, favourTheirs)
	wrapper, more := flow.MergeSpecs(members(base), members(ours), members(theirs), favourTheirs)
	f.Extra, _ = rawjson.ParseObject(wrapper.AppendJSON(nil))
	id, _ := f.Extra.Get("id")
	f.ID = ""
	_ = json.Unmarshal(id, &f.ID) // one that is not text stays among the others
	f.ExportedAt = max(ours.ExportedAt, theirs.ExportedAt)
	var b bytes.Buffer
	err := flowfile.Write(&b, f)
	return b.Bytes(), append(conflicts, more...), err
}

// members returns what stands next to the flow in a file, its id, too, as if it were the
// fields of a flow: it is merged like those.
func members(f flowfile.File) flow.Spec {
	o := slices.Clone(f.Extra)
	if f.ID != "" {
		o.Set("id", rawjson.AppendString(nil, f.ID))
	}
	s, _ := flow.ParseSpec(o.AppendJSON(nil)) // was read before
	return s
}

// conflictText lists conflicts, one a line.
func conflictText(conflicts []flow.Conflict) string {
	var b strings.Builder
	for _, c := range conflicts {
		b.WriteString("\n  " + flow.Change{Node: c.Node, Edge: c.Edge, Path: c.Path}.Where())
		switch {
		case c.Base != nil && c.Ours == nil:
			b.WriteString(": ours took it out, theirs changed it or what it is joined to")
		case c.Base != nil && c.Theirs == nil:
			b.WriteString(": theirs took it out, ours changed it or what it is joined to")
		}
	}
	return b.String()
}
