package flow

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// withNodes and withEdges make a flow of which nothing else is to be said.
func withNodes(nodes string) string { return `{"name":"n","nodes":[` + nodes + `]}` }

func withEdges(edges string) string {
	return `{"name":"n","nodes":[{"id":"a","type":"input"},{"id":"b","type":"conditional"},{"id":"c","type":"loop"},{"id":"d","type":"output"}],"edges":[` + edges + `]}`
}

func withData(typ, data string) string {
	return withNodes(`{"id":"a","type":"` + typ + `","data":` + data + `}`)
}

func TestValidate(t *testing.T) {
	tests := []struct {
		name, flow string
		want       []string // lines
	}{
		{"good", withEdges(`{"id":"1","source":"a","target":"b"},{"id":"2","source":"b","target":"c","sourceHandle":"false"},{"id":"3","source":"c","target":"d","sourceHandle":"each"}`), nil},
		{"null is absent", `{"name":"n","description":null,"nodes":[{"id":"a","type":"model","position":null,"data":{"label":null,"temperature":null}},{"id":"b","type":"output","data":null}],"edges":[{"id":"1","source":"a","target":"b","sourceHandle":null,"targetHandle":null}],"meta":null,"access_control":null}`, nil},
		{"unknown fields may be anything", withNodes(`{"id":"a","type":"model","x":[],"position":{"z":"z"},"data":{"Label":1,"status":5,"error":{},"later":[]}}`), nil},

		{"empty", `{}`, []string{"warning empty-name: the flow has no name", "warning nothing-to-run: the flow has no nodes"}},
		{"null", `{"name":null,"nodes":null,"edges":null}`, []string{
			"warning empty-name: the flow has no name",
			"error wrong-type: nodes must be an array, found null (/nodes)",
			"error wrong-type: edges must be an array, found null (/edges)",
		}},
		{"NUL", `{"name":"a\u0000\\x00","description":"\u0000","nodes":[{"id":"a","type":"input","data":{"label":"\u0000"}}]}`, []string{
			`error bad-text: name "a\u0000\\x00" has NUL in it (/name)`,
			`error bad-text: description "\u0000" has NUL in it (/description)`,
		}},
		{"half a surrogate pair", `{"name":"a\ud83d","description":"\ude00\ud83d","nodes":[{"id":"a","type":"input"}]}`, []string{
			"error bad-text: name \"a\ufffd\" has half a surrogate pair in it (an escape from \\ud800 to \\udfff without the other one) (/name)",
			"error bad-text: description \"\ufffd\ufffd\" has half a surrogate pair in it (an escape from \\ud800 to \\udfff without the other one) (/description)",
		}},
		{"a whole surrogate pair", `{"name":"\ud83d\ude00 \\ud83d \ufffd","description":"\ud83d\ude00","nodes":[{"id":"a","type":"input"}]}`, nil},
		{"too large", `{"name":"` + strings.Repeat("x", 1024+1) + `","nodes":[{"id":"a","type":"input"}]}`, []string{
			"warning too-large: the name has 1025 bytes, and flowctl's server takes at most 1024 (/name)",
		}},
		{"blank name", `{"name":" \t","nodes":[]}`, []string{"error empty-name: the name is blank (/name)", "warning nothing-to-run: the flow has no nodes"}},
		{"empty name", `{"name":"","nodes":[]}`, []string{"error empty-name: the name is blank (/name)", "warning nothing-to-run: the flow has no nodes"}},
		{"not an object", `[1]`, []string{"error wrong-type: the flow must be an object, found an array"}},
		{"wrong types", `{"name":5,"description":{},"nodes":{},"edges":"x","meta":[],"access_control":true}`, []string{
			"error wrong-type: name must be a string, found a number (/name)",
			"error wrong-type: description must be a string, found an object (/description)",
			"error wrong-type: nodes must be an array, found an object (/nodes)",
			"error wrong-type: edges must be an array, found a string (/edges)",
			"error wrong-type: meta must be an object, found an array (/meta)",
			"error bad-access-control: access_control must be an object, found true (/access_control)",
		}},
		{"nodes that are none", withNodes(`1,"a",null`), []string{
			"error wrong-type: the node must be an object, found a number (/nodes/0)",
			"error wrong-type: the node must be an object, found a string (/nodes/1)",
			"error wrong-type: the node must be an object, found null (/nodes/2)",
		}},
		{"edges that are none", withEdges(`[],false`), []string{
			"error wrong-type: the edge must be an object, found an array (/edges/0)",
			"error wrong-type: the edge must be an object, found false (/edges/1)",
		}},
		{"node fields", withNodes(`{"id":5,"type":[],"position":"p","data":[]},{"id":"b","type":"input","position":{"x":"1","y":null}}`), []string{
			"error wrong-type: id must be a string, found a number (/nodes/0/id)",
			"error wrong-type: type must be a string, found an array (/nodes/0/type)",
			"error wrong-type: position must be an object, found a string (/nodes/0/position)",
			"error wrong-type: data must be an object, found an array (/nodes/0/data)",
			"error wrong-type: position.x must be a number, found a string (/nodes/1/position/x)",
		}},
		{"edge fields", withEdges(`{"id":1,"source":2,"target":[],"sourceHandle":{},"targetHandle":true}`), []string{
			"error wrong-type: id must be a string, found a number (/edges/0/id)",
			"error wrong-type: source must be a string, found a number (/edges/0/source)",
			"error wrong-type: target must be a string, found an array (/edges/0/target)",
			"error wrong-type: sourceHandle must be a string, found an object (/edges/0/sourceHandle)",
			"error wrong-type: targetHandle must be a string, found true (/edges/0/targetHandle)",
		}},
		{"node ids", withNodes(`{"type":"input"},{"id":"","type":"input"},{"id":null,"type":"input"},{"id":"a","type":"input"},{"id":"a","type":"input"},{"id":"a","type":"input"}`), []string{
			"error empty-node-id: the node has no id (/nodes/0)",
			"error empty-node-id: the node has no id (/nodes/1)",
			"error empty-node-id: the node has no id (/nodes/2)",
			`error duplicate-node-id: id "a" is also that of /nodes/3 (/nodes/4/id)`,
			`error duplicate-node-id: id "a" is also that of /nodes/3 (/nodes/5/id)`,
		}},
		{"node types", withNodes(`{"id":"a"},{"id":"b","type":""},{"id":"c","type":"Input"}`), []string{
			"error unknown-node-type: the node has no type, want one of input, model, knowledge, websearch, transform, conditional, loop, merge, output (/nodes/0)",
			"error unknown-node-type: the node has no type, want one of input, model, knowledge, websearch, transform, conditional, loop, merge, output (/nodes/1)",
			`error unknown-node-type: unknown node type "Input", want one of input, model, knowledge, websearch, transform, conditional, loop, merge, output (/nodes/2/type)`,
		}},
		{"edge ids", withEdges(`{"source":"a","target":"d"},{"id":"","source":"a","target":"d"},{"id":"x","source":"a","target":"d"},{"id":"x","source":"a","target":"d"}`), []string{
			"warning empty-edge-id: the edge has no id (/edges/0)",
			"warning empty-edge-id: the edge has no id (/edges/1)",
			`warning duplicate-edge-id: id "x" is also that of /edges/2 (/edges/3/id)`,
		}},
		{"dangling edges", withEdges(`{"id":"1","source":"a"},{"id":"2","target":"ghost","source":""},{"id":"3","source":"\u001b[31m","target":"d"}`), []string{
			"error dangling-edge: the edge has no target (/edges/0)",
			"error dangling-edge: the edge has no source (/edges/1)",
			`error dangling-edge: target "ghost" is not a node of the flow (/edges/1/target)`,
			`error dangling-edge: source "\x1b[31m" is not a node of the flow (/edges/2/source)`,
		}},
		{"self loop", withEdges(`{"id":"1","source":"a","target":"a"}`), []string{
			`error self-loop: the edge leads from node "a" to itself (/edges/0)`,
		}},
		{"handles", withEdges(`{"id":"1","source":"b","target":"d","sourceHandle":"each"},{"id":"2","source":"c","target":"d","sourceHandle":"True"},{"id":"3","source":"a","target":"d","sourceHandle":"right"}`), []string{
			`error unknown-handle: conditional node "b" has no handle "each", want true or false (/edges/0/sourceHandle)`,
			`error unknown-handle: loop node "c" has no handle "True", want each or done (/edges/1/sourceHandle)`,
		}},
		{"cycles", withEdges(`{"id":"1","source":"a","target":"b"},{"id":"2","source":"b","target":"a"},{"id":"3","source":"c","target":"d"},{"id":"4","source":"d","target":"c"},{"id":"5","source":"a","target":"c"}`), []string{
			`error cycle: nodes "a" and "b" lead to each other in a circle (/nodes/0)`,
			`error cycle: nodes "c" and "d" lead to each other in a circle (/nodes/2)`,
		}},

		{"input data", withData("input", `{"value":{"any":[1]},"placeholder":1,"fileIds":["a",5,null],"mediaFileId":[]}`), []string{
			"error wrong-type: data.placeholder must be a string, found a number (/nodes/0/data/placeholder)",
			"error wrong-type: data.fileIds[1] must be a string, found a number (/nodes/0/data/fileIds/1)",
			"error wrong-type: data.mediaFileId must be a string, found an array (/nodes/0/data/mediaFileId)",
		}},
		{"file ids", withData("input", `{"fileIds":"a"}`), []string{"error wrong-type: data.fileIds must be an array of strings, found a string (/nodes/0/data/fileIds)"}},
		{"model data", withData("model", `{"modelId":1,"prompt":["x"],"useAdvancedSettings":"true","temperature":"0.5","top_p":-0.5,"stream":1}`), []string{
			"error wrong-type: data.modelId must be a string, found a number (/nodes/0/data/modelId)",
			"error wrong-type: data.prompt must be a string, found an array (/nodes/0/data/prompt)",
			"error wrong-type: data.useAdvancedSettings must be true or false, found a string (/nodes/0/data/useAdvancedSettings)",
			"error wrong-type: data.temperature must be a number, found a string (/nodes/0/data/temperature)",
			"error wrong-type: data.stream must be true or false, found a number (/nodes/0/data/stream)",
		}},
		{"knowledge data", withData("knowledge", `{"knowledgeBaseId":{},"topK":"4","hybridSearch":0}`), []string{
			"error wrong-type: data.knowledgeBaseId must be a string, found an object (/nodes/0/data/knowledgeBaseId)",
			"error wrong-type: data.topK must be a number, found a string (/nodes/0/data/topK)",
			"error wrong-type: data.hybridSearch must be true or false, found a number (/nodes/0/data/hybridSearch)",
		}},
		{"websearch data", withData("websearch", `{"query":1,"maxResults":true}`), []string{
			"error wrong-type: data.query must be a string, found a number (/nodes/0/data/query)",
			"error wrong-type: data.maxResults must be a number, found true (/nodes/0/data/maxResults)",
		}},
		{"transform data", withData("transform", `{"operation":5,"config":{"field":1,"pattern":"(","other":1}}`), []string{
			"error wrong-type: data.operation must be a string, found a number (/nodes/0/data/operation)",
			"error wrong-type: data.config.field must be a string, found a number (/nodes/0/data/config/field)",
		}},
		{"transform config", withData("transform", `{"config":"x"}`), []string{"error wrong-type: data.config must be an object, found a string (/nodes/0/data/config)"}},
		{"conditional data", withData("conditional", `{"condition":true,"compareValue":5}`), []string{
			"error wrong-type: data.condition must be a string, found true (/nodes/0/data/condition)",
			"error wrong-type: data.compareValue must be a string, found a number (/nodes/0/data/compareValue)",
		}},
		{"loop data", withData("loop", `{"loopType":1,"maxIterations":"5"}`), []string{
			"error wrong-type: data.loopType must be a string, found a number (/nodes/0/data/loopType)",
			"error wrong-type: data.maxIterations must be a number, found a string (/nodes/0/data/maxIterations)",
		}},
		{"merge data", withData("merge", `{"strategy":1,"separator":null}`), []string{"error wrong-type: data.strategy must be a string, found a number (/nodes/0/data/strategy)"}},
		{"output data", withData("output", `{"\u0066ormat":1}`), []string{"error wrong-type: data.format must be a string, found a number (/nodes/0/data/format)"}},

		{"access", `{"name":"n","nodes":[{"id":"a","type":"input"}],"access_control":{"read":{"user_ids":["u",5]}}}`, []string{
			"error bad-access-control: access_control.read.user_ids must hold strings, found a number (/access_control)",
		}},
	}
	seen := map[string]bool{}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, text := range []string{tt.flow, string(spread([]byte(tt.flow)))} {
				s := mustSpec(t, text)
				problems := Validate(s)
				checkProblems(t, s, problems)
				var got []string
				for _, p := range problems {
					got = append(got, line(p))
					seen[p.Code] = true
				}
				if !slices.Equal(got, tt.want) {
					t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(tt.want, "\n  "))
				}
			}
		})
	}
	for _, r := range Rules() {
		if !seen[r.Code] {
			t.Errorf("no test for %s", r.Code)
		}
	}
}

