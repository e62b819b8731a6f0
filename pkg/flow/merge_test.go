package flow

import (
	"slices"
	"strings"
	"testing"
)

const mergeBase = `{"name":"f","nodes":[` +
	`{"id":"a","type":"input","position":{"x":0,"y":0},"data":{"value":"v","n":1.0}},` +
	`{"id":"b","type":"model","position":{"x":1,"y":1},"data":{"prompt":"p","temperature":0.5}},` +
	`{"id":"c","type":"output","position":{"x":2,"y":2},"data":{}}],` +
	`"edges":[{"id":"e1","source":"a","target":"b","sourceHandle":null},{"id":"e2","source":"b","target":"c"}]}`

func TestMergeSpecs(t *testing.T) {
	type edit [2]string // old and new text
	const (
		insertD = `{"id":"d","type":"merge","data":{}},`
		nodeC   = `{"id":"c","type":"output","position":{"x":2,"y":2},"data":{}}`
	)
	tests := []struct {
		name         string
		ours, theirs edit
		merged       []edit // what base becomes when ours is favoured
		conflicts    []string
	}{
		{"only ours", edit{`"p"`, `"ours"`}, edit{}, []edit{{`"p"`, `"ours"`}}, nil},
		{"only theirs", edit{}, edit{`"p"`, `"theirs"`}, []edit{{`"p"`, `"theirs"`}}, nil},
		{"the same", edit{`"p"`, `"q"`}, edit{`"p"`, `"q"`}, []edit{{`"p"`, `"q"`}}, nil},
		{"two fields of one node", edit{`"p"`, `"ours"`}, edit{`0.5`, `0.7`}, []edit{{`"p"`, `"ours"`}, {`0.5`, `0.7`}}, nil},
		{"one field", edit{`"p"`, `"ours"`}, edit{`"p"`, `"theirs"`}, []edit{{`"p"`, `"ours"`}}, []string{`node b /data/prompt "p" "ours" "theirs"`}},
		{"positions", edit{`"x":1`, `"x":5`}, edit{`"x":1`, `"x":9`}, []edit{{`"x":1`, `"x":5`}}, nil},
		{"a position of theirs", edit{`"p"`, `"q"`}, edit{`"x":1`, `"x":9`}, []edit{{`"p"`, `"q"`}, {`"x":1`, `"x":9`}}, nil},
		{"a position that ours took out", edit{`"position":{"x":1,"y":1},`, ``}, edit{`"x":1`, `"x":9`}, []edit{{`"position":{"x":1,"y":1},`, ``}}, nil},
		{"a position that theirs took out", edit{`"x":1`, `"x":5`}, edit{`"position":{"x":1,"y":1},`, ``}, []edit{{`"x":1`, `"x":5`}}, nil},
		{"taken out and moved", edit{`,` + nodeC, ``}, edit{`"x":2`, `"x":9`}, []edit{{`,` + nodeC, ``}}, nil},
		{"moved and taken out", edit{`"x":2`, `"x":9`}, edit{`,` + nodeC, ``}, []edit{{`,` + nodeC, ``}}, nil},
		{"spelling is no change", edit{`1.0`, `1`}, edit{`1.0`, `2`}, []edit{{`1.0`, `2`}}, nil},
		{"a node of theirs", edit{`"p"`, `"q"`}, edit{nodeC, insertD + nodeC}, []edit{{`"p"`, `"q"`}, {nodeC, insertD + nodeC}}, nil},
		{"taken out and changed", edit{`,` + nodeC, ``}, edit{`"data":{}}`, `"data":{"format":"json"}}`},
			[]edit{{`,` + nodeC, ``}},
			[]string{`node c  ` + nodeC + ` - {"id":"c","type":"output","position":{"x":2,"y":2},"data":{"format":"json"}}`}},
		{"taken out by one", edit{`,{"id":"e2","source":"b","target":"c"}`, ``}, edit{`"p"`, `"q"`},
			[]edit{{`,{"id":"e2","source":"b","target":"c"}`, ``}, {`"p"`, `"q"`}}, nil},
		{"the flow's name", edit{`"f"`, `"ours"`}, edit{`"f"`, `"theirs"`}, []edit{{`"f"`, `"ours"`}}, []string{` /name "f" "ours" "theirs"`}},
		{"the order of theirs", edit{`"p"`, `"q"`}, edit{`{"id":"e1","source":"a","target":"b","sourceHandle":null},{"id":"e2","source":"b","target":"c"}`, `{"id":"e2","source":"b","target":"c"},{"id":"e1","source":"a","target":"b","sourceHandle":null}`},
			[]edit{{`"p"`, `"q"`}, {`{"id":"e1","source":"a","target":"b","sourceHandle":null},{"id":"e2","source":"b","target":"c"}`, `{"id":"e2","source":"b","target":"c"},{"id":"e1","source":"a","target":"b","sourceHandle":null}`}}, nil},
	}
	apply := func(t *testing.T, text string, e edit) string {
		t.Helper()
		out := strings.Replace(text, e[0], e[1], 1)
		if e[0] != "" && out == text {
			t.Fatalf("the edit %q changes nothing", e)
		}
		return out
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := mergeBase
			for _, e := range tt.merged {
				want = apply(t, want, e)
			}
			got, conflicts := MergeSpecs(mustSpec(t, mergeBase), mustSpec(t, apply(t, mergeBase, tt.ours)), mustSpec(t, apply(t, mergeBase, tt.theirs)), false)
			if text := string(got.AppendJSON(nil)); text != want {
				t.Errorf("merged\n%s, want\n%s", text, want)
			}
			var lines []string
			for _, c := range conflicts {
				place := ""
				if c.Node != "" {
					place = "node " + c.Node
				}
				lines = append(lines, place+" "+c.Path+" "+dash(c.Base)+" "+dash(c.Ours)+" "+dash(c.Theirs))
			}
			if !slices.Equal(lines, tt.conflicts) {
				t.Errorf("conflicts %q, want %q", lines, tt.conflicts)
			}
		})
	}
}

