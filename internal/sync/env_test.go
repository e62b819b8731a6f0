package sync

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/client/clienttest"
	"github.com/flowctl/flowctl/pkg/flow"
)

const mapped = `{"name":"A","nodes":[{"id":"m","type":"model","data":{"x":1.0,"modelId":"gpt","modelName":"gpt"}},{"id":"k","type":"knowledge","data":{"knowledgeBaseId":"handbook"}},{"id":"o","type":"output","data":{"modelId":"gpt"}}],"edges":[],"access_control":{"read":{"group_ids":["reviewers","other"],"user_ids":["ann"]}}}`

func env(t *testing.T, text string) *Env {
	t.Helper()
	e, err := ReadEnv("env.yaml", []byte(text), func(name string) (string, error) {
		if name != "KB" {
			return "", errors.New("is not set")
		}
		return "Handbook", nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestEnvThereAndBack(t *testing.T) {
	e := env(t, "models:\n  gpt: llama3\nknowledge_bases:\n  handbook: ${KB}\ngroups:\n  reviewers: group-1\nusers:\n  ann: admin-id\n")
	file := specOf(t, source(t, "a.json", "", mapped))
	there := e.Forward(file)
	want := strings.NewReplacer(`"modelId":"gpt","modelName"`, `"modelId":"llama3","modelName"`, `"handbook"`, `"Handbook"`, `"reviewers"`, `"group-1"`, `"ann"`, `"admin-id"`).Replace(mapped)
	if got := string(there.AppendJSON(nil)); got != want {
		t.Errorf("there it is\n%s\nwant\n%s", got, want)
	}
	if got := string(file.AppendJSON(nil)); got != mapped {
		t.Errorf("the file's own flow became %s", got)
	}
	back, err := e.Backward(there, flow.Spec{})
	if got := string(back.AppendJSON(nil)); err != nil || got != mapped {
		t.Errorf("back it is\n%s, %v\nwant\n%s", got, err, mapped)
	}
}

func TestEnvManyToOne(t *testing.T) {
	e := env(t, "models: {gpt: llama3, claude: llama3}\n")
	file := specOf(t, source(t, "a.json", "", mapped))
	if back, err := e.Backward(e.Forward(file), file); err != nil || string(back.AppendJSON(nil)) != mapped {
		t.Errorf("with its file it is %s, %v", back.AppendJSON(nil), err)
	}
	if _, err := e.Backward(e.Forward(file), flow.Spec{}); err == nil || !strings.Contains(err.Error(), "claude or gpt") {
		t.Errorf("without a file got %v, want both names", err)
	}
}

// What did not change comes back as the file spells it, node by node.
func TestEnvBackwardByPlace(t *testing.T) {
	const text = `{"name":"n","nodes":[{"id":"a","type":"model","data":{"modelId":"gpt"}},{"id":"b","type":"model","data":{"modelId":"claude"}},{"id":"c","type":"model","data":{"modelId":"llama3"}}],"edges":[],"access_control":{"read":{"group_ids":[],"user_ids":["bob","x","ann","x"]}}}`
	e := env(t, "models: {gpt: llama3, claude: llama3}\nusers: {ann: x, bob: x}\n")
	file := specOf(t, source(t, "a.json", "", text))
	if back, err := e.Backward(e.Forward(file), file); err != nil || string(back.AppendJSON(nil)) != text {
		t.Errorf("it is %s, %v", back.AppendJSON(nil), err)
	}
	// A node that the file does not have cannot be told.
	more := specOf(t, source(t, "a.json", "", strings.Replace(text, `{"id":"c"`, `{"id":"d","type":"model","data":{"modelId":"llama3"}},{"id":"c"`, 1)))
	if _, err := e.Backward(e.Forward(more), file); err == nil || !strings.Contains(err.Error(), "claude or gpt") {
		t.Errorf("got %v, want both names", err)
	}
}

// Without a word at the same place an id gets its only name, else it stays.
func TestEnvBackwardNames(t *testing.T) {
	model := func(id, word string) string {
		return `{"id":"` + id + `","type":"model","data":{"modelId":"` + word + `"}}`
	}
	spec := func(nodes ...string) flow.Spec {
		return specOf(t, source(t, "a.json", "", `{"name":"n","nodes":[`+strings.Join(nodes, ",")+`],"edges":[]}`))
	}
	stored := spec(model("n", "llama3"))
	for _, tt := range []struct {
		name, env string
		file      flow.Spec
		word      string
		err       string
	}{
		{"no file", "models: {gpt: llama3}", flow.Spec{}, "gpt", ""},
		{"the file has the id here", "models: {gpt: llama3}", stored, "llama3", ""},
		{"the file has the id elsewhere", "models: {gpt: llama3}", spec(model("m", "llama3")), "gpt", ""},
		{"the id means another one in a file", "models: {gpt: llama3, llama3: big}", flow.Spec{}, "gpt", ""},
		{"the id is its own name", "models: {llama3: llama3}", flow.Spec{}, "llama3", ""},
		{"no name", "models: {gpt: big}", flow.Spec{}, "llama3", ""},
		{"no word", "models: {llama3: big}", flow.Spec{}, "", `flow "n": no file can say llama3, which the environment makes big`},
		{"no word, though the file has it", "models: {llama3: big}", stored, "", "no file can say llama3"},
		{"two names", "models: {gpt: llama3, claude: llama3}", flow.Spec{}, "", "claude or gpt"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			back, err := env(t, tt.env).Backward(stored, tt.file)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("error %v, want %s", err, tt.err)
				}
				return
			}
			if got := back.Nodes[0].Text("modelId"); err != nil || got != tt.word {
				t.Errorf("got %s, %v", got, err)
			}
		})
	}
}

