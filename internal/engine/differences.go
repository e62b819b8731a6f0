package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/engine/browser"
	"github.com/flowctl/flowctl/internal/engine/js"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Difference is a place where the semantics may part.
type Difference struct {
	Rule    string `json:"rule"` // the name of a field of [Rules]
	Node    string `json:"node,omitempty"`
	Message string `json:"message"`

	Kind  DifferenceKind `json:"-"`
	Field string         `json:"-"` // where in the node's data, as a JSON pointer; "" is the node
}

// DifferenceKind is the kind of a difference that can be seen in the flow itself.
// Those that depend on data have none.
type DifferenceKind string

// The kinds of differences.
const (
	KindBranches   DifferenceKind = "branches"    // it runs both branches
	KindFirstInput DifferenceKind = "first-input" // it takes the first input only
	KindReference  DifferenceKind = "reference"   // it does not fill a reference in, or takes something else for it
	KindLooksLike  DifferenceKind = "looks-like"  // it takes a text for a file
	KindUnsent     DifferenceKind = "unsent"      // it does not send a setting
	KindRunsAgain  DifferenceKind = "runs-again"  // it runs nodes after each once more
	KindUntil      DifferenceKind = "until"       // its until never stops
	KindArrayCut   DifferenceKind = "array-cut"   // it cuts an array
	KindNoData     DifferenceKind = "no-data"     // it fails on a node without data
	KindNeverRuns  DifferenceKind = "never-runs"  // it does not run a node after an each that is not of a loop
)

// differences lists the places of a flow where the semantics may part, rule by
// rule. What depends on data alone is told where the flow lets such data come.
func differences(spec flow.Spec) []Difference {
	g := newGraph(spec, Standard.Rules())
	_, problems := check(flow.Validate(spec), g)
	return g.differences(problems, false)
}

// differences is the same for a graph in standard, and what that refuses it for;
// only those of a kind if kinds is set.
func (g *graph) differences(problems []flow.Problem, kinds bool) []Difference {
	d := &comparison{graph: g, found: []Difference{}, rank: make(map[*node]int), named: make(map[*node][]*node), kinds: kinds}
	for _, p := range problems {
		node := p.Node
		d.found = append(d.found, Difference{Rule: "CheckedFirst", Node: node, Message: "standard refuses the flow: " + p.Message})
	}
	sorted, _ := g.order(g.nodes, sources)
	for i, n := range sorted {
		d.rank[n] = i + 1
	}
	for _, n := range g.nodes {
		for _, ref := range n.refs {
			d.named[ref] = append(d.named[ref], n)
		}
	}
	for _, compare := range []func(*node){
		d.order, d.branches, d.data, d.errors, d.interpolation, d.files, d.model, d.transform, d.loop, d.output, d.chunks, d.exact,
	} {
		for _, n := range g.nodes {
			if !n.missing {
				compare(n)
			}
		}
	}
	return d.found
}

// comparison gathers differences.
type comparison struct {
	graph *graph
	rank  map[*node]int // in the browser's order, from 1; 0 for all if there is a cycle
	found []Difference
	named map[*node][]*node // by node, those whose texts name it
	kinds bool              // gather those of a kind only
}

func (d *comparison) say(rule string, n *node, format string, args ...any) {
	d.sayOf("", "", rule, n, format, args...)
}

// sayOf is say for a kind of difference, in a field of the node's data.
func (d *comparison) sayOf(kind DifferenceKind, field, rule string, n *node, format string, args ...any) {
	if kind == "" && d.kinds {
		return
	}
	d.found = append(d.found, Difference{Rule: rule, Node: n.id, Message: fmt.Sprintf(format, args...), Kind: kind, Field: field})
}

func (d *comparison) order(n *node) {
	told := make(map[*node]bool)
	for _, ref := range n.refs {
		if d.rank[ref] > d.rank[n] && n.fillsOutputs() && !told[ref] {
			told[ref] = true
			d.say("Order", n, "the browser runs it before node %q, and leaves the reference to that as it is; an edge would settle the order", ref.id)
		}
	}
	if js.CompareKeys(n.id, "") < 0 {
		d.say("Order", n, "the browser lists results with a number for an id first")
	}
}

// fillsOutputs reports whether the browser fills {{node.output}} in the node's
// texts.
func (n *node) fillsOutputs() bool { return n.kind != flow.Transform }

func (d *comparison) branches(n *node) {
	if n.kind != flow.Conditional {
		return
	}
	if len(n.out) > 0 {
		d.sayOf(KindBranches, "", "Branches", n, "the browser runs both branches, and hands them {condition, result, branch}; standard runs the chosen one, with the input")
	}
	if n.text("condition") == "" {
		d.say("Branches", n, "without a condition the browser compares an empty text, standard {{input}}")
	}
	if n.text("trueOutput")+n.text("falseOutput") != "" {
		d.say("Branches", n, "the browser knows no trueOutput and falseOutput")
	}
}

