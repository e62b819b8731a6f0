package flow

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/internal/rawjson"
)

func TestEqual(t *testing.T) {
	tests := []struct {
		a, b string
		want bool
	}{
		{`1`, `1.0`, true},
		{`1e2`, `100.0`, true},
		{`1e16`, `1e+16`, true},
		{`-0.0`, `0`, true},
		{`0.10`, `1e-1`, true},
		{`12345678901234567890`, `12345678901234567891`, false},
		{`1e400`, `1e401`, false},
		{`1e99999999999999999999`, `1e99999999999999999998`, false},
		{`-1`, `1`, false},
		{`"a"`, `"\u0061"`, true},
		{`"\ud800"`, `"\ud801"`, false},
		{`{"a":1,"b":[2]}`, ` { "b" : [2.0], "a":1 }`, true},
		{`{"a":1}`, `{"a":1,"b":null}`, false},
		{`[1,2]`, `[2,1]`, false},
		{`[1]`, `[1,2]`, false},
		{`null`, `{}`, false},
		{`1`, `"1"`, false},
		{``, ``, true},
		{``, `null`, false},
	}
	for _, tt := range tests {
		if got := rawjson.Equal(json.RawMessage(tt.a), json.RawMessage(tt.b)); got != tt.want {
			t.Errorf("rawjson.Equal(%s, %s) = %v, want %v", tt.a, tt.b, got, tt.want)
		}
		if got := rawjson.Equal(json.RawMessage(tt.b), json.RawMessage(tt.a)); got != tt.want {
			t.Errorf("rawjson.Equal(%s, %s) = %v, want %v", tt.b, tt.a, got, tt.want)
		}
	}
}

func TestDiff(t *testing.T) {
	const before = `{"name":"f","description":"d","nodes":[
		{"id":"a","type":"input","position":{"x":0,"y":0},"data":{"value":"v"}},
		{"id":"b","type":"model","data":{"prompt":"old","deep":{"x":1,"y":2}}},
		{"id":"c","type":"output","data":{}}],
		"edges":[{"id":"e1","source":"a","target":"b"},{"id":"e2","source":"b","target":"c"}]}`
	tests := []struct {
		name  string
		after string // pairs of old and new text, to be replaced in before
		want  []string
	}{
		{"nothing", "", nil},
		{"a handle that names none", `"target":"b"|"target":"b","sourceHandle":null,"targetHandle":""`, nil},
		{"a description taken out", `"d"|null`, []string{`removed /description "d" -`}},
		{"spelling", `"x":0,"y":0|"y":0.0,"x":0e0`, nil},
		{"a field of the flow", `"description":"d",|`, []string{`removed /description "d" -`}},
		{"a prompt", `"old"|"new"`, []string{`changed node b /data/prompt "old" "new"`}},
		{"deep", `"x":1,"y":2|"x":1,"a/b":3`, []string{`added node b /data/deep/a~1b - 3`, `removed node b /data/deep/y 2 -`}},
		{"layout", `"x":0|"x":9`, []string{`changed node a /position/x 0 9`}},
		{"a node", `"id":"c"|"id":"d"`, []string{
			`added node d  - {"id":"d","type":"output","data":{}}`,
			`removed node c  {"id":"c","type":"output","data":{}} -`,
		}},
		{"an edge", `"target":"c"|"target":"c","sourceHandle":"true"`, []string{
			`added edge b:true → c  - {"id":"e2","source":"b","target":"c","sourceHandle":"true"}`,
			`removed edge b → c  {"id":"e2","source":"b","target":"c"} -`,
		}},
		{"an edge's id", `"e1"|"e9"`, []string{`changed edge a → b /id "e1" "e9"`}},
		{"the order", `{"id":"e1","source":"a","target":"b"},{"id":"e2","source":"b","target":"c"}|{"id":"e2","source":"b","target":"c"},{"id":"e1","source":"a","target":"b"}`,
			[]string{`moved /edges ["a → b","b → c"] ["b → c","a → b"]`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			after := before
			if from, to, ok := strings.Cut(tt.after, "|"); ok {
				if after = strings.Replace(before, from, to, 1); after == before {
					t.Fatal("the test changes nothing")
				}
			}
			got := describe(Diff(mustSpec(t, before), mustSpec(t, after)))
			if !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestDiffDoubleIDs(t *testing.T) {
	one := mustSpec(t, `{"nodes":[{"id":"a","data":{"v":1}},{"id":"a","data":{"v":2}}]}`)
	two := mustSpec(t, `{"nodes":[{"id":"a","data":{"v":1}},{"id":"a","data":{"v":3}},5]}`)
	want := []string{`changed node a /data/v 2 3`, `added  - 5`}
	if got := describe(Diff(one, two)); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func mustSpec(t *testing.T, text string) Spec {
	t.Helper()
	s, err := ParseSpec([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func describe(changes []Change) []string {
	var lines []string
	for _, c := range changes {
		place := ""
		switch {
		case c.Node != "":
			place = "node " + c.Node + " "
		case c.Edge != "":
			place = "edge " + c.Edge + " "
		}
		lines = append(lines, string(c.Kind)+" "+place+c.Path+" "+dash(c.Old)+" "+dash(c.New))
	}
	return lines
}

func dash(raw json.RawMessage) string {
	if raw == nil {
		return "-"
	}
	return string(raw)
}
