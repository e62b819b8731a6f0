package flowfile

import (
	"bytes"
	"io"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

// printer writes JSON with an indent of two spaces, and keeps the first error of
// its writer. encoding/json has an Indent too, at a tenth of the speed.
type printer struct {
	w     io.Writer
	buf   []byte
	err   error
	depth int
	empty bool // nothing was written yet since the last open
}

// flush hands the buffer on once it is longer than size.
func (p *printer) flush(size int) {
	if len(p.buf) <= size {
		return
	}
	if p.err == nil {
		_, p.err = p.w.Write(p.buf)
	}
	p.buf = p.buf[:0]
}

func (p *printer) open(bracket byte) {
	p.buf = append(p.buf, bracket)
	p.depth++
	p.empty = true
}

func (p *printer) close(bracket byte) {
	p.depth--
	if !p.empty {
		p.line()
	}
	p.buf = append(p.buf, bracket)
	p.empty = false
}

// element starts another element of an array or member of an object.
func (p *printer) element() {
	if !p.empty {
		p.buf = append(p.buf, ',')
	}
	p.line()
	p.empty = false
	p.flush(1 << 16)
}

func (p *printer) line() {
	const spaces = "                                "
	p.buf = append(p.buf, '\n')
	for n := 2 * p.depth; n > 0; n -= len(spaces) {
		p.buf = append(p.buf, spaces[:min(n, len(spaces))]...)
	}
}

// key starts a member.
func (p *printer) key(key string) {
	p.element()
	p.buf = append(rawjson.AppendString(p.buf, key), ": "...)
}

func (p *printer) member(key string, value []byte) {
	p.key(key)
	p.value(value)
}

// members writes the members of doc, their keys as they are spelt.
func (p *printer) members(doc flow.Object) {
	text := doc.AppendJSON(nil)
	p.element()
	p.value(text[1 : len(text)-1])
}

// value writes the tokens of compact JSON text.
func (p *printer) value(text []byte) {
	for i := 0; i < len(text); {
		switch c := text[i]; c {
		case '{', '[':
			p.open(c)
			if next := text[i+1]; next != '}' && next != ']' {
				p.element()
			}
			i++
		case '}', ']':
			p.close(c)
			i++
		case ',':
			p.element()
			i++
		case ':':
			p.buf = append(p.buf, ": "...)
			i++
		default:
			end := tokenEnd(text, i)
			p.buf = append(p.buf, text[i:end]...)
			i = end
		}
	}
}

// tokenEnd is the index after the string, number or word that starts at i.
func tokenEnd(text []byte, i int) int {
	if text[i] != '"' {
		for i < len(text) && text[i] != ',' && text[i] != '}' && text[i] != ']' {
			i++
		}
		return i
	}
	for i++; ; {
		i += bytes.IndexByte(text[i:], '"') + 1
		slashes := 0
		for text[i-2-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return i
		}
	}
}
