package flowfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

// A flow that a program made has all our keys in order.
func TestWriteNew(t *testing.T) {
	f := File{ID: "i", ExportedAt: 5, Extra: flow.Object{{Key: "x", Value: json.RawMessage(`[ 1.0 ]`)}, {Key: "id", Value: json.RawMessage(`0`)}}, Spec: flow.Spec{
		Name:          "a <b> & \"c\"\n\u2028",
		Nodes:         []flow.Node{{ID: "n", Type: flow.Input, Data: json.RawMessage(`{"value": "x" , "l":[ ] }`)}},
		Edges:         []flow.Edge{{ID: "e", Source: "n", Target: "n", SourceHandle: "true"}},
		Meta:          json.RawMessage(`{ }`),
		AccessControl: flow.Private(),
	}}
	f.Spec.Nodes[0].SetUnknown("width", json.RawMessage(`1.50`))
	want := "{\n  \"version\": \"1.0\",\n  \"id\": \"i\",\n  \"flow\": {\n    \"name\": \"a <b> & \\\"c\\\"\\n\u2028\",\n" + `    "nodes": [
      {
        "id": "n",
        "type": "input",
        "data": {
          "value": "x",
          "l": []
        },
        "width": 1.50
      }
    ],
    "edges": [
      {
        "id": "e",
        "source": "n",
        "target": "n",
        "sourceHandle": "true"
      }
    ],
    "meta": {},
    "access_control": {}
  },
  "exportedAt": 5,
  "x": [
    1.0
  ]
}
`
	if got := writeAll(t, []File{f, f}); got != want+want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got, want := writeAll(t, []File{{}}), "{\n  \"version\": \"1.0\",\n  \"flow\": {}\n}\n"; got != want {
		t.Errorf("nothing at all: got\n%s", got)
	}
}

