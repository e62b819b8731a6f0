package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/engine/browser"
	"github.com/flowctl/flowctl/pkg/flow"
)

// ruleCase is a flow and what standard makes of it.
type ruleCase struct {
	name    string
	flow    *builder
	refused []string          // codes of the problems, sorted; the flow does not start
	results map[string]string // by node: JSON of the result, "" for none
	errors  map[string]string // by node: a part of the error
	skipped []string
	asked   []string          // what the models were asked, sorted
	browser map[string]string // by node: the result in the browser, where that is the point
}

// The shapes of nodes that the cases need again and again.
const (
	upper = `{"operation":"uppercase","config":{}}`
	plain = `{}`
	text  = `{"format":"text"}`
)

func ask(prompt string) string {
	data, err := json.Marshal(map[string]string{"modelId": "m1", "prompt": prompt})
	if err != nil {
		panic(err)
	}
	return string(data)
}

func template(s string) string {
	data, err := json.Marshal(map[string]any{"operation": "template", "config": map[string]string{"template": s}})
	if err != nil {
		panic(err)
	}
	return string(data)
}

func value(s string) string { return `{"value":` + string(quoted(s)) + `}` }

// TestRules has a table of cases for each rule of standard.
func TestRules(t *testing.T) {
	for _, rule := range []struct {
		name  string
		cases []ruleCase
	}{
		{"1 Checked first", checkedFirst()},
		{"2 Order", orderCases()},
		{"3 Branches", branches()},
		{"4 Errors", errorCases()},
		{"5 Interpolation", interpolation()},
		{"6 Files", fileCases()},
		{"7 Model", modelCases()},
		{"8 Transform", transformCases()},
		{"9 Loop", loopCases()},
		{"10 Output", outputCases()},
		{"and Chunks", chunkCases()},
	} {
		t.Run(rule.name, func(t *testing.T) {
			for _, c := range rule.cases {
				t.Run(c.name, func(t *testing.T) { c.check(t) })
			}
		})
	}
}

func (c ruleCase) check(t *testing.T) {
	services, model := fakeServices()
	res, err := engine.Run(t.Context(), c.flow.spec(), engine.Options{Services: services, Limits: engine.Limits{Steps: 1 << 22}})
	switch {
	case c.refused != nil:
		var refused *engine.RefusedError
		if !errors.As(err, &refused) {
			t.Fatalf("the run returns %v, want it refused", err)
		}
		var codes []string
		for _, p := range refused.Problems {
			codes = append(codes, p.Code)
		}
		if slices.Sort(codes); !slices.Equal(codes, c.refused) {
			t.Errorf("refused for %q, want %q", codes, c.refused)
		}
		if len(model.calls) > 0 {
			t.Errorf("%d model calls were made", len(model.calls))
		}
	case err != nil:
		t.Fatal(err)
	default:
		c.checkResult(t, res)
		if c.asked != nil && !slices.Equal(model.prompts(), c.asked) {
			t.Errorf("models were asked %q, want %q", model.prompts(), c.asked)
		}
	}
	if c.browser != nil {
		services, _ := fakeServices()
		res, err := engine.Run(t.Context(), c.flow.spec(), engine.Options{Semantics: browser.New, Services: services, Limits: engine.Limits{Steps: 1 << 22}})
		if err != nil {
			t.Fatal(err)
		}
		checkResults(t, "in the browser ", res, c.browser)
	}
}

func (c ruleCase) checkResult(t *testing.T, res *engine.Result) {
	t.Helper()
	checkResults(t, "", res, c.results)
	wantStatus := flow.RunSuccess
	if len(c.errors) > 0 {
		wantStatus = flow.RunError
	}
	if res.Status != wantStatus {
		t.Errorf("the run ends in %s, want %s", res.Status, wantStatus)
	}
	for _, e := range res.Errors {
		if part, ok := c.errors[e.Node]; !ok || !strings.Contains(e.Err.Error(), part) {
			t.Errorf("node %s fails with %q, want %q", e.Node, e.Err, part)
		}
	}
	if len(res.Errors) != len(c.errors) {
		t.Errorf("%d nodes failed, want %d", len(res.Errors), len(c.errors))
	}
	var skipped []string
	for _, n := range res.Nodes {
		if n.Status == flow.NodeSkipped {
			skipped = append(skipped, n.ID)
		}
	}
	if !slices.Equal(skipped, c.skipped) {
		t.Errorf("skipped are %q, want %q", skipped, c.skipped)
	}
}