func hasPlaceholder(text string) bool {
	for range placeholders(text) {
		return true
	}
	return false
}

func (d *comparison) data(n *node) {
	if n.hasData() || !slices.Contains(flow.NodeTypes(), n.kind) {
		return
	}
	d.sayOf(KindNoData, "", "Errors", n, `the browser fails on a node without data; in standard it has nothing set. "data": {} is the same in both`)
}

func (d *comparison) errors(n *node) {
	if !n.isFallible() || d.kinds {
		return
	}
	var following []*node
	for _, e := range n.out {
		following = append(following, e.target)
	}
	following = slices.DeleteFunc(unique(append(following, d.named[n]...)), func(m *node) bool {
		return m.eachOnly() // it runs in rounds, of which a loop that fails has none
	})
	if len(following) == 0 {
		return
	}
	d.say("Errors", n, "if it fails, the browser runs %s without its result; standard skips what depends on it", quoteIDs(following))
}

// unique leaves out nodes that were there before.
func unique(nodes []*node) []*node {
	seen := make(map[*node]bool)
	return slices.DeleteFunc(nodes, func(n *node) bool {
		before := seen[n]
		seen[n] = true
		return before
	})
}

// isFallible reports whether the node may fail in both semantics.
func (n *node) isFallible() bool {
	switch n.kind {
	case flow.Model, flow.Knowledge, flow.WebSearch:
		return true
	case flow.Transform:
		return len(n.in) == 0 || slices.Contains([]string{"replace", "extract", "template"}, n.option("operation"))
	case flow.Conditional:
		return n.option("operator") == "regex"
	case flow.Loop:
		return n.option("loopType") == "array"
	case flow.Output:
		return n.option("format") == "file"
	}
	return false
}

func (d *comparison) interpolation(n *node) {
	if strategy := n.option("strategy"); n.kind == flow.Merge && len(n.in) == 0 && strategy != "" && strategy != "concat" && strategy != "array" {
		d.say("Interpolation", n, "nothing is connected, so it has no value: the browser leaves references to it as they are, in standard their nodes fail")
	}
	if n.kind == flow.Input {
		if text, ok := js.AsString(n.field("value")); ok && rereadText(text) {
			d.say("Interpolation", n, "the browser reads $ patterns and {{…}} in the value when it fills it in; standard inserts it as it is")
		}
	}
	if n.kind == flow.Loop {
		d.arrayPath(n)
		return
	}
	told := make(map[string]bool)
	for _, t := range n.templates() {
		if t.field == "/trueOutput" || t.field == "/falseOutput" {
			continue // which the browser does not know at all
		}
		for p := range placeholders(t.text) {
			if kind, message := d.placeholder(n, t, p); message != "" && !told[p.body] {
				told[p.body] = true
				d.sayOf(kind, t.field, "Interpolation", n, "%.80s: %s", t.text[p.start:p.end], message)
			}
		}
	}
}

// arrayPath compares what a loop goes over.
func (d *comparison) arrayPath(n *node) {
	path := n.text("arrayPath")
	if n.option("loopType") != "array" || path == "{{input}}" || !strings.Contains(path, "{{") {
		return
	}
	say := func(format string, args ...any) {
		d.sayOf(KindReference, "/arrayPath", "Interpolation", n, "%.80s: %s", path, fmt.Sprintf(format, args...))
	}
	for p := range placeholders(path) {
		ref := d.graph.resolve(p)
		_, _, isOutput := p.output()
		switch {
		case ref.input && len(n.in) == 0: // both fail
			return
		case !isOutput:
			continue
		case ref.input:
			say("the browser fails, since it looks for a node %q, not into the first input", "input")
		case p.start > 0 || p.end < len(path):
			say("the browser goes over {{%.80s}} alone, without the text around it", p.body)
		}
		return
	}
	say("the browser fails, since it knows nothing here but {{input}}, spelt so, and {{id.output}}, with ids of letters, digits, _ and -")
}

// rereadText reports whether a text means something else when it is inserted as a
// replacement pattern and read for placeholders again.
func rereadText(text string) bool {
	return hasPlaceholder(text) || js.HasPattern(text)
}

