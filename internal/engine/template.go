package engine

import (
	"iter"
	"strings"

	"github.com/flowctl/flowctl/internal/engine/js"
)

// placeholder is {{…}} in a text.
type placeholder struct {
	start, end int    // of the whole, in bytes
	body       string // between the braces, without the white space around it
}

// placeholders finds the placeholders of a text that have the form of a
// reference.
func placeholders(text string) iter.Seq[placeholder] {
	return func(yield func(placeholder) bool) {
		for p := range inBraces(text) {
			if _, input := p.input(); (input || strings.Contains(p.body, ".output")) && !yield(p) {
				return
			}
		}
	}
}

// inBraces finds all that stands in double braces.
func inBraces(text string) iter.Seq[placeholder] {
	return func(yield func(placeholder) bool) {
		end := 0 // of the last closing braces found
		for at := 0; ; at++ {
			next := strings.Index(text[at:], "{{")
			if next < 0 {
				return
			}
			at += next
			if end < at+4 {
				closing := strings.Index(text[at+2:], "}}")
				if closing < 0 {
					return
				}
				end = at + 2 + closing + 2
			}
			inside := text[at+2 : end-2]
			if strings.IndexByte(inside, '{') >= 0 {
				continue // a later pair of braces may open one
			}
			if !yield(placeholder{start: at, end: end, body: js.Trim(inside)}) {
				return
			}
			at = end - 1
		}
	}
}

// input reads {{input}} and {{input.path}}.
func (p placeholder) input() (path string, ok bool) {
	path, ok = strings.CutPrefix(p.body, "input")
	return path, ok && isPath(path)
}

// output reads {{name.output}} and {{name.output.path}}, for names of letters,
// digits, '_' and '-'.
func (p placeholder) output() (name, path string, ok bool) {
	name, rest, _ := strings.Cut(p.body, ".")
	path, ok = strings.CutPrefix(rest, "output")
	return name, path, ok && isName(name) && isPath(path)
}

// isPath reports whether s is nothing, or a dot and then letters, digits, '_' and
// dots.
func isPath(s string) bool {
	if s == "" {
		return true
	}
	return s[0] == '.' && len(s) > 1 && !strings.ContainsFunc(s, func(r rune) bool { return r != '.' && r != '_' && !isAlphanumeric(r) })
}

func isName(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r != '-' && r != '_' && !isAlphanumeric(r) })
}

func isAlphanumeric(r rune) bool {
	return '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
}

// replaced is the text with every placeholder replaced by what with makes of it,
// or left as it is if with is not ok.
func (c *call) replaced(text string, with func(placeholder) (made string, ok bool, err error)) (string, error) {
	b := textBuilder{call: c}
	done := 0
	for p := range placeholders(text) {
		made, ok, err := with(p)
		if ok && err == nil {
			if err = b.add(text[done:p.start]); err == nil {
				err = b.add(made)
			}
			done = p.end
		}
		if err != nil {
			return "", err
		}
	}
	if done == 0 {
		return text, nil
	}
	err := b.add(text[done:])
	return b.String(), err
}

// follow goes down a path such as ".a.0.b" from v.
func follow(v js.Value, path string) (js.Value, bool) {
	if path == "" {
		return v, true
	}
	for _, key := range strings.Split(path[1:], ".") {
		if js.Type(v) != "object" {
			return nil, false
		}
		var ok bool
		if v, ok = js.Lookup(v, key); !ok {
			return nil, false
		}
	}
	return v, true
}

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
