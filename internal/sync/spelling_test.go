package sync

import (
	"strings"
	"testing"

	"github.com/flowctl/flowctl/pkg/flow"
)

// deep is a flow with a node whose data is nested as deeply as files may be.
func deep(members string) string {
	const levels = 950
	return `{"nodes":[{"id":"a","data":` + strings.Repeat(`{"o":`, levels) + `{` + members + `}` + strings.Repeat(`}`, levels) + `}],"edges":[]}`
}

func TestInto(t *testing.T) {
	tests := []struct{ name, file, stored, want string }{
		{
			"the same in other words",
			`{"meta":{"n":1e2},"nodes":[{"id":"a","data":{"n":1e2,"s":"\u0061","o":{"y":1.0,"x":2}}}],"edges":[{"source":"a","target":"b"}],"u":1e3}`,
			`{"meta":{"n":100.0},"nodes":[{"data":{"o":{"x":2,"y":1},"n":100.0,"s":"a"},"id":"a"}],"edges":[{"source":"a","target":"b","sourceHandle":null}],"u":1000.0}`,
			`{"meta":{"n":1e2},"nodes":[{"id":"a","data":{"n":1e2,"s":"\u0061","o":{"y":1.0,"x":2}}}],"edges":[{"source":"a","target":"b"}],"u":1e3}`,
		},
		{
			"beside a change",
			`{"meta":{"n":1e2,"m":1},"nodes":[{"id":"a","data":{"n":1e2,"deep":{"n":1e1,"k":1},"list":[1e2]}},{"id":"b","data":1e2}],"edges":[{"id":"e","source":"a","target":"b","w":1e2}]}`,
			`{"meta":{"n":100.0,"m":2},"nodes":[{"id":"b","data":100.0},{"id":"a","data":{"new":100.0,"n":100.0,"deep":{"n":10.0,"k":2},"list":[100.0]}},{"id":"c","data":100.0}],"edges":[{"id":"f","source":"a","target":"b","w":100.0}]}`,
			`{"meta":{"n":1e2,"m":2},"nodes":[{"id":"b","data":1e2},{"id":"a","data":{"new":100.0,"n":1e2,"deep":{"n":1e1,"k":2},"list":[1e2]}},{"id":"c","data":100.0}],"edges":[{"id":"f","source":"a","target":"b","w":1e2}]}`,
		},
		{
			"of several with one name each its own",
			`{"nodes":[{"id":"a","u":1.0},{"id":"a","u":2.0}],"edges":[{"id":"e","source":"a","target":"b","n":1e2},{"id":"f","source":"a","target":"b","n":1e3}]}`,
			`{"nodes":[{"id":"a","u":1},{"id":"a","u":2}],"edges":[{"id":"e","source":"a","target":"b","n":100.0},{"id":"f","source":"a","target":"b","n":1000.0}]}`,
			`{"nodes":[{"id":"a","u":1.0},{"id":"a","u":2.0}],"edges":[{"id":"e","source":"a","target":"b","n":1e2},{"id":"f","source":"a","target":"b","n":1e3}]}`,
		},
		{"deep", deep(`"n":1e2,"k":1`), deep(`"n":100.0,"k":2`), deep(`"n":1e2,"k":2`)}, // seconds if each level compares all below it
		{"no data", `{"nodes":[{"id":"a"},{"id":"b","data":null},{"id":"c","data":{}}],"edges":[]}`, `{"nodes":[{"id":"a","data":{}},{"id":"b","data":{}},{"id":"c"}],"edges":[]}`, `{"nodes":[{"id":"a"},{"id":"b","data":null},{"id":"c"}],"edges":[]}`},
		{"some data", `{"nodes":[{"id":"a"}],"edges":[]}`, `{"nodes":[{"id":"a","data":{"v":1}}],"edges":[]}`, `{"nodes":[{"id":"a","data":{"v":1}}],"edges":[]}`},
		{"twins", `{"nodes":[{"id":"a"},{"id":"a","data":{}}],"edges":[]}`, `{"nodes":[{"id":"a"},{"id":"a","data":{}}],"edges":[]}`, `{"nodes":[{"id":"a"},{"id":"a","data":{}}],"edges":[]}`},
		{"no object", `{"nodes":[1e2,{"id":"a"}],"edges":[1e2]}`, `{"nodes":[100.0,{"id":"a"}],"edges":[100.0]}`, `{"nodes":[1e2,{"id":"a"}],"edges":[1e2]}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file, stored := specOf(t, source(t, "f.json", "", tt.file)), specOf(t, source(t, "f.json", "", tt.stored))
			next := intoFile(file, stored, true)
			if got := string(next.AppendJSON(nil)); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if text := string(stored.AppendJSON(nil)); text != tt.stored {
				t.Errorf("the stored flow is now %s", text)
			}
			if again := intoFile(next, stored, true); string(again.AppendJSON(nil)) != string(next.AppendJSON(nil)) {
				t.Errorf("again: %s", again.AppendJSON(nil))
			}
		})
	}
}

// A file that says nothing of data agrees with data that says nothing, not the other
// way round.
func TestDifferencesOfNoData(t *testing.T) {
	for _, tt := range []struct {
		stored, file string
		differ       bool
	}{
		{`{"id":"a","data":{}}`, `{"id":"a"}`, false},
		{`{"id":"a","data":{"status":"success"}}`, `{"id":"a"}`, false},
		{`{"id":"a","data":{"status":"success"}}`, `{"id":"a","data":null}`, false},
		{`{"id":"a","data":null}`, `{"id":"a"}`, false},
		{`{"id":"a"}`, `{"id":"a","data":null}`, false},
		{`{"id":"a","data":{"status":"success"}}`, `{"id":"a","data":{}}`, false},
		{`{"id":"a","data":{"v":1}}`, `{"id":"a"}`, true},
		{`{"id":"a"}`, `{"id":"a","data":{}}`, true},
		{`{"id":"a","data":null}`, `{"id":"a","data":{}}`, true},
	} {
		file := specOf(t, source(t, "f.json", "", `{"name":"n","nodes":[`+tt.file+`],"edges":[]}`))
		stored := specOf(t, source(t, "f.json", "", `{"name":"n","nodes":[`+tt.stored+`],"edges":[]}`))
		changes := traits{lossless: true}.differences(stored, file)
		if (len(changes) > 0) != tt.differ {
			t.Errorf("stored %s, file %s: %v", tt.stored, tt.file, changes)
		}
		if pulled := flow.Diff(file, intoFile(file, stored, true)); tt.stored == `{"id":"a","data":{}}` && len(pulled) > 0 {
			t.Errorf("pulled: %v", pulled)
		}
	}
}