// Many unknown fields stay in their author's order, behind ours.
func TestWriteManyFields(t *testing.T) {
	var in strings.Builder
	want := "{\n  \"version\": \"1.0\",\n  \"flow\": {\n    \"name\": \"n\",\n    \"nodes\": []"
	in.WriteString("{")
	for i := range 40 {
		key := itoa(i * 7 % 40)
		in.WriteString(`"` + key + `":0,`)
		want += ",\n    \"" + key + `": 0`
	}
	files, err := read(in.String() + `"nodes":[],"name":"n"}`)
	if err != nil {
		t.Fatal(err)
	}
	if got := writeAll(t, files); got != want+"\n  }\n}\n" {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestWriteErrors(t *testing.T) {
	notObject, err := flow.ParseSpec([]byte(`[1]`))
	if err != nil {
		t.Fatal(err)
	}
	bad := json.RawMessage(`{"a":`)
	tests := []struct {
		name, want string
		file       File
	}{
		{"newer version", `write the flow file: version "2.0" is newer`, File{Version: "2.0"}},
		{"no version", `write the flow file: version "x" is not a version`, File{Version: "x"}},
		{"not an object", "write the flow file: encode the flow: unexpected character '['", File{Spec: notObject}},
		{"meta", "write the flow file: encode the flow: ", File{Spec: flow.Spec{Meta: bad}}},
		{"node", "write the flow file: encode nodes: element 1: ", File{Spec: flow.Spec{Nodes: []flow.Node{{}, {Data: bad}}}}},
		{"extra", `write the flow file: member "x": `, File{Extra: flow.Object{{Key: "x", Value: bad}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := Write(&bytes.Buffer{}, tt.file); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
	if err := Write(brokenWriter{}, File{}); !errors.Is(err, errBroken) {
		t.Errorf("error %v", err)
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

// What a wrapper says of itself is written as it was read.
func TestWriteKeepsWrapper(t *testing.T) {
	tests := []struct{ text, want string }{
		{`{"id":"a","flow":{"id":"b","z":1}}`, `{"version":"1.0","id":"a","flow":{"z":1,"id":"b"}}`},
		{`{"id":"a","flow":{"id":"a"}}`, `{"version":"1.0","id":"a","flow":{}}`},
		{`{"flow":{"id":"b"}}`, `{"version":"1.0","id":"b","flow":{}}`},
		{`{"id":5,"flow":{"id":[ 7 ]}}`, `{"version":"1.0","flow":{"id":[7]},"id":5}`},
		{`{"nodes":[],"id":5}`, `{"version":"1.0","flow":{"nodes":[],"id":5}}`},
		{`{"id":"","flow":{"id":null}}`, `{"version":"1.0","flow":{}}`},
		{`{"flow":{},"exportedAt":1.5}`, `{"version":"1.0","flow":{},"exportedAt":1.5}`},
		{`{"flow":{},"exportedAt":0}`, `{"version":"1.0","flow":{},"exportedAt":0}`},
		{`{"flow":{},"exportedAt":1.6976448e9}`, `{"version":"1.0","flow":{},"exportedAt":1697644800}`},
		{`{"flow":{},"exportedAt":1697644800000}`, `{"version":"1.0","flow":{},"exportedAt":1697644800}`},
		{`{"flow":{},"exportedAt":1697644800001}`, `{"version":"1.0","flow":{},"exportedAt":1697644800}`},
		{`{"flow":{},"exportedAt":"today"}`, `{"version":"1.0","flow":{},"exportedAt":"today"}`},
	}
	for _, tt := range tests {
		text := tt.text
		for range 2 { // and again
			var b bytes.Buffer
			if err := Write(&b, parse(t, text)); err != nil {
				t.Fatal(err)
			}
			text = b.String()
			if got := string(rawjson.AppendCompact(nil, b.Bytes())); got != tt.want {
				t.Errorf("%s\ngives %s\nwant  %s", tt.text, got, tt.want)
			}
		}
	}
	f := parse(t, `{"id":"a","flow":{"id":"b"},"exportedAt":1.5}`)
	f.ID, f.ExportedAt = "c", 7
	var b bytes.Buffer
	if err := Write(&b, f); err != nil || !strings.Contains(b.String(), `"exportedAt": 7`) || !strings.Contains(b.String(), `"id": "c"`) {
		t.Errorf("%v, %s", err, b.String())
	}
}

// Write must not reorder what the Spec goes on to use.
func TestWriteLeavesSpec(t *testing.T) {
	files, err := read(`{"meta":{},"nodes":[{"data":{},"id":"a"}],"name":"n"}`)
	if err != nil {
		t.Fatal(err)
	}
	before := string(files[0].Spec.AppendJSON(nil))
	writeAll(t, files)
	if after := string(files[0].Spec.AppendJSON(nil)); after != before {
		t.Errorf("before %s\nafter  %s", before, after)
	}
}

// FuzzFile: what was read and written is read again as the same, and written as
// the same bytes. Positions of problems lie in the text.
func FuzzFile(f *testing.F) {
	for _, text := range []string{
		`{"version":"1.0","flow":{"name":"n","nodes":[{"id":"a","type":"input","data":{"value":1.0}}],"edges":[],"meta":{}},"exportedAt":1697644800}`,
		`{"id":"a","flow":{"id":{"x": 1},"nodes":[]},"exportedAt":0}`, `{"id":"a","flow":{"id":"b"},"exportedAt":1697644800.25}`,
		`[{"nodes":[],"id":"i","updated_at":5},{"flow":{},"id":5,"exportedAt":"x","zz":[{}]}]`,
		"\ufeff{\"edges\":[1,{\"target\":\"a\",\"id\":\"\\ud800\"}],\"\\ud800\":1e400}\n{\"nodes\":null}",
		`{"version":"2.0","flow":{}}`, `{"version":1,"flow":{}}`, "<html>", "\xff\xfe{\x00", `{"nodes":[{"id":"a"`, `{"a":1,"a":2}`, "[]", "5", "",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		files, err := Read(bytes.NewReader(data), "f.json")
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Line < 1 || e.Col < 1 {
				t.Fatalf("error without a place: %v", err)
			}
			return
		}
		lines := bytes.Count(data, []byte("\n")) + 1
		for _, file := range files {
			for _, p := range flow.Validate(file.Spec) {
				if line, col := file.Position(p.Pointer); line < 1 || line > lines || col < 1 || col > len(data)+1 {
					t.Fatalf("%s is at %d:%d", p, line, col)
				}
			}
		}
		first := writeAll(t, files)
		again, err := read(first)
		if err != nil {
			if first == "" {
				return // an empty array
			}
			t.Fatalf("%v in\n%s", err, first)
		}
		if second := writeAll(t, again); second != first {
			t.Fatalf("first\n%s\nsecond\n%s", first, second)
		}
		for i, file := range files {
			if before, after := sortedText(t, file.Spec), sortedText(t, again[i].Spec); before != after {
				t.Fatalf("before %s\nafter  %s", before, after)
			}
		}
	})
}

// sortedText is the flow with our keys in order, and all else as it is.
func sortedText(t *testing.T, s flow.Spec) string {
	t.Helper()
	var compact bytes.Buffer
	if err := json.Compact(&compact, []byte(writeAll(t, []File{{Spec: s}}))); err != nil {
		t.Fatal(err)
	}
	return compact.String()
}