func checkResults(t *testing.T, where string, res *engine.Result, want map[string]string) {
	t.Helper()
	got := make(map[string]string)
	for _, v := range res.NodeResults {
		got[v.Node] = string(v.Value)
	}
	for node, result := range want {
		if got[node] != result {
			t.Errorf("%snode %s makes %s, want %s", where, node, got[node], result)
		}
	}
}

func checkedFirst() []ruleCase {
	ambiguous := func(name string) *builder {
		return newFlow().node("in_1", flow.Input, value("a")).node("in_2", flow.Input, value("b")).
			node("m", flow.Model, ask("{{"+name+".output}}"))
	}
	return []ruleCase{
		{name: "a cycle", flow: newFlow().node("a", flow.Transform, upper).node("b", flow.Transform, upper).node("i", flow.Input, plain).
			join("a", "b", "a"), refused: []string{"cycle"}},
		{name: "everything at once", flow: newFlow().node("a", flow.Input, plain).node("a", flow.Input, plain).node("x", "webhook", plain).
			node("c", flow.Conditional, plain).edge("c", "a", "maybe").edge("ghost", "a", "").edge("c", "c", ""),
			refused: []string{"dangling-edge", "duplicate-node-id", "self-loop", "unknown-handle", "unknown-node-type"}},
		{name: "an ambiguous reference", flow: ambiguous("in"), refused: []string{engine.CodeAmbiguousReference}},
		{name: "a whole id is not ambiguous", flow: ambiguous("in_2"), results: map[string]string{"m": `"MODEL(m1):b"`}},
		{name: "a cycle of references", flow: newFlow().node("a", flow.Model, ask("{{b.output}}")).node("b", flow.Model, ask("{{a.output}}")),
			refused: []string{engine.CodeReferenceCycle}},
		{name: "a reference to itself", flow: newFlow().node("a", flow.Model, ask("{{a.output}}")), errors: map[string]string{"a": "no result here"}},
		{name: "a wrong type", flow: newFlow().node("a", flow.Model, `{"modelId":"m1","prompt":5}`), refused: []string{"wrong-type"}},
		{name: "a draft without anything", flow: newFlow()},
		{name: "loops that share a body", flow: newFlow().node("l", flow.Loop, plain).node("k", flow.Loop, plain).node("o", flow.Output, text).
			edge("l", "o", "each").edge("k", "o", "each"), refused: []string{engine.CodeLoopBody}},
	}
}

func orderCases() []ruleCase {
	return []ruleCase{
		{name: "a reference is a dependency", flow: newFlow().node("m", flow.Model, ask("see {{late.output}}")).node("late", flow.Input, value("L")),
			results: map[string]string{"m": `"MODEL(m1):see L"`}, browser: map[string]string{"m": `"MODEL(m1):see {{late.output}}"`}},
		{name: "a reference by prefix too", flow: newFlow().node("m", flow.Model, ask("see {{late.output}}")).node("late_1", flow.Input, value("L")),
			results: map[string]string{"m": `"MODEL(m1):see L"`}},
		{name: "inputs come in edge order", flow: newFlow().node("a", flow.Input, value("A")).node("b", flow.Input, value("B")).
			node("g", flow.Merge, `{"strategy":"array"}`).join("b", "g").join("a", "g").join("b", "g"),
			results: map[string]string{"g": `["B","A","B"]`}},
	}
}

