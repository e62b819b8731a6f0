package flow

import (
	"fmt"
	"strconv"
	"strings"
)

// step leads from a value to a member or, without a key, to an element.
type step struct {
	key   string
	index int
}

func (v *validator) enter(s step) { v.path = append(v.path, s) }
func (v *validator) leave()       { v.path = v.path[:len(v.path)-1] }

// pointer returns the JSON pointer (RFC 6901) of a path. All keys on our paths are
// plain words.
func pointer(path []step) string {
	var b strings.Builder
	for _, s := range path {
		b.WriteByte('/')
		if s.key != "" {
			b.WriteString(s.key)
		} else {
			b.WriteString(strconv.Itoa(s.index))
		}
	}
	return b.String()
}

// pathName names the value at the end of a path as it is called within its node
// or edge: "data.fileIds[0]".
func pathName(path []step) string {
	if len(path) == 0 {
		return "the flow"
	}
	if len(path) >= 2 && path[1].key == "" {
		if len(path) == 2 {
			return "the " + strings.TrimSuffix(path[0].key, "s") // of "nodes" or "edges"
		}
		path = path[2:]
	}
	var b strings.Builder
	for i, s := range path {
		switch {
		case s.key == "":
			b.WriteString("[" + strconv.Itoa(s.index) + "]")
		case i > 0:
			b.WriteString("." + s.key)
		default:
			b.WriteString(s.key)
		}
	}
	return b.String()
}

// quote shows a text of the flow in a message, shortened and safe for terminals.
func quote(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	parts := strings.Split(s, "\x00")
	for i, p := range parts {
		p = strconv.Quote(p)
		parts[i] = p[1 : len(p)-1]
	}
	return `"` + strings.Join(parts, `\u0000`) + `"` // as JSON spells NUL
}

func quoteList(ids []string) string {
	const most = 10
	var quoted []string
	for _, id := range ids[:min(most, len(ids))] {
		quoted = append(quoted, quote(id))
	}
	if more := len(ids) - most; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(quoted, ", "), more)
	}
	last := len(quoted) - 1
	return strings.Join(quoted[:last], ", ") + " and " + quoted[last]
}

func typeNames() string {
	var names []string
	for _, t := range NodeTypes() {
		names = append(names, string(t))
	}
	return strings.Join(names, ", ")
}
