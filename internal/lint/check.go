package lint

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/engine/browser"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Check finds all problems of the flow that can be seen without a server: first
// those of [flow.Validate].
func Check(spec flow.Spec) []flow.Problem {
	c := checker{spec: spec, found: flow.Validate(spec)}
	leaked := findSecrets(spec, flow.HasErrors(c.found))
	if len(leaked) > 0 { // which nothing else that is said may hold
		c.spec = withoutSecrets(spec)
		c.found = flow.Validate(c.spec)
	}
	broken := flow.HasErrors(c.found)
	graph, refused := engine.NewGraph(c.spec, c.found)
	c.graph = graph
	for _, p := range refused {
		switch p.Code {
		case engine.CodeAmbiguousReference, engine.CodeReferenceCycle, engine.CodeLoopBody: // not those of flow.Validate
			c.found = append(c.found, p)
		}
	}
	fed, unused := fed(graph), unusedInputs(graph)
	for _, n := range graph.Nodes {
		if n.Missing {
			continue
		}
		c.texts(n)
		if keys := n.Unsent(); len(keys) > 0 {
			c.say(c.at(n, "/"+keys[0]), CodeUnsentSetting, flow.SeverityWarning, "useAdvancedSettings is off, so that %s never sent", isAre(keys))
		}
		switch {
		case broken: // which is said of the edges
		case !fed[n]:
			c.say(c.at(n, ""), CodeUnreachableNode, flow.SeverityWarning, "node %.80q needs an input, and no edge brings one", n.ID)
		case unused[n]:
			c.say(c.at(n, ""), CodeUnusedInput, flow.SeverityWarning, "input %.80q leads nowhere, and no text names it", n.ID)
		}
	}
	c.outputs(broken)
	c.edges()
	c.differences(refused)
	return append(c.found, leaked...)
}

// checker collects problems.
type checker struct {
	spec  flow.Spec
	graph *engine.Graph
	found []flow.Problem
}

func (c *checker) say(p flow.Problem, code string, severity flow.Severity, format string, args ...any) {
	p.Code, p.Severity, p.Message = code, severity, fmt.Sprintf(format, args...)
	c.found = append(c.found, p)
}

// at is the place of a field of a node's data; "" is the node itself.
func (c *checker) at(n *engine.Node, field string) flow.Problem {
	p := flow.Problem{Node: n.ID, Pointer: fmt.Sprintf("/nodes/%d", n.At)}
	if field != "" {
		p.Pointer += "/data" + field
	}
	return p
}

// texts looks at a node's placeholders and regular expression.
func (c *checker) texts(n *engine.Node) {
	seen := map[string]bool{}
	for _, t := range n.Templates() {
		for p := range engine.Placeholders(t.Text) {
			to := c.graph.Resolve(p)
			_, _, named := p.Output()
			isReference := to.Node != nil || to.Input || named
			if seen[p.Body] || !isReference {
				continue
			}
			seen[p.Body] = true
			switch {
			case to.Node != nil && n.Kind != flow.Transform && !leadsTo(to.Node, n):
				c.say(c.at(n, t.Field), CodeReferenceWithoutEdge, flow.SeverityWarning,
					"{{%.80s}} names node %.80q, from which no edge leads here; the browser may not have run it yet", p.Body, to.Node.ID)
			case to.Node == nil && !to.Input && to.Ambiguous == nil:
				meant, _ := c.lookalike(p.Body, func() bool { return false })
				c.say(c.at(n, t.Field), CodeUnresolvedReference, flow.SeverityError, "{{%.80s}} names a node that is not there%s", p.Body, orMeant(meant))
			}
		}
	}
	for _, t := range n.Templates() {
		foreign := sync.OnceValue(func() bool { return otherLanguage().MatchString(t.Text) })
		for p := range engine.InBraces(t.Text) {
			to := c.graph.Resolve(p)
			if _, _, named := p.Output(); named || to.Input || to.Node != nil || seen[p.Body] {
				continue
			}
			seen[p.Body] = true
			if meant, ok := c.lookalike(p.Body, foreign); ok {
				c.say(c.at(n, t.Field), CodeUnresolvedReference, flow.SeverityWarning,
					"{{%.80s}} looks like a reference and is none, so that it stays as it is%s", p.Body, orMeant(meant))
			}
		}
	}
	if nodes := c.ignored(n); len(nodes) > 0 {
		c.say(c.at(n, n.Templates()[0].Field), CodeIgnoredInput, flow.SeverityWarning,
			"the text neither has {{input}} nor names %s, so that what comes from there is not used", engine.QuoteIDs(nodes))
	}
	if field, err := n.BadPattern(); err != nil {
		c.say(c.at(n, field), CodeBadPattern, flow.SeverityError, "%.200s", err)
	}
}

func orMeant(reference string) string {
	if reference == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %.80s?", reference)
}

func isAre(keys []string) string {
	if len(keys) == 1 {
		return keys[0] + " is"
	}
	return strings.Join(keys, ", ") + " are"
}

// outputs looks for an output node. A flow without any node is only begun, and in one
// that is broken the type of a node may be what is wrong.
func (c *checker) outputs(broken bool) {
	shows := func(n flow.Node) bool { return n.Type == flow.Output }
	if !broken && len(c.spec.Nodes) > 0 && !slices.ContainsFunc(c.spec.Nodes, shows) {
		c.say(flow.Problem{Pointer: "/nodes"}, CodeNoOutput, flow.SeverityWarning, "the flow has no output node; connect one to what a run is to show")
	}
}

// edges looks for double edges and for those without a handle.
func (c *checker) edges() {
	types := make(map[string]flow.NodeType, len(c.spec.Nodes))
	for _, n := range c.spec.Nodes {
		types[n.ID] = n.Type
	}
	first := make(map[ends]int, len(c.spec.Edges))
	for i, e := range c.spec.Edges {
		at := flow.Problem{Edge: e.ID, Pointer: fmt.Sprintf("/edges/%d", i)}
		if e.Source == "" || e.Target == "" {
			continue
		}
		if k, double := first[endsOf(e)]; double {
			c.say(at, CodeDuplicateEdge, flow.SeverityWarning, "the edge joins the same nodes as /edges/%d", k)
			continue
		}
		first[endsOf(e)] = i
		if handles := types[e.Source].Handles(); e.SourceHandle == "" && handles != nil {
			c.say(at, CodeEdgeWithoutHandle, flow.SeverityWarning,
				"the edge leaves %s %.80q by no handle; want %s", types[e.Source], e.Source, strings.Join(handles, " or "))
		}
	}
}

// ends is what makes two edges the same.
type ends struct{ source, handle, target string }

func endsOf(e flow.Edge) ends { return ends{e.Source, e.SourceHandle, e.Target} }

// differences words what the browser makes of the flow.
func (c *checker) differences(refused []flow.Problem) {
	severities := make(map[string]flow.Severity)
	for _, r := range browserRules() {
		severities[r.Code] = r.Severity
	}
	for _, d := range browser.Differences(c.graph, refused, true) {
		severity, ok := severities[d.Code]
		if !ok { // what standard refuses the flow for
			continue
		}
		at := c.at(c.graph.Node(d.Node), d.Field)
		if d.Code == browser.CodeEachOfNoLoop { // the edge is what can be fixed
			k := slices.IndexFunc(c.spec.Edges, func(e flow.Edge) bool { return e.Target == d.Node })
			at.Edge, at.Pointer = c.spec.Edges[k].ID, fmt.Sprintf("/edges/%d/sourceHandle", k)
		}
		c.say(at, d.Code, severity, "%s", d.Message)
	}
}