func branches() []ruleCase {
	route := func(data string) *builder {
		return newFlow().node("i", flow.Input, value("yes")).node("c", flow.Conditional, data).
			node("t", flow.Transform, upper).node("f", flow.Transform, upper).node("any", flow.Transform, upper).
			node("g", flow.Merge, `{"strategy":"concat","separator":"+"}`).
			join("i", "c").edge("c", "t", "true").edge("c", "f", "false").edge("c", "any", "").
			join("t", "g").join("f", "g")
	}
	decided := `{"condition":"yes","result":true,"branch":"true"}`
	return []ruleCase{
		{name: "the other branch is skipped, a join takes what is live", flow: route(`{"operator":"equals","compareValue":"yes"}`),
			results: map[string]string{"c": decided, "t": `"YES"`, "f": "", "any": `"YES"`, "g": `"YES"`}, skipped: []string{"f"},
			browser: map[string]string{"t": `"{\"CONDITION\":\"\",\"RESULT\":FALSE,\"BRANCH\":\"FALSE\"}"`}},
		{name: "trueOutput is carried", flow: route(`{"condition":"{{input}}","compareValue":"yes","trueOutput":"on <{{input}}>","falseOutput":"off"}`),
			results: map[string]string{"t": `"ON <YES>"`, "any": `"ON <YES>"`}, skipped: []string{"f"}},
		{name: "falseOutput is carried", flow: route(`{"operator":"not_equals","compareValue":"yes","trueOutput":"on","falseOutput":"off"}`),
			results: map[string]string{"f": `"OFF"`, "g": `"OFF"`}, skipped: []string{"t"}},
		{name: "compareValue is filled in", flow: route(`{"compareValue":"{{i.output}}"}`),
			results: map[string]string{"c": decided}, skipped: []string{"f"}},
		{name: "a skipped node skips what hangs on it alone", flow: newFlow().node("i", flow.Input, value("no")).node("c", flow.Conditional, `{"compareValue":"yes"}`).
			node("t", flow.Transform, upper).node("o", flow.Output, text).node("m", flow.Model, ask("{{t.output}}")).
			join("i", "c").edge("c", "t", "true").join("t", "o"),
			skipped: []string{"t", "o", "m"}, asked: []string{}},
		{name: "a reference to a skipped node and a live edge", flow: newFlow().node("i", flow.Input, value("no")).node("c", flow.Conditional, `{"compareValue":"yes"}`).
			node("t", flow.Transform, upper).node("m", flow.Model, ask("{{t.output}} {{input}}")).
			join("i", "c").edge("c", "t", "true").join("i", "m"),
			skipped: []string{"t"}, errors: map[string]string{"m": "{{t.output}}"}},
		{name: "a reference does not bring a branch to life", flow: newFlow().node("i", flow.Input, value("no")).node("c", flow.Conditional, `{"compareValue":"yes"}`).
			node("m", flow.Model, ask("for yes: {{i.output}}")).node("n", flow.Model, ask("for no: {{i.output}}")).
			join("i", "c").edge("c", "m", "true").edge("c", "n", "false"),
			skipped: []string{"m"}, asked: []string{"for no: no"}},
		{name: "a dead branch is not an input", flow: route(`{"compareValue":"yes"}`).node("m", flow.Model, ask("{{input}}|{{ input }}")).edge("c", "m", "false").join("i", "m").join("t", "m").join("f", "m"),
			results: map[string]string{"m": `"MODEL(m1):yes\n\nYES|yes\n\nYES"`}, skipped: []string{"f"}},
		{name: "both conditionals of a join are dead", flow: newFlow().node("i", flow.Input, value("no")).
			node("c", flow.Conditional, `{"compareValue":"yes"}`).node("d", flow.Conditional, `{"compareValue":"yes"}`).node("g", flow.Merge, plain).
			join("i", "c").join("i", "d").edge("c", "g", "true").edge("d", "g", "true"),
			skipped: []string{"g"}},
		{name: "the conditional's own output", flow: route(`{"compareValue":"yes"}`).node("m", flow.Model, ask("{{c.output.branch}} {{c.output}}")),
			results: map[string]string{"m": `"MODEL(m1):true {\"condition\":\"yes\",\"result\":true,\"branch\":\"true\"}"`}, skipped: []string{"f"}},
	}
}