// A node that one side took out and the other joined by a new edge: neither text has
// an edge that leads nowhere, whichever side it is.
func TestMergeSpecsDetached(t *testing.T) {
	without := strings.Replace(strings.Replace(mergeBase, `,{"id":"e2","source":"b","target":"c"}`, ``, 1), `,{"id":"c","type":"output","position":{"x":2,"y":2},"data":{}}`, ``, 1)
	joined := strings.Replace(mergeBase, `{"id":"e2",`, `{"id":"e3","source":"a","target":"c"},{"id":"e2",`, 1)
	for _, tt := range []struct{ name, ours, theirs string }{{"ours took it out", without, joined}, {"theirs took it out", joined, without}} {
		t.Run(tt.name, func(t *testing.T) {
			for side, text := range []string{tt.ours, tt.theirs} {
				got, conflicts := MergeSpecs(mustSpec(t, mergeBase), mustSpec(t, tt.ours), mustSpec(t, tt.theirs), side == 1)
				if len(conflicts) != 1 || conflicts[0].Node != "c" || (conflicts[0].Ours == nil) != (tt.ours == without) {
					t.Errorf("conflicts %+v", conflicts)
				}
				if problems := Validate(got); HasErrors(problems) {
					t.Errorf("side %d: %v", side, problems)
				}
				if has := got.Node("c") != nil; has != (text == joined) {
					t.Errorf("side %d has the node: %v", side, has)
				}
			}
		})
	}
}

func TestMergeSpecsFavoursTheirs(t *testing.T) {
	ours := strings.Replace(mergeBase, `"p"`, `"ours"`, 1)
	theirs := strings.Replace(mergeBase, `"p"`, `"theirs"`, 1)
	got, conflicts := MergeSpecs(mustSpec(t, mergeBase), mustSpec(t, ours), mustSpec(t, theirs), true)
	if text := string(got.AppendJSON(nil)); text != theirs || len(conflicts) != 1 {
		t.Errorf("merged %s with %d conflicts", text, len(conflicts))
	}
}

// Flows without nodes and edges, as in a file of settings alone, get none by a merge; a
// list that one side added stays, even if it is empty.
func TestMergeSpecsWithoutLists(t *testing.T) {
	for _, tt := range []struct{ theirs, merged string }{
		{`{"name":"f","x":1}`, `{"name":"f","x":1}`},
		{`{"name":"f","nodes":[]}`, `{"name":"f","nodes":[]}`},
	} {
		base := mustSpec(t, `{"name":"f"}`)
		got, _ := MergeSpecs(base, base, mustSpec(t, tt.theirs), false)
		if text := string(got.AppendJSON(nil)); text != tt.merged {
			t.Errorf("merged %s, want %s", text, tt.merged)
		}
	}
}