// checkProblems checks what must hold of any problems of any flow.
func checkProblems(t *testing.T, s Spec, problems []Problem) {
	t.Helper()
	text := s.AppendJSON(nil)
	for _, p := range problems {
		known := slices.ContainsFunc(Rules(), func(r Rule) bool { return r.Code == p.Code })
		if !known || p.Message == "" || !utf8.ValidString(p.Message) || strings.ContainsFunc(p.Message, func(r rune) bool { return r < ' ' }) {
			t.Errorf("bad problem %#v", p)
		}
		if !resolves(text, p.Pointer) {
			t.Errorf("%s points at nothing: %s", p, text)
		}
	}
}

// resolves reports whether a JSON pointer without escapes points at something.
func resolves(text []byte, pointer string) bool {
	var v any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return false
	}
	for _, token := range strings.Split(pointer, "/")[1:] {
		switch c := v.(type) {
		case map[string]any:
			child, ok := c[token]
			if !ok {
				return false
			}
			v = child
		case []any:
			i := strings.Index("0123456789", token)
			if len(token) > 1 {
				return true // far enough for a test
			}
			if i < 0 || i >= len(c) {
				return false
			}
			v = c[i]
		default:
			return false
		}
	}
	return true
}

// What was changed after reading is judged, not what was read.
func TestValidateEdited(t *testing.T) {
	s := mustSpec(t, `{"name":5,"nodes":[{"id":1,"type":2,"data":[]},3],"edges":4,"meta":5}`)
	s.Name = "n"
	s.Nodes[0].ID, s.Nodes[0].Type, s.Nodes[0].Data = "a", Input, json.RawMessage(`{}`)
	s.Nodes[1].ID, s.Nodes[1].Type = "b", Output
	s.Edges = []Edge{{ID: "e", Source: "a", Target: "b"}}
	s.Meta = json.RawMessage(" {} ")
	if problems := Validate(s); len(problems) > 0 {
		t.Errorf("%v", problems)
	}
	s.Nodes[1].ID = "c"
	if problems := Validate(s); len(problems) != 1 || problems[0].Code != codeDanglingEdge || problems[0].Edge != "e" {
		t.Errorf("%v", problems)
	}
}