func errorCases() []ruleCase {
	return []ruleCase{
		{name: "dependents are skipped, others finish", flow: newFlow().node("i", flow.Input, value("x")).
			node("bad", flow.Transform, `{"operation":"replace","config":{"pattern":"("}}`).
			node("next", flow.Transform, upper).node("ref", flow.Model, ask("{{bad.output}}")).node("far", flow.Output, text).
			node("good", flow.Transform, upper).node("g", flow.Merge, plain).
			join("i", "bad", "next", "far").join("i", "good", "g").join("bad", "g"),
			errors: map[string]string{"bad": "Unterminated group"}, skipped: []string{"next", "ref", "far", "g"},
			results: map[string]string{"good": `"X"`, "next": ""}, asked: []string{},
			browser: map[string]string{"g": `"X"`}},
		{name: "a model's answer is an error", flow: newFlow().node("m", flow.Model, `{"modelId":"err-http-errobj","prompt":"p"}`),
			errors: map[string]string{"m": "400 Bad Request: nested"}},
		{name: "a model that cannot be reached", flow: newFlow().node("m", flow.Model, `{"modelId":"err-throw","prompt":"p"}`),
			errors: map[string]string{"m": "network down"}},
		{name: "an answer that is not JSON", flow: newFlow().node("m", flow.Model, `{"modelId":"bad-json","prompt":"p"}`),
			errors: map[string]string{"m": "not JSON"}},
		{name: "an answer without content", flow: newFlow().node("m", flow.Model, `{"modelId":"fmt-empty","prompt":"p"}`),
			errors: map[string]string{"m": "no content"}},
		{name: "a failed knowledge query", flow: newFlow().node("k", flow.Knowledge, `{"knowledgeBaseId":"kb-throw-string","query":"q"}`),
			errors: map[string]string{"k": "a string"}},
	}
}

func interpolation() []ruleCase {
	two := func() *builder {
		return newFlow().node("a", flow.Input, value("A $& {{b.output}}")).node("b", flow.Input, value("B"))
	}
	filled := func(t flow.NodeType, data string) *builder {
		return two().node("n", t, data).join("a", "n").join("b", "n")
	}
	return []ruleCase{
		{name: "one pass, every input, spelt either way", flow: filled(flow.Model, ask("{{input}}|{{ input }}")),
			results: map[string]string{"n": `"MODEL(m1):A $& {{b.output}}\n\nB|A $& {{b.output}}\n\nB"`}},
		{name: "the same in a template", flow: filled(flow.Transform, template("<{{ input }}>")),
			results: map[string]string{"n": `"<A $& {{b.output}}\n\nB>"`}, browser: map[string]string{"n": `"<A {{ input }} {{b.output}}>"`}},
		{name: "the same in a query", flow: filled(flow.WebSearch, `{"query":"{{input}}"}`),
			results: map[string]string{"n": `{"query":"A $& {{b.output}}\n\nB","results":[{"title":"T1","url":"http://a.test/1","content":"content one A $& {{b.output}}\n\nB","snippet":"content one A $& {{b.output}}\n\nB...","metadata":{"source":"http://a.test/1","title":"T1"}},{"title":"http://b.test/2","url":"http://b.test/2","content":"content two A $& {{b.output}}\n\nB","snippet":"content two A $& {{b.output}}\n\nB...","metadata":{"source":"http://b.test/2"}}],"count":2,"collection_name":"web-search-1","text":"Found 2 results:\n\n1. T1\n   URL: http://a.test/1\n   content one A $& {{b.output}}\n\nB...\n\n2. http://b.test/2\n   URL: http://b.test/2\n   content two A $& {{b.output}}\n\nB..."}`}},
		{name: "references in a template", flow: two().node("n", flow.Transform, template("{{b.output}} {{ b.output }}")).join("a", "n"),
			results: map[string]string{"n": `"B B"`}, browser: map[string]string{"n": `"{{b.output}} {{ b.output }}"`}},
		{name: "a path into the first input", flow: newFlow().node("a", flow.Input, `{"value":{"k":[{"x":"deep"}]}}`).node("b", flow.Input, value("B")).
			node("m", flow.Model, ask("{{input.k.0.x}} {{a.output.k.0}}")).join("a", "m").join("b", "m"),
			results: map[string]string{"m": `"MODEL(m1):deep {\"x\":\"deep\"}"`}},
		{name: "any id can be named", flow: newFlow().node("my node", flow.Input, value("S")).node("n.1", flow.Input, value("D")).node("é", flow.Input, value("U")).
			node("m", flow.Model, ask("{{my node.output}}{{ n.1.output }}{{é.output}}")), results: map[string]string{"m": `"MODEL(m1):SDU"`}},
		{name: "no such node", flow: newFlow().node("m", flow.Model, ask("{{zzz.output}}")), errors: map[string]string{"m": `no node "zzz"`}},
		{name: "no such path", flow: newFlow().node("a", flow.Input, value("A")).node("m", flow.Model, ask("{{a.output.x}}")), errors: map[string]string{"m": `has no "x"`}},
		{name: "no input", flow: newFlow().node("m", flow.Model, ask("{{input}}")), errors: map[string]string{"m": "nothing is connected"}},
		{name: "other braces stay", flow: newFlow().node("a", flow.Input, value("A")).node("m", flow.Model, ask("{{name}} {{#each x}} {{{input}}} {{ }} {{")).join("a", "m"),
			results: map[string]string{"m": `"MODEL(m1):{{name}} {{#each x}} {A} {{ }} {{"`}},
	}
}