func TestEnvErrors(t *testing.T) {
	for text, want := range map[string]string{
		"models: {a: '${ONE}', b: 'x-${TWO}'}":       "env.yaml: ${ONE} is not set; ${TWO} is not set",
		"models: {a: b}\nmodel: {a: b}":              `env.yaml:2: the environment has "model"; write a line`,
		"models:\n- a\n":                             "env.yaml:2: models is a list, not a map; write a line",
		"groups: ops":                                `env.yaml:1: groups is the text "ops", not a map; write`,
		"- models":                                   "env.yaml:1: the environment is a list, not a map; write",
		"models:\n  a: ''":                           "env.yaml:2: an empty name among the models; write",
		"models:\n  a:\n  b: c":                      "env.yaml:2: an empty name among the models; write",
		"models:\n  a: {id: b}":                      `env.yaml:2: what stands for "a" of the models is a map, not one name; write`,
		"models:\n  a: b\n  a: c":                    `env.yaml:3: "a" of models stands in line 2 too; write`,
		"models: {a: b}\n---\nmodels: {}":            "env.yaml:2: another document begins here",
		"models:\n  a: b\n   c: d\n":                 "env.yaml:3: the environment is not YAML: mapping values are not allowed in this context",
		"models: {[a]: b}":                           "env.yaml:1: a key of models is a list, not a name",
		"base: &b {a: b}\nmodels: *b":                `env.yaml:1: the environment has "base"`,
		"models: &b {a: b}\ngroups: {<<: [x, *b]}\n": "env.yaml",
		"models: *a":                                 "env.yaml: the environment is not YAML: unknown anchor 'a' referenced",
	} {
		_, err := ReadEnv("env.yaml", []byte(text), func(string) (string, error) { return "", errors.New("is not set") })
		if err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "unmarshal") || strings.Contains(err.Error(), "sync.") {
			t.Errorf("%q gave %v, want %q", text, err, want)
		}
	}
}

// What YAML has to say things once is taken, and an empty file.
func TestEnvYAML(t *testing.T) {
	for text, want := range map[string]string{
		"models: &m {a: b}\nusers: *m":       "b",
		"models: &m {a: b}\nusers: {<<: *m}": "b",
		"models: {a: 12}\nusers: {a: true}":  "true",
		"models:\nusers:\n  a: b\n":          "b",
		"":                                   "",
		"# nothing\n":                        "",
		"---\n":                              "",
	} {
		if got := env(t, text).Users["a"]; got != want {
			t.Errorf("%q gives %q, want %q", text, got, want)
		}
	}
}

func TestEnvResolve(t *testing.T) {
	onBoth(t, nil, func(t *testing.T, c *client.Client, ours bool) {
		if !ours { // the list of users is for administrators
			web := httptest.NewServer(clienttest.New(clienttest.Options{}))
			t.Cleanup(web.Close)
			c = connect(t, web.URL, "admin-token")
		}
		file := specOf(t, source(t, "", "", mapped))
		specs := func(yield func(flow.Spec, error) bool) { yield(file, nil) }
		e := env(t, "models: {gpt: llama3, unused: nowhere}\nknowledge_bases: {handbook: '${KB}'}\ngroups: {reviewers: Reviewers}\nusers: {ann: admin@example.com}\n")
		unknown, err := e.Resolve(t.Context(), c, specs)
		if ours { // it has lists of users and groups alone, and nobody is in those
			var missing *MissingError
			if !errors.As(err, &missing) || len(missing.Missing) != 2 {
				t.Errorf("got %q, %v, want a user and a group that are missing", unknown, err)
			}
			return
		}
		if err != nil || unknown != nil {
			t.Fatalf("got %q, %v", unknown, err)
		}
		got := string(e.Forward(file).AppendJSON(nil))
		for _, id := range []string{`"llama3"`, `"kb-1"`, `["group-1","other"]`, `["admin-id"]`} {
			if !strings.Contains(got, id) {
				t.Errorf("%s is not in %s", id, got)
			}
		}
		wrong := env(t, "models: {gpt: gone}\ngroups: {reviewers: lost}\n")
		var missing *MissingError
		if _, err := wrong.Resolve(t.Context(), c, specs); !errors.As(err, &missing) || len(missing.Missing) != 2 {
			t.Errorf("got %v, want both that are missing", err)
		}
	})
}

func TestEnvHide(t *testing.T) {
	text := "models: {gpt: '${ONE}', plain: known}\ngroups: {a: '${TWO}', b: '${ONE}'}\n"
	e, err := ReadEnv("env.yaml", []byte(text), func(name string) (string, error) { return "value of " + name, nil })
	if err != nil {
		t.Fatal(err)
	}
	access := `{"name":"F","nodes":[{"id":"m","type":"model","data":{"modelId":%q}},{"id":"n","type":"model","data":{"modelId":%q}}],"edges":[],"access_control":{"read":{"group_ids":%s,"user_ids":["u"]}}}`
	spec := func(first, second, groups string) flow.Spec {
		return specOf(t, source(t, "", "", fmt.Sprintf(access, first, second, groups)))
	}
	file := e.Forward(spec("gpt", "plain", `["a","other"]`))
	stored := spec("before", "drawn", `["other","earlier"]`)
	shown, storedShown := e.Hide(file, stored)
	for what, pair := range map[string][2]flow.Spec{
		"file":   {shown, spec("${ONE}", "known", `["${TWO}","other"]`)},
		"server": {storedShown, spec("(not ${ONE})", "drawn", `["other","(not ${TWO})"]`)},
	} {
		if got, want := string(pair[0].AppendJSON(nil)), string(pair[1].AppendJSON(nil)); got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
	if file, stored := (*Env)(nil).Hide(file, stored); len(flow.Diff(file, stored)) == 0 {
		t.Error("no environment hides something")
	}
}