func TestValidateNames(t *testing.T) {
	long := strings.Repeat("é", 200)
	s := Spec{Name: "n", Nodes: []Node{{ID: long, Type: "x"}}}
	p := Validate(s)
	if len(p) != 1 || p[0].Node != long || p[0].Edge != "" {
		t.Fatalf("%v", p)
	}
	s = mustSpec(t, withNodes(`{"id":"a","type":"`+long+`"}`))
	if p := Validate(s); len(p) != 1 || len(p[0].Message) > 300 {
		t.Errorf("%v", p)
	}
	many := Spec{Name: "n"}
	for i := range 12 {
		many.Nodes = append(many.Nodes, Node{ID: strconv.Itoa(i), Type: Model})
		many.Edges = append(many.Edges, Edge{ID: "e" + strconv.Itoa(i), Source: strconv.Itoa(i), Target: strconv.Itoa((i + 1) % 12)})
	}
	p = Validate(many)
	if len(p) != 1 || !strings.Contains(p[0].Message, `"9" and 2 more lead`) {
		t.Errorf("%v", p)
	}
}

func TestProblemJSON(t *testing.T) {
	got, err := json.Marshal(Validate(mustSpec(t, withNodes(`{"id":"a","type":"x"}`))))
	want := `[{"code":"unknown-node-type","severity":"error","message":"unknown node type \"x\", want one of ` + typeNames() + `","node":"a","pointer":"/nodes/0/type"}]`
	if err != nil || string(got) != want {
		t.Errorf("%s, %v", got, err)
	}
	if !HasErrors([]Problem{{Severity: SeverityWarning}, {Severity: SeverityError}}) || HasErrors([]Problem{{Severity: SeverityWarning}}) {
		t.Error("HasErrors")
	}
}