func fileCases() []ruleCase {
	const id = "11111111-2222-3333-4444-555555555555"
	const seen = "data:image/png;base64,QllURVM="
	return []ruleCase{
		{name: "a file goes along, the prompt is kept", flow: newFlow().node("a", flow.Input, `{"value":"cat","fileIds":["`+id+`"]}`).node("m", flow.Model, ask("What {{input}}?")).join("a", "m"),
			results: map[string]string{"a": `["cat","` + id + `"]`, "m": `"MODEL(m1):What cat?|[` + seen + `]"`},
			browser: map[string]string{"m": `"MODEL(m1):cat|[` + seen + `]"`}},
		{name: "mediaFileId alone", flow: newFlow().node("a", flow.Input, `{"mediaFileId":"short"}`).node("m", flow.Model, ask("")).join("a", "m"),
			results: map[string]string{"a": `"short"`, "m": `"MODEL(m1):` + engine.DescribeImage + `|[` + seen + `]"`}},
		{name: "a text that looks like a file is a text", flow: newFlow().node("a", flow.Input, value(id)).node("b", flow.Input, value("deadbeef")).
			node("c", flow.Input, value("/api/v1/files/abc-1/content")).node("m", flow.Model, ask("{{input}}")).join("a", "m").join("b", "m").join("c", "m"),
			results: map[string]string{"m": `"MODEL(m1):` + id + `\n\ndeadbeef\n\n/api/v1/files/abc-1/content"`}},
		{name: "a model's file is one", flow: newFlow().node("p", flow.Model, `{"modelId":"fmt-data-url","prompt":"draw"}`).node("m", flow.Model, ask("look")).join("p", "m"),
			results: map[string]string{"m": `"MODEL(m1):look|[http://x.test/a.png]"`}},
		{name: "through a merge and a loop", flow: newFlow().node("a", flow.Input, `{"fileIds":["f1","f2"]}`).node("g", flow.Merge, `{"strategy":"first"}`).
			node("l", flow.Loop, `{"loopType":"array"}`).node("m", flow.Model, ask("see {{input.iteration}}")).join("a", "g", "l").edge("l", "m", "each"),
			results: map[string]string{"m": `"MODEL(m1):see 1"`}},
		{name: "an answer that mentions a file is a text", flow: newFlow().node("m", flow.Model, `{"modelId":"says-file","prompt":"p"}`),
			results: map[string]string{"m": `"Here: ![x](/api/v1/files/abc-123/content) done"`}, browser: map[string]string{"m": `"abc-123"`}},
		{name: "an answer that sounds like a failure is a text", flow: newFlow().node("m", flow.Model, `{"modelId":"says-error","prompt":"p"}`),
			results: map[string]string{"m": `"Sorry, I was unable to generate it"`}, browser: map[string]string{"m": ""}},
		{name: "a pipeline gets the content too", flow: newFlow().node("a", flow.Input, `{"fileIds":["f1"]}`).node("m", flow.Model, `{"modelId":"some-pipe","prompt":"see"}`).join("a", "m"),
			results: map[string]string{"m": `"MODEL(some-pipe):see|[` + seen + `]"`}},
		{name: "a file that is not there", flow: newFlow().node("a", flow.Input, `{"fileIds":["eeee"]}`).node("m", flow.Model, ask("see")).join("a", "m"),
			errors: map[string]string{"m": "404 Not Found"}},
		{name: "an output node's file", flow: newFlow().node("a", flow.Input, `{"fileIds":["bbbb1"]}`).node("o", flow.Output, `{"format":"file"}`).
			node("p", flow.Model, `{"modelId":"fmt-data-b64","prompt":"draw"}`).node("q", flow.Output, `{"format":"file","fileType":"image"}`).
			node("t", flow.Input, value("eeee")).node("r", flow.Output, `{"format":"file"}`).join("a", "o").join("p", "q").join("t", "r"),
			results: map[string]string{"o": `{"fileId":"bbbb1","fileType":"video"}`, "q": `{"fileId":"uploaded-1","fileType":"image"}`},
			errors:  map[string]string{"r": "look for the file"}},
	}
}

