package browser

import (
	"fmt"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/engine/js"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Difference is a place where the semantics may part.
type Difference struct {
	Rule    string `json:"rule"` // the name of a field of [Rules]
	Node    string `json:"node,omitempty"`
	Message string `json:"message"`

	Code  string `json:"-"` // of the rule of package lint, if it can be seen in the flow itself; "" if it depends on data
	Field string `json:"-"` // where in the node's data, as a JSON pointer; "" is the node
}

// The codes of the rules on what the browser makes of a flow.
const (
	CodeFirstInputOnly   = "first-input-only"
	CodeBrowserReference = "browser-reference"
	CodeBrowserSetting   = "browser-unsent-setting"
	CodeTextAsFile       = "text-as-file"
	CodeArrayCut         = "array-cut"
	CodeBothBranches     = "both-branches"
	CodeUntilNeverStops  = "until-never-stops"
	CodeRunsOnceMore     = "runs-once-more"
	CodeNoData           = "node-without-data"
	CodeEachOfNoLoop     = "each-without-loop"
)

// Explanation is the engine's with every place where the semantics may differ on the
// flow.
type Explanation struct {
	*engine.Explanation
	Differences []Difference `json:"differences"`
}

// Explain explains the flow in the semantics of opts, with its limits.
func Explain(spec flow.Spec, opts engine.Options) Explanation {
	g, refused := engine.NewGraph(spec, flow.Validate(spec))
	return Explanation{engine.Explain(spec, opts), Differences(g, refused, false)}
}

// Differences lists the places of a flow where the semantics may differ, rule by
// rule; only those with a code if coded is set. What depends on data alone is named where
// the flow lets such data come. refused is what standard semantics refuse the flow for.
func Differences(g *engine.Graph, refused []flow.Problem, coded bool) []Difference {
	d := &comparison{graph: g, found: []Difference{}, rank: make(map[*engine.Node]int), named: make(map[*engine.Node][]*engine.Node), coded: coded}
	for _, p := range refused {
		d.found = append(d.found, Difference{Rule: "CheckedFirst", Node: p.Node, Message: "standard refuses the flow: " + p.Message})
	}
	sorted, _ := g.Sorted()
	for i, n := range sorted {
		d.rank[n] = i + 1
	}
	for _, n := range g.Nodes {
		for _, ref := range n.Refs {
			d.named[ref] = append(d.named[ref], n)
		}
	}
	for _, compare := range []func(*engine.Node){
		d.order, d.branches, d.data, d.errors, d.interpolation, d.files, d.model, d.transform, d.loop, d.output, d.chunks, d.exact,
	} {
		for _, n := range g.Nodes {
			if !n.Missing {
				compare(n)
			}
		}
	}
	return d.found
}

// comparison gathers differences.
type comparison struct {
	graph *engine.Graph
	rank  map[*engine.Node]int // in the browser's order, from 1; 0 for all if there is a cycle
	found []Difference
	named map[*engine.Node][]*engine.Node // by node, those whose texts name it
	coded bool                            // collect those with a code only
}

func (d *comparison) say(rule string, n *engine.Node, format string, args ...any) {
	d.sayOf("", "", rule, n, format, args...)
}

// sayOf is say for a difference with a code, in a field of the node's data.
func (d *comparison) sayOf(code, field, rule string, n *engine.Node, format string, args ...any) {
	if code == "" && d.coded {
		return
	}
	d.found = append(d.found, Difference{Rule: rule, Node: n.ID, Message: fmt.Sprintf(format, args...), Code: code, Field: field})
}

func (d *comparison) order(n *engine.Node) {
	told := make(map[*engine.Node]bool)
	for _, ref := range n.Refs {
		if d.rank[ref] > d.rank[n] && fillsOutputs(n) && !told[ref] {
			told[ref] = true
			d.say("Order", n, "the browser runs it before node %q, and leaves the reference to that as it is; an edge would settle the order", ref.ID)
		}
	}
	if js.CompareKeys(n.ID, "") < 0 {
		d.say("Order", n, "the browser lists results with a number for an id first")
	}
}

// fillsOutputs reports whether the browser fills {{node.output}} in the node's
// texts.
func fillsOutputs(n *engine.Node) bool { return n.Kind != flow.Transform }

func (d *comparison) branches(n *engine.Node) {
	if n.Kind != flow.Conditional {
		return
	}
	if len(n.Out) > 0 {
		d.sayOf(CodeBothBranches, "", "Branches", n, "the browser runs both branches, and hands them {condition, result, branch}; standard runs the chosen one, with the input")
	}
	if n.Text("condition") == "" {
		d.say("Branches", n, "without a condition the browser compares an empty text, standard {{input}}")
	}
	if n.Text("trueOutput")+n.Text("falseOutput") != "" {
		d.say("Branches", n, "the browser knows no trueOutput and falseOutput")
	}
}

func (d *comparison) data(n *engine.Node) {
	if n.HasData() || !slices.Contains(flow.NodeTypes(), n.Kind) {
		return
	}
	d.sayOf(CodeNoData, "", "Errors", n, `the browser fails on a node without data; in standard it has nothing set. "data": {} is the same in both`)
}

func (d *comparison) errors(n *engine.Node) {
	if !isFallible(n) || d.coded {
		return
	}
	var following []*engine.Node
	for _, e := range n.Out {
		following = append(following, e.Target)
	}
	// What runs in rounds is left out: a loop that fails has none.
	following = slices.DeleteFunc(unique(append(following, d.named[n]...)), eachOnly)
	if len(following) == 0 {
		return
	}
	d.say("Errors", n, "if it fails, the browser runs %s without its result; standard skips what depends on it", engine.QuoteIDs(following))
}

// unique leaves out nodes that were there before.
func unique(nodes []*engine.Node) []*engine.Node {
	seen := make(map[*engine.Node]bool)
	return slices.DeleteFunc(nodes, func(n *engine.Node) bool {
		before := seen[n]
		seen[n] = true
		return before
	})
}

// isFallible reports whether the node may fail in both semantics.
func isFallible(n *engine.Node) bool {
	switch n.Kind {
	case flow.Model, flow.Knowledge, flow.WebSearch:
		return true
	case flow.Transform:
		return len(n.In) == 0 || slices.Contains([]string{"replace", "extract", "template"}, n.Option("operation"))
	case flow.Conditional:
		return n.Option("operator") == "regex"
	case flow.Loop:
		return n.Option("loopType") == "array"
	case flow.Output:
		return n.Option("format") == "file"
	}
	return false
}

func (d *comparison) interpolation(n *engine.Node) {
	if strategy := n.Option("strategy"); n.Kind == flow.Merge && len(n.In) == 0 && strategy != "" && strategy != "concat" && strategy != "array" {
		d.say("Interpolation", n, "nothing is connected, so it has no value: the browser leaves references to it as they are, in standard their nodes fail")
	}
	if n.Kind == flow.Input {
		if text, ok := js.AsString(n.Field("value")); ok && rereadText(text) {
			d.say("Interpolation", n, "the browser reads $ patterns and {{…}} in the value when it fills it in; standard inserts it as it is")
		}
	}
	if n.Kind == flow.Loop {
		d.arrayPath(n)
		return
	}
	told := make(map[string]bool)
	for _, t := range n.Templates() {
		if t.Field == "/trueOutput" || t.Field == "/falseOutput" {
			continue // which the browser does not know at all
		}
		for p := range engine.Placeholders(t.Text) {
			if code, message := d.placeholder(n, t, p); message != "" && !told[p.Body] {
				told[p.Body] = true
				d.sayOf(code, t.Field, "Interpolation", n, "%.80s: %s", t.Text[p.Start:p.End], message)
			}
		}
	}
}

// arrayPath compares what a loop goes over.
func (d *comparison) arrayPath(n *engine.Node) {
	path := n.Text("arrayPath")
	if n.Option("loopType") != "array" || path == "{{input}}" || !strings.Contains(path, "{{") {
		return
	}
	say := func(format string, args ...any) {
		d.sayOf(CodeBrowserReference, "/arrayPath", "Interpolation", n, "%.80s: %s", path, fmt.Sprintf(format, args...))
	}
	for p := range engine.Placeholders(path) {
		ref := d.graph.Resolve(p)
		_, _, isOutput := p.Output()
		switch {
		case ref.Input && len(n.In) == 0: // both fail
			return
		case !isOutput:
			continue
		case ref.Input:
			say("the browser fails, since it looks for a node %q, not into the first input", "input")
		case p.Start > 0 || p.End < len(path):
			say("the browser goes over {{%.80s}} alone, without the text around it", p.Body)
		}
		return
	}
	say("the browser fails, since it knows nothing here but {{input}}, spelt so, and {{id.output}}, with ids of letters, digits, _ and -")
}

// rereadText reports whether a text means something else when it is inserted as a
// replacement pattern and read for placeholders again.
func rereadText(text string) bool {
	return engine.HasPlaceholder(text) || js.HasPattern(text)
}

// placeholder says what the browser makes of p where that is not what standard
// makes of it.
func (d *comparison) placeholder(n *engine.Node, template engine.Template, p engine.Placeholder) (string, string) {
	ref := d.graph.Resolve(p)
	path, isInput := p.Input()
	_, _, isOutput := p.Output()
	switch {
	case ref.Ambiguous != nil: // refused
		return "", ""
	case ref.Node == nil && !ref.Input && !isOutput: // neither fills it in
		return "", ""
	case ref.Input && len(n.In) == 0 && n.Kind == flow.Model && path == "" && strings.Contains(template.Text, "{{input}}"):
		return "", "nothing is connected: the browser leaves it out, in standard the node fails"
	case ref.Input && len(n.In) == 0:
		return "", "nothing is connected: the browser leaves it as it is, in standard the node fails"
	case ref.Node == nil && !ref.Input:
		return "", "it names nothing: the browser leaves it as it is, in standard the node fails"
	case template.Field == "/compareValue":
		return CodeBrowserReference, "the browser leaves it as it is, since it fills nothing in here"
	case isInput && path == "":
		if n.Kind == flow.Model && strings.Contains(template.Text, "{{input}}") {
			return "", ""
		}
		if len(n.In) < 2 {
			if n.Kind == flow.Model && mayMakeList(n.In[0].Source) {
				return "", "a list that comes in is its elements in standard, and in JSON in the browser"
			}
			return "", ""
		}
		return CodeFirstInputOnly, "the browser takes only the first input, standard all of them"
	case n.Kind == flow.Transform:
		return CodeBrowserReference, "the browser leaves it as it is, since a template knows nothing but {{input}}"
	case !knowsPaths(n) && ref.Path != "":
		return CodeBrowserReference, "the browser leaves it as it is, since paths are not known here"
	case isInput && ref.Node != nil && knowsPaths(n):
		code := ""
		if FoundInInput(d.graph, n, p.Body) {
			code = CodeBrowserReference
		}
		return code, fmt.Sprintf("the browser looks for %q in the first input before it takes node %q", strings.TrimPrefix(path, "."), ref.Node.ID)
	case !isInput && !isOutput:
		return CodeBrowserReference, "the browser leaves it as it is, since the id has other characters than letters, digits, _ and -"
	case ref.Path != "":
		return "", fmt.Sprintf("if there is no %q, the browser leaves it as it is, in standard the node fails", strings.TrimPrefix(ref.Path, "."))
	}
	return "", ""
}

// mayMakeList reports whether the node's result may be a list.
func mayMakeList(n *engine.Node) bool {
	switch n.Kind {
	case flow.Input:
		_, list := n.Field("value").(js.Array)
		return list || engine.DeclaresFiles(n)
	case flow.Transform:
		return n.Option("operation") == "extract" || !slices.Contains([]string{"uppercase", "lowercase", "trim", "replace", "template"}, n.Option("operation"))
	case flow.Merge:
		return n.Option("strategy") != "" && n.Option("strategy") != "concat"
	}
	return n.Kind == flow.Model || n.Kind == flow.Conditional
}

// knowsPaths reports whether the browser follows paths in the node's texts.
func knowsPaths(n *engine.Node) bool { return n.Kind == flow.Model || n.Kind == flow.WebSearch }

// FoundInInput reports whether the browser may find a reference to a node, such as
// {{input.output}} for input_1, in what comes first to n. Only some nodes make
// objects with keys that an author chooses.
func FoundInInput(g *engine.Graph, n *engine.Node, body string) bool {
	p := engine.Placeholder{Body: body}
	_, isInput := p.Input()
	if !isInput || !knowsPaths(n) || len(n.In) == 0 || g.Resolve(p).Node == nil {
		return false
	}
	switch first := n.In[0].Source; first.Kind {
	case flow.Transform, flow.Merge:
		return true
	case flow.Input:
		_, object := first.Field("value").(js.Object)
		return object
	}
	return false
}

func (d *comparison) files(n *engine.Node) {
	if n.Kind == flow.Input && FileIn(n.Field("value")) != "" {
		d.sayOf(CodeTextAsFile, "/value", "Files", n, "the browser takes the value for a file where it reaches a model; standard takes it for a text")
	}
	if n.Kind == flow.Output && n.Option("format") == "file" {
		d.say("Files", n, "a text that is not a file of the server is shown as one in the browser, and fails in standard")
	}
	if n.Kind != flow.Model {
		return
	}
	d.say("Files", n, "the browser takes an answer that mentions /files/…/content for that file, and one that sounds like a failure for an error")
	if len(n.In) > 0 {
		d.say("Files", n, "the browser takes a text that comes in, from whatever node, for a file if it looks like the id of one, and an image that a model answers for a text; standard knows files by what nodes declare")
	}
	if IsPipeline(n.Text("modelId")) {
		d.say("Files", n, "the browser guesses from the model's id that it looks for files itself, and sends their paths; standard sends their content")
	}
	for _, e := range n.In {
		if e.Source.Kind == flow.Input && engine.DeclaresFiles(e.Source) && n.Text("prompt") != "" {
			d.say("Files", n, "with the files of node %q the browser sends the text that came in, if any, instead of the prompt", e.Source.ID)
		}
	}
}

func (d *comparison) model(n *engine.Node) {
	if n.Kind != flow.Model {
		return
	}
	d.say("Model", n, "the browser takes an answer without words (empty, refused, filtered, tool calls alone) for a success and goes on; in standard the node fails, and in both the run")
	if !js.Truthy(n.Field("useAdvancedSettings")) {
		return
	}
	var unsent []string
	for _, name := range []string{"top_p", "frequency_penalty", "presence_penalty"} {
		if _, set := n.Field(name).(js.Number); set {
			unsent = append(unsent, name)
		}
	}
	if unsent != nil {
		d.sayOf(CodeBrowserSetting, "/"+unsent[0], "Model", n, "the browser does not send %s", strings.Join(unsent, ", "))
	}
}

func (d *comparison) transform(n *engine.Node) {
	if n.Kind != flow.Transform {
		return
	}
	d.say("Transform", n, "an empty text is an error in the browser, an input in standard")
	if n.Option("operation") == "extract" {
		d.say("Transform", n, "a field that is missing is a success without a value in the browser, an error in standard")
		if field := js.ToString(n.Config("field")); strings.Contains(field, ".") {
			d.say("Transform", n, "the browser looks for one key %q, standard follows the path", field)
		}
	}
}

func (d *comparison) loop(n *engine.Node) {
	if neverRuns(n) {
		d.sayOf(CodeEachOfNoLoop, "", "Loop", n, "the browser never runs node %.80q: all edges to it leave by each, which is left to loops, and from no loop", n.ID)
	}
	if n.Kind == flow.Merge {
		for _, e := range n.In {
			if e.Source.Kind == flow.Loop && !engine.IsEach(e) {
				d.say("Loop", n, "the browser merges the result of loop %q as one value, standard the outputs of its rounds", e.Source.ID)
			}
		}
	}
	if n.Kind != flow.Loop {
		return
	}
	body := engine.Reach(n, engine.IsEach)
	if len(body) > 0 {
		d.say("Loop", n, "the browser's result holds what the rounds were given, standard's what they made too; a failed round fails the loop in standard only")
	}
	var again []*engine.Node
	for _, m := range d.graph.Nodes {
		if body[m] && !eachOnly(m) {
			again = append(again, m)
		}
	}
	if again != nil {
		d.sayOf(CodeRunsOnceMore, "", "Loop", n, "the browser runs %s once more after the last round, and loses their iterationResults", engine.QuoteIDs(again))
	}
	if n.Option("loopType") == "until" {
		d.sayOf(CodeUntilNeverStops, "/loopType", "Loop", n, "the browser never stops early")
	}
	if isCutInBrowser(n) {
		d.sayOf(CodeArrayCut, "/loopType", "Loop", n, "the browser cuts the array at 5; set maxIterations to have as many in both")
	}
}

// isCutInBrowser reports whether the browser may leave elements of the array out
// that standard goes over.
func isCutInBrowser(n *engine.Node) bool {
	if n.Option("loopType") != "array" || js.Truthy(n.Field("maxIterations")) {
		return false
	}
	list, literal := n.LiteralArray()
	return !literal || float64(len(list)) > n.MaxRounds()
}

func (d *comparison) output(n *engine.Node) {
	if n.Kind == flow.Output && n.Option("format") == "json" && len(n.In) > 0 {
		d.say("Output", n, "a list that comes in is read as its elements between commas in the browser, so that a list of one number is shown as that number; standard shows the list")
	}
	if n.Kind == flow.Output && n.Option("format") == "json" {
		d.say("Output", n, "what is not JSON is shown as a text in the browser, and fails in standard, which takes a code fence off first")
	}
}

func (d *comparison) chunks(n *engine.Node) {
	if n.Kind == flow.Knowledge {
		score := "missing, or turned around if one document is found"
		if top := n.Field("topK"); js.Truthy(top) && js.ToNumber(top) <= 1 {
			score = "turned around"
		}
		d.say("Chunks", n, "the browser takes the nested answer of the backend for a single chunk, whose score is %s", score)
	}
	if query := n.Text("query"); n.Kind == flow.WebSearch && !engine.IsAddress(query) {
		d.say("Chunks", n, "the browser finds no more of the pages than their addresses, since it does not know the backend's answer to a search; a query that is an address, in small letters, is the same in both")
	}
}

// exact looks at what an author has written down; what models and the web answer
// may have such numbers and keys too.
func (d *comparison) exact(n *engine.Node) {
	field := "value"
	if n.Kind == flow.Loop {
		field = "arrayPath"
	} else if n.Kind != flow.Input {
		return
	}
	written := n.Field(field)
	if text, ok := js.AsString(written); ok && n.Kind == flow.Loop {
		written, _ = js.ParseExact(text) // a list in another form has neither
	}
	text := string(js.AppendJSON(nil, written))
	if read, err := js.Parse(text); err == nil && string(js.AppendJSON(nil, read)) != text {
		d.say("Exact", n, "the browser rounds and respells numbers, and puts keys that are whole numbers first; standard keeps them as they are written")
	}
}
