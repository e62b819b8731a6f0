package engine

import "strings"

// reference is what a placeholder stands for in standard.
type reference struct {
	node      *node   // nil for an input, or when there is none of that name
	ambiguous []*node // the nodes whose ids start with the name, if there are several
	input     bool    // the inputs
	path      string  // into the result or the first input: "" or ".a.b"
}

// resolve finds what p stands for: the node of that id, else the only one whose
// id is the name, '_' and something, else an input.
func (g *graph) resolve(p placeholder) reference {
	const output = ".output"
	for at := 0; ; at += len(output) {
		next := strings.Index(p.body[at:], output)
		if next < 0 {
			break
		}
		at += next
		name, path := p.body[:at], p.body[at+len(output):]
		if isPath(path) {
			if to := g.index[name]; to != nil {
				return reference{node: to, path: path}
			}
		}
	}
	if name, path, ok := p.output(); ok {
		if found := g.prefixed()[name]; len(found) == 1 {
			return reference{node: found[0], path: path}
		} else if len(found) > 1 {
			return reference{ambiguous: found}
		}
	}
	path, ok := p.input()
	return reference{input: ok, path: path}
}

// prefixes lists the nodes by what their ids have before the first '_', which a
// name without one may mean.
func (g *graph) prefixes() map[string][]*node {
	found := make(map[string][]*node)
	for _, n := range g.nodes {
		if name, _, ok := strings.Cut(n.id, "_"); ok {
			found[name] = append(found[name], n)
		}
	}
	return found
}