func modelCases() []ruleCase {
	return []ruleCase{
		{name: "the answer in all its forms", flow: newFlow().node("a", flow.Model, `{"modelId":"fmt-messages","prompt":"x"}`).
			node("b", flow.Model, `{"modelId":"fmt-images","prompt":"x"}`).node("c", flow.Model, `{"modelId":"obj-content","prompt":"x"}`),
			results: map[string]string{"a": `"MSG:x"`, "b": `"img-one"`, "c": `{"k":"v"}`}},
		{name: "no model", flow: newFlow().node("m", flow.Model, `{"prompt":"x"}`), errors: map[string]string{"m": "no model"}},
		{name: "no prompt", flow: newFlow().node("m", flow.Model, `{"modelId":"m1"}`), errors: map[string]string{"m": "nothing to ask"}},
		{name: "an empty prompt is the input", flow: newFlow().node("a", flow.Input, value("A")).node("b", flow.Input, value("B")).node("m", flow.Model, ask("")).
			join("a", "m").join("b", "m"), results: map[string]string{"m": `"MODEL(m1):A\n\nB"`}},
		{name: "a prompt may ignore the input", flow: newFlow().node("a", flow.Input, value("A")).node("m", flow.Model, ask("fixed")).join("a", "m"),
			results: map[string]string{"m": `"MODEL(m1):fixed"`}},
	}
}

