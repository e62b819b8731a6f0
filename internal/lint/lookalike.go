package lint

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/flowctl/flowctl/internal/spell"
	"github.com/flowctl/flowctl/pkg/flow"
)

//nolint:gochecknoglobals // they are made when they are needed
var (
	// otherLanguage finds what Handlebars, Jinja and the like have and
	// flows do not: blocks, partials, comments, statements, filters, calls. Where
	// one of them stands in a text, so may that language's names.
	otherLanguage = whenNeeded(`\{%|\$\{\{|\{\{\s*[#/^>!&@$%~-]|\{\{[^{}]*[|("'=][^{}]*\}\}`)

	namePattern = whenNeeded(`^[\pL_][\pL\pN_-]*$`)
	pathPattern = whenNeeded(`^(\s*\.\s*[\pL\pN_-]+|\s*\[\s*["']?[\pL\pN_-]*["']?\s*\])*\s*\.?$`)
	pathKey     = whenNeeded(`[\pL\pN_-]+`)
	plainKey    = whenNeeded(`^[A-Za-z0-9_]+$`)
)

// whenNeeded compiles a pattern when it is used first, not when the program starts.
func whenNeeded(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}

// lookalike reports whether what stands in braces in a text, and is not a reference,
// looks like one: it names the input or a node, or nearly so, or has the form
// name.key. meant is the reference that is close, "" if none is. foreign reports whether
// the text has another template language in it.
func (c *checker) lookalike(body string, foreign func() bool) (meant string, ok bool) {
	at := strings.IndexAny(body+".", ".[")
	name, path := strings.TrimSpace(body[:at]), body[at:]
	isPath := pathPattern().MatchString(path)
	if isPath && strings.EqualFold(name, "input") && !namesOutput(path) {
		return inputAt(path), true
	}
	if n, path, byPrefix := c.named(body); n != nil && (!byPrefix || !foreign()) {
		return outputOf(*n, path), true
	}
	if !isPath || !namePattern().MatchString(name) {
		_, after, ok := strings.Cut(body, ".output")
		return "", ok && !strings.ContainsFunc(after, unicode.IsSpace) && !foreign()
	}
	near := slices.IndexFunc(c.spec.Nodes, func(n flow.Node) bool { return n.ID != "input" && isClose(name, n.ID) })
	switch {
	case near >= 0 && !foreign():
		return outputOf(c.spec.Nodes[near], path), true
	case isClose(name, "input"):
		return inputAt(path), true
	}
	prose := strings.ContainsFunc(path, unicode.IsSpace) // {{e.g. Berlin}}
	return "", pathKey().MatchString(path) && !prose && !foreign()
}

// named finds the node that a text names first: by its id, best in the same case,
// or by what that has before the first '_', its prefix. path is what follows the name.
func (c *checker) named(body string) (found *flow.Node, path string, byPrefix bool) {
	const exact, folded, prefix = 3, 2, 1
	best := 0
	consider := func(n *flow.Node, name string, how int) {
		if name == "" || len(name) > len(body) || 4*len(name)+how <= best || !strings.EqualFold(body[:len(name)], name) {
			return
		}
		if rest := strings.TrimSpace(body[len(name):]); pathPattern().MatchString(rest) {
			found, path, byPrefix, best = n, rest, how == prefix, 4*len(name)+how
		}
	}
	for i := range c.spec.Nodes {
		n := &c.spec.Nodes[i]
		if strings.HasPrefix(body, n.ID) {
			consider(n, n.ID, exact)
		}
		consider(n, n.ID, folded)
		if name, _, ok := strings.Cut(n.ID, "_"); ok {
			consider(n, name, prefix)
		}
	}
	return found, path, byPrefix
}

// isClose reports whether a word is another one but for the case, one letter, or the
// order of two. Of short words only the case may differ.
func isClose(wrong, word string) bool {
	if len(word) < 4 || len(wrong) > len(word)+utf8.UTFMax {
		return strings.EqualFold(wrong, word)
	}
	return spell.Distance(strings.ToLower(wrong), strings.ToLower(word)) <= 1
}

// namesOutput reports whether a path starts with "output", or nearly so.
func namesOutput(path string) bool { return isClose(pathKey().FindString(path), "output") }

// inputAt is a reference to the inputs, or to what the first has at the path.
func inputAt(path string) string {
	keys := pathKey().FindAllString(path, -1)
	if namesOutput(path) {
		keys = keys[1:]
	}
	return spelt("input", keys)
}

// outputOf is a reference to what the node makes, or to what that has at the path.
func outputOf(n flow.Node, path string) string {
	keys := pathKey().FindAllString(path, -1)
	switch {
	case namesOutput(path):
		keys = keys[1:]
	case len(keys) > 0 && !slices.Contains(resultKeys(n.Type), keys[0]):
		keys = nil
	}
	return spelt(n.ID+".output", keys)
}

// resultKeys are the keys of the node's result, if that is an object with some.
func resultKeys(t flow.NodeType) []string {
	switch t {
	case flow.Knowledge:
		return []string{"chunks", "count", "query", "knowledgeBase"}
	case flow.WebSearch:
		return []string{"query", "results", "count", "text"}
	case flow.Conditional:
		return []string{"condition", "result", "branch"}
	case flow.Loop:
		return []string{"iterations", "results", "iteration", "value"}
	case flow.Output:
		return []string{"value", "iterationResults", "fileId", "fileType"}
	}
	return nil
}

// spelt spells a reference, "" if a key cannot stand in one.
func spelt(to string, keys []string) string {
	for _, key := range keys {
		if !plainKey().MatchString(key) {
			return ""
		}
		to += "." + key
	}
	return "{{" + to + "}}"
}
