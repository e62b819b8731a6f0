package digest

import (
	"os"
	"testing"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

func digestOf(t *testing.T, text string) Digest {
	t.Helper()
	s, err := flow.ParseSpec([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return Of(s)
}

// What says the same, spelt as the editor, a file and both kinds of server do it, has one
// digest; what counts changes the part that it belongs to.
func TestDigest(t *testing.T) {
	const text = `{"name":"A","nodes":[{"id":"a","type":"input","position":{"x":1,"y":2},"data":{"n":100,"t":"é"}},{"id":"o","type":"output"}],"edges":[{"id":"e","source":"a","target":"o"}],"access_control":{}}`
	want := digestOf(t, text)
	if got, ok := Parse(want.String()); !ok || got != want {
		t.Errorf("%q was read as %v, %v", want, got, ok)
	}
	const (
		content = "content"
		layout  = "layout"
		access  = "access"
	)
	for _, c := range []struct{ name, text, differs string }{
		{"spelling", `{"edges":[{"target":"o","source":"a","id":"e","sourceHandle":null,"targetHandle":"","selected":true}],"nodes":[{"type":"input","id":"a","selected":true,"measured":{"width":3},"width":7,"position":{"y":2.2,"x":1.0},"data":{"t":"\u00e9","n":1e2,"status":"success"}},{"id":"o","type":"output","data":{"value":"run"}}],"name":"A","description":null,"meta":{},"access_control":{"read":{"group_ids":[],"user_ids":[]},"write":null}}`, ""},
		{"moved", `{"name":"A","nodes":[{"id":"a","type":"input","position":{"x":5,"y":2},"sourcePosition":"left","data":{"n":100,"t":"é"}},{"id":"o","type":"output"}],"edges":[{"id":"e","source":"a","target":"o"}],"access_control":{}}`, layout},
		{"shared", `{"name":"A","nodes":[{"id":"a","type":"input","position":{"x":1,"y":2},"data":{"n":100,"t":"é"}},{"id":"o","type":"output"}],"edges":[{"id":"e","source":"a","target":"o"}],"access_control":null}`, access},
		{"value", `{"name":"A","nodes":[{"id":"a","type":"input","position":{"x":1,"y":2},"data":{"n":101,"t":"é"}},{"id":"o","type":"output"}],"edges":[{"id":"e","source":"a","target":"o"}],"access_control":{}}`, content},
		{"order", `{"name":"A","nodes":[{"id":"o","type":"output"},{"id":"a","type":"input","position":{"x":1,"y":2},"data":{"n":100,"t":"é"}}],"edges":[{"id":"e","source":"a","target":"o"}],"access_control":{}}`, content + layout},
		{"name", `{"name":"B","nodes":[{"id":"a","type":"input","position":{"x":1,"y":2},"data":{"n":100,"t":"é"}},{"id":"o","type":"output"}],"edges":[{"id":"e","source":"a","target":"o"}],"access_control":{}}`, content},
		{"unknown field", `{"name":"A","color":"red","nodes":[{"id":"a","type":"input","position":{"x":1,"y":2},"data":{"n":100,"t":"é"}},{"id":"o","type":"output"}],"edges":[{"id":"e","source":"a","target":"o"}],"access_control":{}}`, content},
		{"edge", `{"name":"A","nodes":[{"id":"a","type":"input","position":{"x":1,"y":2},"data":{"n":100,"t":"é"}},{"id":"o","type":"output"}],"edges":[{"id":"e","source":"a","target":"o","sourceHandle":"true"}],"access_control":{}}`, content},
	} {
		got := digestOf(t, c.text)
		differs := ""
		if got.Content != want.Content {
			differs += content
		}
		if got.Layout != want.Layout {
			differs += layout
		}
		if got.Access != want.Access {
			differs += access
		}
		if differs != c.differs {
			t.Errorf("%s: differs in %q, want %q", c.name, differs, c.differs)
		}
	}
	if d := digestOf(t, `{"name":"A","nodes":[],"edges":[]}`); d.Access != "" || len(d.String()) >= len(want.String()) {
		t.Errorf("without access_control the digest is %s", d)
	}
	// Empty data is none, but for a part of its own; what a run leaves in it counts as nothing.
	none, empty, run := digestOf(t, `{"nodes":[{"id":"o","type":"output"}]}`), digestOf(t, `{"nodes":[{"id":"o","type":"output","data":{}}]}`), digestOf(t, `{"nodes":[{"id":"o","type":"output","data":{"value":"x"}}]}`)
	if none.Content != empty.Content || none.Empty != "" || empty.Empty == "" || run != empty {
		t.Errorf("without data %v, with empty data %v, after a run %v", none, empty, run)
	}
	if got, ok := Parse(empty.String()); !ok || got != empty {
		t.Errorf("%q was read as %v, %v", empty, got, ok)
	}
	for _, bad := range []string{"", "x.y", want.Content, want.Content + ".", want.String() + ".00", want.String() + "." + want.Layout + "." + want.Layout} {
		if _, ok := Parse(bad); ok {
			t.Errorf("%q was taken for a digest", bad)
		}
	}
}

// The digest tells exactly what [flow.Diff] tells, but for data that says nothing.
func FuzzDigest(f *testing.F) {
	f.Add(`{"name":"A","nodes":[{"id":"a","data":{"n":1e2}}],"edges":[]}`, `{"name":"A","nodes":[{"id":"a","data":{"n":100.0}}],"edges":[]}`)
	f.Add(`{"name":"A","x":[1,"",null,{"a":1,"b":2}]}`, `{"x":[1.0,"",null,{"b":2,"a":1}],"name":"A"}`)
	f.Add(`{"name":"\ud83d\ude00"}`, `{"name":"😀"}`)
	f.Fuzz(func(t *testing.T, a, b string) {
		x, errX := flow.ParseSpec([]byte(a))
		y, errY := flow.ParseSpec([]byte(b))
		if errX != nil || errY != nil {
			return
		}
		if rawjson.Equal([]byte(a), []byte(b)) != (string(rawjson.AppendMeaning(nil, []byte(a))) == string(rawjson.AppendMeaning(nil, []byte(b)))) {
			t.Errorf("%s and %s are equal: %v, and their meanings are not so", a, b, rawjson.Equal([]byte(a), []byte(b)))
		}
		if rawjson.Equal([]byte(a), []byte(b)) && Of(x) != Of(y) {
			t.Errorf("%s and %s are equal, and have the digests %v and %v", a, b, Of(x), Of(y))
		}
	})
}

func BenchmarkDigest(b *testing.B) {
	text, err := os.ReadFile("../../examples/conditional-routing.json")
	if err != nil {
		b.Fatal(err)
	}
	f, err := flow.ParseFlow(rawjson.Get(text, "flow"))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		Of(f.Spec)
	}
}
