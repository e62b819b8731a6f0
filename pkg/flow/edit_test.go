package flow

import (
	"bytes"
	"encoding/json"
	"testing"
)

const editText = `{"zz":1.0,"name":"n\u0061","nodes":[{"x":1e2,"id":"\u0061","type":"input","data":{"value":1.0}},7],` +
	`"edges":[{"id":"e","source":"\u0061","target":"b","sourceHandle":null,"animated":true}],"meta":{"a":1}}`

func TestEditSpec(t *testing.T) {
	const nodes = `[{"x":1e2,"id":"\u0061","type":"input","data":{"value":1.0}},7]`
	const edges = `[{"id":"e","source":"\u0061","target":"b","sourceHandle":null,"animated":true}]`
	tests := []struct {
		name string
		edit func(*Spec)
		want string
	}{
		{"nothing", func(*Spec) {}, editText},
		{"same name", func(s *Spec) { s.Name = "na" }, editText},
		{"name", func(s *Spec) { s.Name = "<b>" }, `{"zz":1.0,"name":"<b>","nodes":` + nodes + `,"edges":` + edges + `,"meta":{"a":1}}`},
		{"no name", func(s *Spec) { s.Name = "" }, `{"zz":1.0,"name":"","nodes":` + nodes + `,"edges":` + edges + `,"meta":{"a":1}}`},
		{"new field", func(s *Spec) { s.Description = "d" }, `{"zz":1.0,"name":"n\u0061","nodes":` + nodes + `,"edges":` + edges + `,"meta":{"a":1},"description":"d"}`},
		{"meta", func(s *Spec) { s.Meta = json.RawMessage(` {"b": 2} `) }, `{"zz":1.0,"name":"n\u0061","nodes":` + nodes + `,"edges":` + edges + `,"meta":{"b":2}}`},
		{"no meta", func(s *Spec) { s.Meta = nil }, `{"zz":1.0,"name":"n\u0061","nodes":` + nodes + `,"edges":` + edges + `}`},
		{"access", func(s *Spec) { s.AccessControl = Public() }, `{"zz":1.0,"name":"n\u0061","nodes":` + nodes + `,"edges":` + edges + `,"meta":{"a":1},"access_control":null}`},
		{"no nodes", func(s *Spec) { s.Nodes = nil }, `{"zz":1.0,"name":"n\u0061","edges":` + edges + `,"meta":{"a":1}}`},
		{"empty nodes", func(s *Spec) { s.Nodes = []Node{} }, `{"zz":1.0,"name":"n\u0061","nodes":[],"edges":` + edges + `,"meta":{"a":1}}`},
		{"node id", func(s *Spec) { s.Nodes[0].ID = "c" }, `{"zz":1.0,"name":"n\u0061","nodes":[{"x":1e2,"id":"c","type":"input","data":{"value":1.0}},7],"edges":` + edges + `,"meta":{"a":1}}`},
		{"node position", func(s *Spec) { s.Nodes[0].Position = json.RawMessage(`{"x":1.0}`) }, `{"zz":1.0,"name":"n\u0061","nodes":[{"x":1e2,"id":"\u0061","type":"input","data":{"value":1.0},"position":{"x":1.0}},7],"edges":` + edges + `,"meta":{"a":1}}`},
		{"number becomes node", func(s *Spec) { s.Nodes[1].ID = "b" }, `{"zz":1.0,"name":"n\u0061","nodes":[{"x":1e2,"id":"\u0061","type":"input","data":{"value":1.0}},{"id":"b"}],"edges":` + edges + `,"meta":{"a":1}}`},
		{"edge handle", func(s *Spec) { s.Edges[0].SourceHandle = "true" }, `{"zz":1.0,"name":"n\u0061","nodes":` + nodes + `,"edges":[{"id":"e","source":"\u0061","target":"b","sourceHandle":"true","animated":true}],"meta":{"a":1}}`},
		{"append", func(s *Spec) { s.Nodes = append(s.Nodes, Node{ID: "z", Type: Output}) }, `{"zz":1.0,"name":"n\u0061","nodes":[{"x":1e2,"id":"\u0061","type":"input","data":{"value":1.0}},7,{"id":"z","type":"output"}],"edges":` + edges + `,"meta":{"a":1}}`},
		{"set unknown", func(s *Spec) { s.SetUnknown("zz", json.RawMessage(`[ ]`)) }, `{"zz":[],"name":"n\u0061","nodes":` + nodes + `,"edges":` + edges + `,"meta":{"a":1}}`},
		{"new unknown", func(s *Spec) { s.SetUnknown("new", json.RawMessage(`1`)) }, `{"zz":1.0,"name":"n\u0061","nodes":` + nodes + `,"edges":` + edges + `,"meta":{"a":1},"new":1}`},
		{"remove unknown", func(s *Spec) { s.SetUnknown("zz", nil) }, `{"name":"n\u0061","nodes":` + nodes + `,"edges":` + edges + `,"meta":{"a":1}}`},
		{"unknown that is known", func(s *Spec) { s.SetUnknown("name", json.RawMessage(`1`)) }, editText},
		{"node unknown", func(s *Spec) {
			s.Nodes[0].SetUnknown("x", nil)
			s.Nodes[0].SetUnknown("y", json.RawMessage(`"é"`))
			s.Nodes[0].SetUnknown("id", json.RawMessage(`5`))
		}, `{"zz":1.0,"name":"n\u0061","nodes":[{"id":"\u0061","type":"input","data":{"value":1.0},"y":"é"},7],"edges":` + edges + `,"meta":{"a":1}}`},
		{"edge unknown", func(s *Spec) { s.Edges[0].SetUnknown("animated", json.RawMessage(`false`)) }, `{"zz":1.0,"name":"n\u0061","nodes":` + nodes + `,"edges":[{"id":"e","source":"\u0061","target":"b","sourceHandle":null,"animated":false}],"meta":{"a":1}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := mustSpec(t, editText)
			tt.edit(&s)
			diffText(t, "Spec", s.AppendJSON(nil), []byte(tt.want))
		})
	}
}

func TestEditFlow(t *testing.T) {
	const text = `{"zz":1,"id":"i","name":"n","nodes":[7],"edges":[],"created_at":1.0,"updated_at":2.0,"meta":{},"\ud800":1,"\ud801":2}`
	tests := []struct {
		name string
		edit func(*Flow)
		want string
	}{
		{"name", func(f *Flow) { f.Name = "m" }, `{"zz":1,"id":"i","name":"m","nodes":[7],"edges":[],"created_at":1.0,"updated_at":2.0,"meta":{},"\ud800":1,"\ud801":2}`},
		{"time", func(f *Flow) { f.UpdatedAt = 3 }, `{"zz":1,"id":"i","name":"n","nodes":[7],"edges":[],"created_at":1.0,"updated_at":3,"meta":{},"\ud800":1,"\ud801":2}`},
		{"owner", func(f *Flow) { f.UserID = "u" }, `{"zz":1,"id":"i","name":"n","nodes":[7],"edges":[],"created_at":1.0,"updated_at":2.0,"meta":{},"\ud800":1,"\ud801":2,"user_id":"u"}`},
		{"unknown", func(f *Flow) {
			f.SetUnknown("zz", nil)
			f.SetUnknown("yy", json.RawMessage(`2`))
		}, `{"id":"i","name":"n","nodes":[7],"edges":[],"created_at":1.0,"updated_at":2.0,"meta":{},"\ud800":1,"\ud801":2,"yy":2}`},
		{"another spec", func(f *Flow) {
			f.Spec, _ = ParseSpec([]byte(`{"id":"not this","name":"other","xx":0,"nodes":[{"id":"a"}],"description":"d"}`))
		}, `{"id":"i","name":"other","nodes":[{"id":"a"}],"created_at":1.0,"updated_at":2.0,"xx":0,"description":"d"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, err := ParseFlow([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			tt.edit(&f)
			diffText(t, "Flow", f.AppendJSON(nil), []byte(tt.want))
		})
	}
}

// A Spec that was made in Go is written in the order of the API.
func TestNewFlow(t *testing.T) {
	f := Flow{ID: "i", UserID: "u", CreatedAt: 1, UpdatedAt: 2, Spec: Spec{
		Name: "n", Nodes: []Node{{ID: "a", Type: Input}}, Edges: []Edge{{ID: "e", Source: "a", Target: "b", SourceHandle: "true"}}, Meta: json.RawMessage(`{}`),
	}}
	diffText(t, "Flow", f.AppendJSON(nil), []byte(`{"id":"i","user_id":"u","name":"n","nodes":[{"id":"a","type":"input"}],`+
		`"edges":[{"id":"e","source":"a","target":"b","sourceHandle":"true"}],"created_at":1,"updated_at":2,"meta":{}}`))
	diffText(t, "Spec", Spec{}.AppendJSON(nil), []byte(`{}`))
}

// Values of the model are copied freely: changing a copy must not reach the
// original.
func TestCopiesDoNotAlias(t *testing.T) {
	s := mustSpec(t, editText)
	before := s.AppendJSON(nil)
	for range 2 { // the second time there may be room behind what the first one made
		c, n, e := s, s.Nodes[0], s.Edges[0]
		c.SetUnknown("zz", json.RawMessage(`"changed"`))
		c.SetUnknown("yy", json.RawMessage(`1`))
		n.SetUnknown("x", json.RawMessage(`"changed"`))
		n.SetUnknown("yy", json.RawMessage(`1`))
		e.SetUnknown("animated", nil)
		e.SetUnknown("yy", json.RawMessage(`1`))
	}
	diffText(t, "original", s.AppendJSON(nil), before)
}

// UnmarshalJSON must copy: encoding/json goes on to use its buffer.
func TestUnmarshalCopies(t *testing.T) {
	const text = `{"id":"a","zz":[1],"data":{"x":1},"style":{}}`
	for name, v := range map[string]interface {
		json.Unmarshaler
		json.Marshaler
	}{"Spec": new(Spec), "Flow": new(Flow), "Node": new(Node), "Edge": new(Edge), "Object": new(Object)} {
		data := []byte(text)
		if err := v.UnmarshalJSON(data); err != nil {
			t.Fatal(err)
		}
		copy(data, bytes.Repeat([]byte("x"), len(data)))
		got, _ := v.MarshalJSON()
		diffText(t, name, got, []byte(text))
	}
}

func TestUnknown(t *testing.T) {
	s := mustSpec(t, `{"name":"n","a":1,"nodes":[{"id":"x","\u0062":2,"B":3},5],"edges":[{"c":null}],"d":4}`)
	for want, got := range map[string]Object{
		`{"a":1,"d":4}`:      s.Unknown(),
		`{"\u0062":2,"B":3}`: s.Nodes[0].Unknown(),
		`{}`:                 s.Nodes[1].Unknown(),
		`{"c":null}`:         s.Edges[0].Unknown(),
	} {
		if string(got.AppendJSON(nil)) != want {
			t.Errorf("the unknown fields are %s, want %s", got.AppendJSON(nil), want)
		}
	}
}

func TestNodeText(t *testing.T) {
	s := mustSpec(t, `{"nodes":[{"id":"a","data":{"label":"\u00e9","n":1.0,"prompt":null}},{"id":"b","data":[]},5]}`)
	a := s.Node("a")
	if a.Label() != "é" || a.Text("n") != "" || string(a.Field("n")) != "1.0" || a.Field("none") != nil {
		t.Errorf("label %q, n %q %s, none %s", a.Label(), a.Text("n"), a.Field("n"), a.Field("none"))
	}
	if s.Node("b").Field("x") != nil || s.Nodes[2].Field("x") != nil || s.Node("c") != nil {
		t.Error("found what is not there")
	}
}