// placeholder says what the browser makes of p where that is not what standard
// makes of it.
func (d *comparison) placeholder(n *node, template templateText, p placeholder) (DifferenceKind, string) {
	ref := d.graph.resolve(p)
	path, isInput := p.input()
	_, _, isOutput := p.output()
	switch {
	case ref.ambiguous != nil: // refused
		return "", ""
	case ref.node == nil && !ref.input && !isOutput: // neither fills it in
		return "", ""
	case ref.input && len(n.in) == 0 && n.kind == flow.Model && path == "" && strings.Contains(template.text, "{{input}}"):
		return "", "nothing is connected: the browser leaves it out, in standard the node fails"
	case ref.input && len(n.in) == 0:
		return "", "nothing is connected: the browser leaves it as it is, in standard the node fails"
	case ref.node == nil && !ref.input:
		return "", "it names nothing: the browser leaves it as it is, in standard the node fails"
	case template.field == "/compareValue":
		return KindReference, "the browser leaves it as it is, since it fills nothing in here"
	case isInput && path == "":
		if n.kind == flow.Model && strings.Contains(template.text, "{{input}}") {
			return "", ""
		}
		if len(n.in) < 2 {
			if n.kind == flow.Model && n.in[0].source.mayMakeList() {
				return "", "a list that comes in is its elements in standard, and in JSON in the browser"
			}
			return "", ""
		}
		return KindFirstInput, "the browser takes only the first input, standard all of them"
	case n.kind == flow.Transform:
		return KindReference, "the browser leaves it as it is, since a template knows nothing but {{input}}"
	case !n.knowsPaths() && ref.path != "":
		return KindReference, "the browser leaves it as it is, since paths are not known here"
	case isInput && ref.node != nil && n.knowsPaths():
		var kind DifferenceKind
		if d.graph.foundInInput(n, p.body) {
			kind = KindReference
		}
		return kind, fmt.Sprintf("the browser looks for %q in the first input before it takes node %q", strings.TrimPrefix(path, "."), ref.node.id)
	case !isInput && !isOutput:
		return KindReference, "the browser leaves it as it is, since the id has other characters than letters, digits, _ and -"
	case ref.path != "":
		return "", fmt.Sprintf("if there is no %q, the browser leaves it as it is, in standard the node fails", strings.TrimPrefix(ref.path, "."))
	}
	return "", ""
}

// mayMakeList reports whether the node's result may be a list.
func (n *node) mayMakeList() bool {
	switch n.kind {
	case flow.Input:
		_, list := n.field("value").(js.Array)
		return list || declaresFiles(n)
	case flow.Transform:
		return n.option("operation") == "extract" || !slices.Contains([]string{"uppercase", "lowercase", "trim", "replace", "template"}, n.option("operation"))
	case flow.Merge:
		return n.option("strategy") != "" && n.option("strategy") != "concat"
	}
	return n.kind == flow.Model || n.kind == flow.Conditional
}

// knowsPaths reports whether the browser follows paths in the node's texts.
func (n *node) knowsPaths() bool { return n.kind == flow.Model || n.kind == flow.WebSearch }

// foundInInput reports whether the browser may find a reference to a node, such as
// {{input.output}} for input_1, in what comes first to n. Only some nodes make
// objects with keys that an author chooses.
func (g *graph) foundInInput(n *node, body string) bool {
	p := placeholder{body: body}
	_, isInput := p.input()
	if !isInput || !n.knowsPaths() || len(n.in) == 0 || g.resolve(p).node == nil {
		return false
	}
	switch first := n.in[0].source; first.kind {
	case flow.Transform, flow.Merge:
		return true
	case flow.Input:
		_, object := first.field("value").(js.Object)
		return object
	}
	return false
}

func (d *comparison) files(n *node) {
	if n.kind == flow.Input && browser.FileIn(n.field("value")) != "" {
		d.sayOf(KindLooksLike, "/value", "Files", n, "the browser takes the value for a file where it reaches a model; standard takes it for a text")
	}
	if n.kind == flow.Output && n.option("format") == "file" {
		d.say("Files", n, "a text that is not a file of the server is shown as one in the browser, and fails in standard")
	}
	if n.kind != flow.Model {
		return
	}
	d.say("Files", n, "the browser takes an answer that mentions /files/…/content for that file, and one that sounds like a failure for an error")
	if len(n.in) > 0 {
		d.say("Files", n, "the browser takes a text that comes in, from whatever node, for a file if it looks like the id of one, and an image that a model answers for a text; standard knows files by what nodes declare")
	}
	if browser.IsPipeline(n.text("modelId")) {
		d.say("Files", n, "the browser guesses from the model's id that it looks for files itself, and sends their paths; standard sends their content")
	}
	for _, e := range n.in {
		if e.source.kind == flow.Input && declaresFiles(e.source) && n.text("prompt") != "" {
			d.say("Files", n, "with the files of node %q the browser sends the text that came in, if any, instead of the prompt", e.source.id)
		}
	}
}

func declaresFiles(n *node) bool {
	_, list := n.field("fileIds").(js.Array)
	return list || js.Truthy(n.field("mediaFileId"))
}

