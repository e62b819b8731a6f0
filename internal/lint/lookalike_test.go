package lint

import (
	"strings"
	"testing"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/engine/browser"
	"github.com/flowctl/flowctl/pkg/flow"
)

// What looks like a reference and is none is told, with the form that was meant;
// what another template language has is left in peace. Both semantics leave all of
// it as it is.
func TestLookalikes(t *testing.T) {
	const prompt = `{"name":"n","nodes":[{"id":"a","type":"input","data":{"value":"A"}},{"id":"summary","type":"input","data":{"value":"S"}},{"id":"my node","type":"input","data":{"value":"N"}},` +
		`{"id":"shown_1","type":"output","data":{}},{"id":"m","type":"model","data":{"modelId":"m","prompt":"{{input}} TEXT"}}],` +
		`"edges":[{"id":"e","source":"a","target":"m"},{"id":"f","source":"summary","target":"m"},{"id":"g","source":"my node","target":"m"},{"id":"h","source":"a","target":"shown_1"},{"id":"i","source":"shown_1","target":"m"}]}`
	for text, want := range map[string]string{
		"{{a}}":                   "{{a.output}}",
		"{{ A }}":                 "{{a.output}}",
		"{{a.result}}":            "{{a.output}}",
		"{{ a.value }}":           "{{a.output}}",
		"{{a .output}}":           "{{a.output}}",
		"{{a.outputs}}":           "{{a.output}}",
		"{{a.output.}}":           "{{a.output}}",
		"{{a.output[0]}}":         "{{a.output.0}}",
		"{{a.ouptut.title}}":      "{{a.output.title}}",
		"{{a.output.my-key}}":     "none",
		"{{my node}}":             "{{my node.output}}",
		"{{sumnary}}":             "{{summary.output}}",
		"{{sumamry.text}}":        "{{summary.output}}",
		"{{shown}}":               "{{shown_1.output}}",
		"{{shown_1.value.0.url}}": "{{shown_1.output.value.0.url}}",
		"{{shown.text}}":          "{{shown_1.output}}",
		"{{inptu}}":               "{{input}}",
		"{{Input}}":               "{{input}}",
		"{{inputs.title}}":        "{{input.title}}",
		"{{input[0]}}":            "{{input.0}}",
		"{{input['a'].b}}":        "{{input.a.b}}",
		"{{input.}}":              "{{input}}",
		"{{input.a-b}}":           "none",
		"{{user.name}}":           "none",
		"{{é.output}}":            "none",
		"{{no such.output}}":      "none",
		"{{inptu}}{{x|up}}":       "{{input}}",
		"{{#if a}}{{a}}{{/if}}":   "{{a.output}}",

		"{{name}}":                              "",
		"{{Mr. Smith}}":                         "",
		"{{e.g. Berlin}}":                       "",
		"{{the program.output goes here}}":      "",
		"${{ github.event.number }}":            "",
		"{{#each rows}}{{shown.name}}{{/each}}": "",
		"{{output}}":                            "",
		"{{b}}":                                 "",
		"{{1}}":                                 "",
		"{{ 1.5 }}":                             "",
		"{{}}":                                  "",
		"{{...}}":                               "",
		"{{a b}}":                               "",
		"{{{name}}}":                            "",
		"{{$json.x}}":                           "",
		"{{> header}}":                          "",
		"{{! note }}":                           "",
		"{{@index}}":                            "",
		"{{ user.name | upper }}":               "",
		"{{sumnary}}{{ x | upper }}":            "",
		"{{ a | upper }}":                       "",
		"{{ a.output | trim }}":                 "",
		"{{ x.trim() }}":                        "",
		`{{ \"a\": 1 }}`:                        "",
		"{{#each rows}}{{this.name}}{{else}}-{{/each}}": "",
		"{% for u in users %}{{u.name}}{% endfor %}":    "",
	} {
		spec := mustSpec(t, strings.Replace(prompt, "TEXT", text, 1))
		meant := ""
		for _, p := range Check(spec) {
			if p.Code != CodeUnresolvedReference {
				continue
			}
			if p.Severity != flow.SeverityWarning || p.Pointer != "/nodes/4/data/prompt" {
				t.Errorf("%s: found %v", text, p)
			}
			_, hint, _ := strings.Cut(p.Message, "; did you mean ")
			if meant = strings.TrimSuffix(hint, "?"); meant == "" {
				meant = "none"
			}
		}
		if meant != want {
			t.Errorf("%s: meant is %q, want %q", text, meant, want)
		}
		for _, semantics := range []func() engine.Semantics{engine.NewStandard, browser.New} {
			res, err := engine.Run(t.Context(), spec, engine.Options{Semantics: semantics, Services: engine.Services{Model: engine.Echo{}}})
			if err != nil {
				t.Fatal(err)
			}
			if got := string(res.Execution("").NodeResults); !strings.Contains(got, text) {
				t.Errorf("%s: %s is not left alone in %s", semantics().Name(), text, got)
			}
		}
		if want == "" || want == "none" {
			continue
		}
		if fixed := mustSpec(t, strings.Replace(prompt, "TEXT", want, 1)); len(found(fixed, CodeUnresolvedReference)) > 0 {
			t.Errorf("%s would be no better", want)
		}
	}
}