func transformCases() []ruleCase {
	on := func(value, data string) *builder {
		return newFlow().node("a", flow.Input, `{"value":`+value+`}`).node("t", flow.Transform, data).join("a", "t")
	}
	extract := func(field string) string { return `{"operation":"extract","config":{"field":"` + field + `"}}` }
	const doc = `"{\"a\":{\"b\":[1,{\"c\":12345678901234567890}]},\"x.y\":1.0,\"n\":null}"`
	return []ruleCase{
		{name: "an empty text is an input", flow: on(`""`, upper), results: map[string]string{"t": `""`}, browser: map[string]string{"t": ""}},
		{name: "no input at all", flow: newFlow().node("t", flow.Transform, upper), errors: map[string]string{"t": "no input"}},
		{name: "extract takes a path", flow: on(doc, extract("a.b.1.c")), results: map[string]string{"t": `12345678901234567890`}},
		{name: "extract prefers a key with dots", flow: on(doc, extract("x.y")), results: map[string]string{"t": `1.0`}, browser: map[string]string{"t": `1`}},
		{name: "extract finds null", flow: on(doc, extract("n")), results: map[string]string{"t": `null`}},
		{name: "extract from an object", flow: on(`{"k":{"v":"x"}}`, extract("k.v")), results: map[string]string{"t": `"x"`}},
		{name: "extract misses", flow: on(doc, extract("a.z")), errors: map[string]string{"t": `has no "z"`}},
		{name: "extract from no JSON", flow: on(`"plain"`, extract("a")), errors: map[string]string{"t": "not JSON"}},
		{name: "ECMAScript's expressions", flow: on(`"a-b_c"`, `{"operation":"replace","config":{"pattern":"(?<l>[a-z])(?=[-_])","replacement":"<$<l>$1$$>"}}`),
			results: map[string]string{"t": `"<aa$>-<bb$>_c"`}},
		{name: "with a limit of steps", flow: on(`"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"`, `{"operation":"replace","config":{"pattern":"(a+)+$"}}`),
			errors: map[string]string{"t": "take too long, counted together"}},
		{name: "half an emoji is left", flow: on(`"a😀b"`, `{"operation":"replace","config":{"pattern":"[\\ud83d]"}}`).node("m", flow.Model, ask("{{input}}")).join("t", "m"),
			results: map[string]string{"t": `"a\ude00b"`, "m": `"MODEL(m1):a\ude00b"`}, browser: map[string]string{"t": `"a\ude00b"`}},
		{name: "the first of several inputs", flow: on(`"a"`, upper).node("b", flow.Input, value("b")).join("b", "t"), results: map[string]string{"t": `"A"`}},
		{name: "an unknown operation passes on", flow: on(`"a"`, `{"operation":"reverse"}`), results: map[string]string{"t": `"a"`}},
	}
}

func outputCases() []ruleCase {
	shown := func(v, format string) *builder {
		return newFlow().node("a", flow.Input, value(v)).node("o", flow.Output, `{"format":"`+format+`"}`).join("a", "o")
	}
	return []ruleCase{
		{name: "json is read", flow: shown(`{"n":1.0}`, "json"), results: map[string]string{"o": `{"value":{"n":1.0}}`}},
		{name: "a code fence is taken off", flow: shown("```json\n[1]\n```\n", "json"), results: map[string]string{"o": `{"value":[1]}`},
			browser: map[string]string{"o": `{"value":"` + "```json\\n[1]\\n```\\n" + `"}`}},
		{name: "only one fence", flow: shown("```\n```\n1\n```\n```", "json"), errors: map[string]string{"o": "not JSON"}},
		{name: "anything else fails", flow: shown("hello", "json"), errors: map[string]string{"o": "not JSON"}, browser: map[string]string{"o": `{"value":"hello"}`}},
		{name: "nothing fails", flow: newFlow().node("o", flow.Output, `{"format":"json"}`), errors: map[string]string{"o": "no input"}},
		{name: "a value that is not text is JSON", flow: newFlow().node("a", flow.Input, `{"value":{"k":1}}`).node("o", flow.Output, `{"format":"json"}`).join("a", "o"),
			results: map[string]string{"o": `{"value":{"k":1}}`}},
		{name: "text stays", flow: shown(`{"n":1}`, "markdown"), results: map[string]string{"o": `{"value":"{\"n\":1}"}`}},
	}
}

