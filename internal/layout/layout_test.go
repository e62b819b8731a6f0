package layout_test

import (
	"testing"

	"github.com/flowctl/flowctl/internal/layout"
	"github.com/flowctl/flowctl/pkg/flow"
)

func mustSpec(t *testing.T, text string) flow.Spec {
	t.Helper()
	s, err := flow.ParseSpec([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func node(t *testing.T, text string) flow.Node {
	t.Helper()
	var n flow.Node
	if err := n.UnmarshalJSON([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestLayout(t *testing.T) {
	tests := []struct{ name, node, layout, bare, again string }{
		{"all of it", `{"width":1.0,"data":{},"position":{"x":0},"id":"a","type":"input","x":1,"targetPosition":"left","sourcePosition":"right"}`,
			`{"position":{"x":0},"width":1.0,"targetPosition":"left","sourcePosition":"right"}`,
			`{"data":{},"id":"a","type":"input","x":1}`,
			`{"id":"a","type":"input","position":{"x":0},"data":{},"x":1,"width":1.0,"targetPosition":"left","sourcePosition":"right"}`},
		{"spelt oddly", `{"id":"a","\u0070osition":null,"wid\u0074h":2}`, `{"position":null,"width":2}`, `{"id":"a"}`, `{"id":"a","position":null,"width":2}`},
		{"none", `{"data":{"position":1},"id":"a"}`, `{}`, `{"data":{"position":1},"id":"a"}`, `{"data":{"position":1},"id":"a"}`},
		{"no node", `7`, `{}`, `7`, `7`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := node(t, tt.node)
			fields := layout.Of(n)
			if got := string(fields.AppendJSON(nil)); got != tt.layout {
				t.Errorf("Layout = %s, want %s", got, tt.layout)
			}
			layout.Set(&n, nil)
			if got := string(n.AppendJSON(nil)); got != tt.bare || layout.Of(n) != nil {
				t.Errorf("without: %s, want %s", got, tt.bare)
			}
			layout.Set(&n, fields)
			if got := string(n.AppendJSON(nil)); got != tt.again {
				t.Errorf("again: %s, want %s", got, tt.again)
			}
		})
	}
	made := flow.Node{ID: "a"}
	layout.Set(&made, flow.Object{{Key: "position", Value: []byte(`{"x":1}`)}, {Key: "id", Value: []byte(`"b"`)}})
	if got, want := string(made.AppendJSON(nil)), `{"id":"a","position":{"x":1}}`; got != want {
		t.Errorf("a new node: %s, want %s", got, want)
	}
}

func TestAdopt(t *testing.T) {
	s := mustSpec(t, `{"nodes":[{"id":"a","data":{}},{"id":"b","width":2},{"id":"new"},{},7]}`)
	from := mustSpec(t, `{"nodes":[{},{"id":"b","position":{"x":9}},{"position":{"x":1.5},"id":"a","height":3}]}`)
	want := `{"nodes":[{"id":"a","position":{"x":1.5},"data":{},"height":3},{"id":"b","width":2},{"id":"new"},{},7]}`
	before := string(s.AppendJSON(nil))
	if got := string(layout.Adopt(s, from).AppendJSON(nil)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := string(s.AppendJSON(nil)); got != before {
		t.Errorf("the given flow is now %s", got)
	}
	if got, want := string(layout.Without(layout.Adopt(s, from)).AppendJSON(nil)), `{"nodes":[{"id":"a","data":{}},{"id":"b"},{"id":"new"},{},7]}`; got != want {
		t.Errorf("without layout: %s, want %s", got, want)
	}
}

func TestArrange(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"all have one", `{"nodes":[{"id":"a","position":{}}]}`, `{"nodes":[{"id":"a","position":{}}]}`},
		{"none has one", `{"nodes":[{"id":"a"},{"id":"b","data":{}},7],"edges":[{"source":"a","target":"b"}]}`,
			`{"nodes":[{"id":"a","position":{"x":0,"y":0}},{"id":"b","position":{"x":300,"y":0},"data":{}},7],"edges":[{"source":"a","target":"b"}]}`},
		{"below the others", `{"nodes":[{"id":"a","position":{"x":-50.4,"y":70}},{"id":"b","width":1},{"id":"c","position":{"x":0,"y":-10}}],"edges":[{"source":"a","target":"b"}]}`,
			`{"nodes":[{"id":"a","position":{"x":-50.4,"y":70}},{"id":"b","position":{"x":250,"y":190},"width":1},{"id":"c","position":{"x":0,"y":-10}}],"edges":[{"source":"a","target":"b"}]}`},
		{"above the origin", `{"nodes":[{"id":"a","position":{"x":-900,"y":-900}},{"id":"b"}]}`,
			`{"nodes":[{"id":"a","position":{"x":-900,"y":-900}},{"id":"b","position":{"x":-900,"y":-780}}]}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := mustSpec(t, tt.in)
			if got := string(layout.Arrange(s).AppendJSON(nil)); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if got := string(s.AppendJSON(nil)); got != tt.in {
				t.Errorf("the given flow is now %s", got)
			}
		})
	}
}