func TestRules(t *testing.T) {
	code := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	seen := map[string]bool{}
	for _, r := range Rules() {
		if !code.MatchString(r.Code) || seen[r.Code] || !strings.HasSuffix(r.Summary, ".") || r.Severity != SeverityError && r.Severity != SeverityWarning {
			t.Errorf("bad rule %+v", r)
		}
		seen[r.Code] = true
	}
}

// The flows that the editor's executor was recorded with are sound, but for
// those that are meant not to be.
func TestValidateVectors(t *testing.T) {
	want := map[string]string{
		"001-empty-flow": "nothing-to-run", "088-cycle": "cycle", "090-unknown-node-type": "unknown-node-type unknown-node-type",
		"091-dangling-edges": "dangling-edge dangling-edge", "093-duplicate-node-ids": "duplicate-node-id",
		"123-cycle-disconnected-blocks-everything": "cycle",
	}
	for name, s := range vectors(t) {
		s.Name = "n"
		var codes []string
		for _, p := range Validate(s) {
			codes = append(codes, p.Code)
		}
		if got := strings.Join(codes, " "); got != want[name] {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// line is the problem on one line: "error cycle: nodes … (/nodes/1)".
func line(p Problem) string {
	text := string(p.Severity) + " " + p.Code + ": " + p.Message
	if p.Pointer != "" {
		text += " (" + p.Pointer + ")"
	}
	return text
}
