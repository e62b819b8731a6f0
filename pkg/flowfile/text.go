package flowfile

import (
	"bytes"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/flowctl/flowctl/internal/rawjson"
)

// text is what was read from one file. All flows of the file share it.
type text struct {
	path string
	data []byte // without a byte order mark

	mu       sync.Mutex
	last     mark                   // of the last position asked for
	children map[int][]rawjson.Span // of the containers near the top, by where they start
}

// mark is a place in a text: its offset in bytes, line and column less 1.
type mark struct{ offset, line, col int }

// position returns the line and column of an offset. It counts on from the last
// one: a file may be 50 MB on one line, with many problems.
func (t *text) position(offset int) (line, col int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	offset = min(offset, len(t.data))
	m := t.last
	if offset < m.offset {
		m = mark{}
	}
	part := t.data[m.offset:offset]
	if n := bytes.Count(part, []byte("\n")); n > 0 {
		m.line += n
		m.col = 0
		part = part[bytes.LastIndexByte(part, '\n')+1:]
	}
	m.col += utf8.RuneCount(part)
	m.offset = offset
	t.last = m
	return m.line + 1, m.col + 1
}

// find returns the offset of what pointer points at in the value that starts at
// start, or of the innermost value around it that is there.
func (t *text) find(start int, pointer string) int {
	end := len(t.data)
	for depth, token := range strings.Split(pointer, "/") {
		if depth == 0 {
			continue
		}
		child, ok := t.child(start, end, rawjson.UnescapePointer(token), depth)
		if !ok {
			break
		}
		start, end = child.Start, child.End
	}
	return start
}

// child finds a member or element of the value that starts at start and goes no
// further than end.
func (t *text) child(start, end int, token string, depth int) (rawjson.Span, bool) {
	children := t.childrenOf(start, end, depth)
	i := len(children)
	if t.data[start] == '[' {
		if n, err := strconv.Atoi(token); err == nil && n >= 0 {
			i = n
		}
	} else {
		for i = 0; i < len(children) && children[i].Key != token; {
			i++
		}
	}
	if i >= len(children) {
		return rawjson.Span{}, false
	}
	c := children[i]
	return rawjson.Span{Start: start + c.Start, End: start + c.End}, true
}

// childrenOf remembers the children of the flow and of its fields: they are asked
// for again and again, and there may be very many.
func (t *text) childrenOf(start, end, depth int) []rawjson.Span {
	if depth > 2 {
		return rawjson.Children(t.data[start:end])
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	children, ok := t.children[start]
	if !ok {
		children = rawjson.Children(t.data[start:end])
		if t.children == nil {
			t.children = make(map[int][]rawjson.Span)
		}
		t.children[start] = children
	}
	return children
}

// errorAt is an error at an offset.
func (t *text) errorAt(offset int, msg string) *Error {
	line, col := t.position(offset)
	return &Error{Path: t.path, Line: line, Col: col, Msg: msg}
}