func chunkCases() []ruleCase {
	return []ruleCase{
		{name: "a nested answer is read", flow: newFlow().node("k", flow.Knowledge, `{"knowledgeBaseId":"kb-1","query":"q","topK":2,"includeMetadata":true}`),
			results: map[string]string{"k": `{"chunks":[{"content":"doc0[q]","metadata":{"source":"s0.txt"},"relevanceScore":0.1},{"content":"doc1[q]","metadata":{"source":"s1.txt"},"relevanceScore":0.5}],"count":2,"query":"q","knowledgeBase":"KB(kb-1)"}`},
			browser: map[string]string{"k": `{"chunks":[{"content":["doc0[q]","doc1[q]"],"metadata":[{"source":"s0.txt"},{"source":"s1.txt"}],"relevanceScore":null}],"count":1,"query":"q","knowledgeBase":"KB(kb-1)"}`}},
		{name: "the threshold counts", flow: newFlow().node("k", flow.Knowledge, `{"knowledgeBaseId":"kb-1","query":"q","confidenceThreshold":0.95}`),
			results: map[string]string{"k": `{"chunks":[],"message":"No results met the confidence threshold"}`}},
		{name: "nothing is found", flow: newFlow().node("k", flow.Knowledge, `{"knowledgeBaseId":"kb-empty","query":"q"}`),
			results: map[string]string{"k": `{"chunks":[],"message":"No relevant documents found"}`}},
		{name: "an address in capitals", flow: newFlow().node("w", flow.WebSearch, `{"query":"HTTPS://find.test/x"}`),
			results: map[string]string{"w": `{"query":"HTTPS://find.test/x","results":[{"title":"page","url":"HTTPS://find.test/x","content":"PAGE HTTPS://find.test/x","snippet":"PAGE HTTPS://find.test/x...","metadata":{"name":"page","source":"HTTPS://find.test/x"}}],"count":1,"collection_name":"web-page-1","text":"Found 1 results:\n\n1. page\n   URL: HTTPS://find.test/x\n   PAGE HTTPS://find.test/x..."}`},
			browser: map[string]string{"w": `{"query":"HTTPS://find.test/x","results":[{"title":"http://a.test/1","url":"http://a.test/1","content":"","snippet":"http://a.test/1","metadata":{"source":"http://a.test/1"}},{"title":"http://b.test/2","url":"http://b.test/2","content":"","snippet":"http://b.test/2","metadata":{"source":"http://b.test/2"}}],"count":2,"collection_name":"web-search-1","text":"Found 2 results:\n\n1. http://a.test/1\n   URL: http://a.test/1\n   http://a.test/1\n\n2. http://b.test/2\n   URL: http://b.test/2\n   http://b.test/2"}`}},
	}
}

// TestModelSettings is rule 7: what is sent of the advanced settings.
func TestModelSettings(t *testing.T) {
	const all = `"temperature":0,"max_tokens":10,"top_p":0.50,"frequency_penalty":-1,"presence_penalty":2`
	for _, c := range []struct {
		name, data, standard, browser string
	}{
		{"on", `"useAdvancedSettings":true,` + all, `,"temperature":0,"max_tokens":10,"top_p":0.50,"frequency_penalty":-1,"presence_penalty":2`, `,"temperature":0,"max_tokens":10`},
		{"off", all, ``, ``},
		{"no tokens", `"useAdvancedSettings":true,"max_tokens":0,"top_p":null`, ``, ``},
	} {
		for semantics, want := range map[string]string{browser.Standard: c.standard, browser.Name: c.browser} {
			var sent string
			model := modelFunc(func(req engine.ChatRequest) (json.RawMessage, error) {
				req.ChatID = ""
				body, err := req.MarshalJSON()
				sent = string(body)
				return json.RawMessage(`{"choices":[{"message":{"content":"x"}}],"usage":{"prompt_tokens":3,"completion_tokens":4}}`), err
			})
			spec := newFlow().node("m", flow.Model, `{"modelId":"m1","prompt":"p",`+c.data+`}`).spec()
			res, err := engine.Run(t.Context(), spec, engine.Options{Semantics: named(semantics), Services: engine.Services{Model: model}})
			if err != nil {
				t.Fatal(err)
			}
			session := ""
			if semantics == browser.Name {
				session = `,"session_id":"flow-execution"`
			}
			full := `{"model":"m1","messages":[{"role":"user","content":"p"}],"stream":false` + session + want + `}`
			if sent != full {
				t.Errorf("%s, %s: sent\n%s\nwant\n%s", c.name, semantics, sent, full)
			}
			if got := res.Nodes[0].Tokens; got != (flow.Usage{Prompt: 3, Completion: 4, Total: 7}) || res.Tokens != got {
				t.Errorf("%s: tokens are %v, of the run %v", semantics, got, res.Tokens)
			}
		}
	}
}

// modelFunc is a model made of a function.
type modelFunc func(engine.ChatRequest) (json.RawMessage, error)

func (f modelFunc) Chat(_ context.Context, req engine.ChatRequest, _ func(string)) (json.RawMessage, error) {
	return f(req)
}
