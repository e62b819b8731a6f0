package clienttest

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

// readObject reads a body that is a JSON object. Without one the text is null.
func readObject(r *http.Request) (flow.Object, json.RawMessage, error) {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, json.RawMessage("null"), err
	}
	doc, err := rawjson.ParseObject(text)
	if !json.Valid(text) {
		text = []byte("null")
	}
	if doc == nil {
		doc = flow.Object{} // nil is for what was refused
	}
	return doc, text, err
}

// flaws are what Open WebUI stores and regrets.
type flaws struct {
	surrogate bool // half a surrogate pair
	infinite  bool // a number beyond a float64's range
	depth     int  // levels of nesting
}

// respell spells JSON text as Python does after reading it.
func respell(src []byte) ([]byte, flaws) {
	var f flaws
	out := make([]byte, 0, len(src))
	level := 0
	for i := 0; i < len(src); {
		switch c := src[i]; {
		case c == '"':
			end := i + 1
			for src[end] != '"' {
				if src[end] == '\\' {
					end++
				}
				end++
			}
			out = append(out, text(src[i:end+1], &f)...)
			i = end + 1
		case c == '-' || '0' <= c && c <= '9':
			end := i
			for end < len(src) && bytes.IndexByte([]byte("+-.eE0123456789"), src[end]) >= 0 {
				end++
			}
			out = append(out, number(string(src[i:end]), &f)...)
			i = end
		default:
			switch c {
			case '{', '[':
				level++
				f.depth = max(f.depth, level)
			case '}', ']':
				level--
			}
			if c != ' ' && c != '\n' && c != '\r' && c != '\t' {
				out = append(out, c)
			}
			i++
		}
	}
	return out, f
}

// text spells a string in raw UTF-8.
func text(token []byte, f *flaws) []byte {
	if bytes.IndexByte(token, '\\') < 0 {
		return token
	}
	var s string
	_ = json.Unmarshal(token, &s) // was read before
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	_ = e.Encode(s)
	if strings.Contains(s, "\ufffd") { // what Go makes of half a pair
		f.surrogate = true
	}
	return bytes.TrimSpace(out.Bytes())
}

// number spells a number as Python's repr.
func number(s string, f *flaws) string {
	if !strings.ContainsAny(s, ".eE") {
		return s // integers have no limit there
	}
	v, _ := strconv.ParseFloat(s, 64)
	switch abs := math.Abs(v); {
	case math.IsInf(v, 0):
		f.infinite = true
		return "null"
	case abs >= 1e16 || abs != 0 && abs < 1e-4:
		return strconv.FormatFloat(v, 'e', -1, 64)
	}
	s = strconv.FormatFloat(v, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}
