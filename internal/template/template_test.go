package template

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/internal/lint"
	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

// TestBuiltIn checks that a flow can be made from each template that flowctl has, and that
// nothing is wrong with it but what the template's reader is to choose.
func TestBuiltIn(t *testing.T) {
	all, err := List(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 7 {
		t.Errorf("there are %d templates", len(all))
	}
	for _, tm := range all {
		spec, err := tm.Fill(nil)
		if err != nil {
			t.Error(err)
		}
		if len(spec.Nodes) < 3 || tm.Title == "" || tm.Description == "" || tm.Source != BuiltIn {
			t.Errorf("%s: %d nodes, title %q, description %q, source %q", tm.Name, len(spec.Nodes), tm.Title, tm.Description, tm.Source)
		}
		for _, p := range lint.Check(spec) {
			if p.Severity != lint.Info && (tm.Name != EmptyName || p.Code != "empty-name") {
				t.Errorf("%s: %s %s", tm.Name, p.Code, p.Message)
			}
		}
	}
}

func TestFillKeeps(t *testing.T) {
	text := `{"flow":{"name":"N","x":1.50,"nodes":[{"id":"a","type":"input","data":{"value":"\u007b{param.p}}","n":1e2,"A\u0062":"{{ param.p }}{{input}}"}}],"edges":[],"{{param.p}}":"{{param.n}}"},"template":{"parameters":[{"name":"p"},{"name":"n","type":"number","default":1.0}]}}`
	tm := parse([]byte(text), "t", "t")
	spec, err := tm.Fill(map[string]string{"p": "{{input}} \"q\" \\ param.n"})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"name":"N","x":1.50,"nodes":[{"id":"a","type":"input","data":{"value":"{{input}} \"q\" \\ param.n","n":1e2,"A\u0062":"{{input}} \"q\" \\ param.n{{input}}"}}],"edges":[],"{{param.p}}":1.0}`
	if got := string(spec.AppendJSON(nil)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestFaults(t *testing.T) {
	for text, want := range map[string]string{
		`7`:                             "must be an object",
		`{"title":7}`:                   "title of the template must be a text",
		`{"parameters":{}}`:             "must be a list",
		`{"parameters":[7]}`:            "parameter 1 must be an object",
		`{"parameters":[{}]}`:           "parameter 1 needs a name",
		`{"parameters":[{"name":"1"}]}`: "needs a name of letters",
		`{"parameters":[{"name":"a","description":[]}]}`:                 "description of parameter \"a\" must be a text",
		`{"parameters":[{"name":"a","default":7}]}`:                      "not a string",
		`{"parameters":[{"name":"a","type":"model","default":""}]}`:      "names no model",
		`{"parameters":[{"name":"a","type":"number","default":"7"}]}`:    "not a number",
		`{"parameters":[{"name":"a","type":"boolean","default":0}]}`:     "is not true or false",
		`{"parameters":[{"name":"a","type":"number","default":true}]}`:   "is not a number",
		`{"parameters":[{"name":"a","type":"number","default":{}}]}`:     "not a number",
		`{"parameters":[{"name":"a","default":"{{param.a}}"}]}`:          "cannot have a placeholder",
		`{"parameters":[{"name":"a","default":"\u007b{ param.b }} x"}]}`: "cannot have a placeholder",
	} {
		tm := parse([]byte(`{"flow":{"name":"N","nodes":[],"edges":[]},"template":`+text+`}`), "t", "t")
		_, err := tm.Fill(map[string]string{"a": "x"})
		if bad := (*InvalidError)(nil); !errors.As(err, &bad) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	tm := parse([]byte(`{"flow":{"name":"N","nodes":[{"id":"{{param.a}}","type":"input"},{"id":"b","type":"input"}],"edges":[]},"template":{"parameters":[{"name":"a"}]}}`), "t", "t")
	if _, err := tm.Fill(map[string]string{"a": "b"}); !errors.As(err, new(*InvalidError)) {
		t.Errorf("two nodes of one id: %v", err)
	}
}

// FuzzFill checks that a template of any text either is refused or makes a flow in which
// no placeholder of a parameter is left, and that a value comes through as it is.
func FuzzFill(f *testing.F) {
	f.Add(`{"flow":{"name":"{{param.a}} {{ param.b }}","nodes":[],"edges":[]},"template":{"parameters":[{"name":"a"},{"name":"b","type":"number","default":1}]}}`, "x")
	f.Add(`{"flow":{"name":"{{{{param.a}}}}","nodes":[]},"template":{"parameters":[{"name":"a"}]}}`, `{{param.a`)
	f.Add(`{"flow":{"nodes":[{"id":"\ud800{{param.a}}"}]},"template":{"parameters":[{"name":"a","default":"}}"}]}}`, "\xff\"")
	f.Add(`{"flow":{"name":"{{param.{{param.a}}}}"},"template":{"parameters":[{"name":"a","type":"boolean"}]}}`, "true")
	f.Fuzz(func(t *testing.T, text, value string) {
		tm := parse([]byte(text), "t", "t")
		tm.Sample()
		values := map[string]string{}
		for _, p := range tm.Parameters {
			if p.Check(value) == nil {
				values[p.Name] = value
			}
		}
		spec, err := tm.Fill(values)
		if err != nil {
			return
		}
		out := spec.AppendJSON(nil)
		if err := rawjson.Check(out); err != nil {
			t.Fatalf("%v in %s", err, out)
		}
		if again, err := flow.ParseSpec(out); err != nil || len(again.Nodes) != len(tm.Spec.Nodes) {
			t.Fatalf("%v: %s", err, out)
		}
		if len(tm.Parameters) > 0 {
			rewrite(tm.Spec.AppendJSON(nil), "", func(_, was string) json.RawMessage {
				if len(placeholders(was)) == 1 && placeholder().FindString(was) == was {
					name := placeholders(was)[0]
					if v, ok := values[name]; ok && tm.parameterNamed(name).Type == String && !strings.Contains(string(out), string(rawjson.AppendString(nil, v))) {
						t.Fatalf("%q is not in %s", v, out)
					}
				}
				return nil
			})
		}
	})
}