func (d *comparison) model(n *node) {
	if n.kind != flow.Model {
		return
	}
	d.say("Model", n, "the browser takes an answer without words (empty, refused, filtered, tool calls alone) for a success and goes on; in standard the node fails, and in both the run")
	if !js.Truthy(n.field("useAdvancedSettings")) {
		return
	}
	var unsent []string
	for _, name := range []string{"top_p", "frequency_penalty", "presence_penalty"} {
		if _, set := n.field(name).(js.Number); set {
			unsent = append(unsent, name)
		}
	}
	if unsent != nil {
		d.sayOf(KindUnsent, "/"+unsent[0], "Model", n, "the browser does not send %s", strings.Join(unsent, ", "))
	}
}

func (d *comparison) transform(n *node) {
	if n.kind != flow.Transform {
		return
	}
	d.say("Transform", n, "an empty text is an error in the browser, an input in standard")
	if n.option("operation") == "extract" {
		d.say("Transform", n, "a field that is missing is a success without a value in the browser, an error in standard")
		if field := js.ToString(n.config("field")); strings.Contains(field, ".") {
			d.say("Transform", n, "the browser looks for one key %q, standard follows the path", field)
		}
	}
}

func (d *comparison) loop(n *node) {
	if n.neverRuns() {
		d.sayOf(KindNeverRuns, "", "Loop", n, "the browser never runs node %.80q: all edges to it leave by each, which is left to loops, and from no loop", n.id)
	}
	if n.kind == flow.Merge {
		for _, e := range n.in {
			if e.source.kind == flow.Loop && !isEach(e) {
				d.say("Loop", n, "the browser merges the result of loop %q as one value, standard the outputs of its rounds", e.source.id)
			}
		}
	}
	if n.kind != flow.Loop {
		return
	}
	body := reach(n, isEach)
	if len(body) > 0 {
		d.say("Loop", n, "the browser's result holds what the rounds were given, standard's what they made too; a failed round fails the loop in standard only")
	}
	var again []*node
	for _, m := range d.graph.nodes {
		if body[m] && !m.eachOnly() {
			again = append(again, m)
		}
	}
	if again != nil {
		d.sayOf(KindRunsAgain, "", "Loop", n, "the browser runs %s once more after the last round, and loses their iterationResults", quoteIDs(again))
	}
	if n.option("loopType") == "until" {
		d.sayOf(KindUntil, "/loopType", "Loop", n, "the browser never stops early")
	}
	if n.isCutInBrowser() {
		d.sayOf(KindArrayCut, "/loopType", "Loop", n, "the browser cuts the array at 5; set maxIterations to have as many in both")
	}
}

// isCutInBrowser reports whether the browser may leave elements of the array out
// that standard goes over.
func (n *node) isCutInBrowser() bool {
	if n.option("loopType") != "array" || js.Truthy(n.field("maxIterations")) {
		return false
	}
	list, literal := n.literalArray(Standard.Rules())
	return !literal || float64(len(list)) > n.maxRounds()
}

func (d *comparison) output(n *node) {
	if n.kind == flow.Output && n.option("format") == "json" && len(n.in) > 0 {
		d.say("Output", n, "a list that comes in is read as its elements between commas in the browser, so that a list of one number is shown as that number; standard shows the list")
	}
	if n.kind == flow.Output && n.option("format") == "json" {
		d.say("Output", n, "what is not JSON is shown as a text in the browser, and fails in standard, which takes a code fence off first")
	}
}

func (d *comparison) chunks(n *node) {
	if n.kind == flow.Knowledge {
		score := "missing, or turned around if one document is found"
		if top := n.field("topK"); js.Truthy(top) && js.ToNumber(top) <= 1 {
			score = "turned around"
		}
		d.say("Chunks", n, "the browser takes the nested answer of the backend for a single chunk, whose score is %s", score)
	}
	if query := n.text("query"); n.kind == flow.WebSearch && !Browser.Rules().isAddress(query) {
		d.say("Chunks", n, "the browser finds no more of the pages than their addresses, since it does not know the backend's answer to a search; a query that is an address, in small letters, is the same in both")
	}
}

// exact looks at what an author has written down; what models and the web answer
// may have such numbers and keys too.
func (d *comparison) exact(n *node) {
	field := "value"
	if n.kind == flow.Loop {
		field = "arrayPath"
	} else if n.kind != flow.Input {
		return
	}
	written := n.field(field)
	if text, ok := js.AsString(written); ok && n.kind == flow.Loop {
		written, _ = js.ParseExact(text) // a list in another form has neither
	}
	text := string(js.AppendJSON(nil, written))
	if read, err := js.Parse(text); err == nil && string(js.AppendJSON(nil, read)) != text {
		d.say("Exact", n, "the browser rounds and respells numbers, and puts keys that are whole numbers first; standard keeps them as they are written")
	}
}
