package sync

import (
	"testing"

	"github.com/flowctl/flowctl/pkg/flow"
)

// TestAgree has what counts when a file is compared with a stored flow, for import and
// export: what counts for plan does, but for the layout.
func TestAgree(t *testing.T) {
	const node = `{"id":"a","type":"input","position":{"x":1,"y":2},"data":{"n":100}}`
	doc := func(members string) string { return `{"name":"A","edges":[],` + members + `}` }
	for name, c := range map[string]struct {
		file, stored string
		ours, theirs bool // whether they are the same on our server, and on Open WebUI
	}{
		"the same":                {doc(`"nodes":[` + node + `]`), doc(`"nodes":[` + node + `]`), true, true},
		"spelling":                {doc(`"nodes":[{"type":"input","id":"a","position":{"x":1,"y":2},"data":{"n":1e2}}]`), doc(`"nodes":[` + node + `]`), true, true},
		"moved":                   {doc(`"nodes":[` + node + `]`), doc(`"nodes":[{"id":"a","type":"input","position":{"x":7,"y":8},"data":{"n":100}}]`), true, true},
		"no layout in the file":   {doc(`"nodes":[{"id":"a","type":"input","data":{"n":100}}]`), doc(`"nodes":[` + node + `]`), true, true},
		"state of the editor":     {doc(`"nodes":[` + node + `]`), doc(`"nodes":[{"id":"a","type":"input","position":{"x":1,"y":2},"selected":true,"width":300,"data":{"n":100,"status":"success"}}]`), true, true},
		"another value":           {doc(`"nodes":[` + node + `]`), doc(`"nodes":[{"id":"a","type":"input","position":{"x":1,"y":2},"data":{"n":101}}]`), false, false},
		"another name":            {doc(`"nodes":[]`), `{"name":"B","nodes":[],"edges":[]}`, false, false},
		"a description":           {doc(`"nodes":[]`), doc(`"nodes":[],"description":"d"`), false, false},
		"an empty description":    {doc(`"nodes":[]`), doc(`"nodes":[],"description":""`), true, true},
		"a node more":             {doc(`"nodes":[]`), doc(`"nodes":[` + node + `]`), false, false},
		"meta":                    {doc(`"nodes":[],"meta":{"team":"a"}`), doc(`"nodes":[],"meta":{}`), false, true},
		"empty meta":              {doc(`"nodes":[]`), doc(`"nodes":[],"meta":{}`), true, true},
		"a field of one's own":    {doc(`"nodes":[],"own":1`), doc(`"nodes":[]`), false, true},
		"access, not in the file": {doc(`"nodes":[]`), doc(`"nodes":[],"access_control":{"read":{"group_ids":["g"]}}`), true, true},
		"access, otherwise":       {doc(`"nodes":[],"access_control":{}`), doc(`"nodes":[],"access_control":{"read":{"group_ids":["g"]}}`), false, false},
		"access, private":         {doc(`"nodes":[],"access_control":{}`), doc(`"nodes":[],"access_control":{"read":{"group_ids":[],"user_ids":[]},"write":{"group_ids":[],"user_ids":[]}}`), true, true},
	} {
		file, err := flow.ParseSpec([]byte(c.file))
		if err != nil {
			t.Fatal(err)
		}
		stored, err := flow.ParseSpec([]byte(c.stored))
		if err != nil {
			t.Fatal(err)
		}
		if got := (traits{lossless: true}).agree(stored, file); got != c.ours {
			t.Errorf("%s, on our server: %v, want %v", name, got, c.ours)
		}
		if got := (traits{}).agree(stored, file); got != c.theirs {
			t.Errorf("%s, on the real backend: %v, want %v", name, got, c.theirs)
		}
	}
}
