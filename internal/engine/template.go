package engine

import (
	"iter"
	"strings"

	"github.com/flowctl/flowctl/internal/engine/js"
)

// Placeholder is {{…}} in a text.
type Placeholder struct {
	Start, End int    // of the whole, in bytes
	Body       string // between the braces, without the white space around it
}

// Placeholders returns the placeholders in a text that have the form of a reference.
func Placeholders(text string) iter.Seq[Placeholder] {
	return func(yield func(Placeholder) bool) {
		for p := range InBraces(text) {
			if _, input := p.Input(); (input || strings.Contains(p.Body, ".output")) && !yield(p) {
				return
			}
		}
	}
}

// InBraces returns everything in double braces.
func InBraces(text string) iter.Seq[Placeholder] {
	return func(yield func(Placeholder) bool) {
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
			if !yield(Placeholder{Start: at, End: end, Body: js.Trim(inside)}) {
				return
			}
			at = end - 1
		}
	}
}

// Input returns the path of {{input}} or {{input.path}}.
func (p Placeholder) Input() (path string, ok bool) {
	path, ok = strings.CutPrefix(p.Body, "input")
	return path, ok && isPath(path)
}

// Output returns name and path of {{name.output}} or {{name.output.path}}, for names of letters,
// digits, '_' and '-'.
func (p Placeholder) Output() (name, path string, ok bool) {
	name, rest, _ := strings.Cut(p.Body, ".")
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

// Replace returns the text with each placeholder replaced by what with returns for it, or
// left as it is if ok is false.
func (c *Call) Replace(text string, with func(Placeholder) (made string, ok bool, err error)) (string, error) {
	b := TextBuilder{Call: c}
	done := 0
	for p := range Placeholders(text) {
		made, ok, err := with(p)
		if ok && err == nil {
			if err = b.Add(text[done:p.Start]); err == nil {
				err = b.Add(made)
			}
			done = p.End
		}
		if err != nil {
			return "", err
		}
	}
	if done == 0 {
		return text, nil
	}
	err := b.Add(text[done:])
	return b.String(), err
}

// Follow returns the value at a path such as ".a.0.b" in v.
func Follow(v js.Value, path string) (js.Value, bool) {
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

// Target is what a placeholder refers to in standard.
type Target struct {
	Node      *Node   // nil for an input, or when there is none of that name
	Ambiguous []*Node // the nodes whose ids start with the name, if there are several
	Input     bool    // the inputs
	Path      string  // into the result or the first input: "" or ".a.b"
}

// Resolve returns what p refers to: the node with that id, else the only one whose id is the
// name, '_' and more, else an input.
func (g *Graph) Resolve(p Placeholder) Target {
	const output = ".output"
	for at := 0; ; at += len(output) {
		next := strings.Index(p.Body[at:], output)
		if next < 0 {
			break
		}
		at += next
		name, path := p.Body[:at], p.Body[at+len(output):]
		if isPath(path) {
			if to := g.index[name]; to != nil {
				return Target{Node: to, Path: path}
			}
		}
	}
	if name, path, ok := p.Output(); ok {
		if found := g.prefixed()[name]; len(found) == 1 {
			return Target{Node: found[0], Path: path}
		} else if len(found) > 1 {
			return Target{Ambiguous: found}
		}
	}
	path, ok := p.Input()
	return Target{Input: ok, Path: path}
}

// prefixes lists the nodes by what their ids have before the first '_', which a
// name without one may mean.
func (g *Graph) prefixes() map[string][]*Node {
	found := make(map[string][]*Node)
	for _, n := range g.Nodes {
		if name, _, ok := strings.Cut(n.ID, "_"); ok {
			found[name] = append(found[name], n)
		}
	}
	return found
}
