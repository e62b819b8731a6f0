package server

import (
	"net/http"
	"strconv"
	"unicode/utf8"
)

// fault is one thing wrong with a request, in FastAPI's terms, which the clients
// of Open WebUI know.
type fault struct {
	kind  string // "missing", "string_type", ...
	loc   []any  // "body" or "query", then keys (string) and indexes (int)
	msg   string
	input []byte // the offending value as JSON; nil for null
}

// What a 422 repeats of the request is bounded: it would otherwise be a way to
// make a small body into a large answer.
const (
	maxFaults = 1000
	maxInput  = 1 << 10 // bytes
)

func invalid(faults ...fault) *problem {
	return &problem{status: http.StatusUnprocessableEntity, faults: faults}
}

func appendFaults(dst []byte, faults []fault) []byte {
	dst = append(dst, '[')
	for i, f := range faults {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = f.append(dst)
	}
	return append(dst, ']')
}

func (f fault) append(dst []byte) []byte {
	dst = appendQuoted(append(dst, `{"type":`...), f.kind)
	dst = append(dst, `,"loc":[`...)
	for i, l := range f.loc {
		if i > 0 {
			dst = append(dst, ',')
		}
		switch l := l.(type) {
		case int:
			dst = strconv.AppendInt(dst, int64(l), 10)
		case string:
			dst = appendQuoted(dst, l)
		}
	}
	dst = appendQuoted(append(dst, `],"msg":`...), f.msg)
	dst = append(dst, `,"input":`...)
	switch {
	case f.input == nil:
		dst = append(dst, "null"...)
	case len(f.input) > maxInput:
		dst = appendQuoted(dst, clip(string(f.input[:maxInput+1]), maxInput)+"…")
	default:
		dst = append(dst, f.input...)
	}
	return append(dst, '}')
}

// clip returns at most n bytes of the beginning of a text, cut between characters.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// missing is the fault of what is not there.
func missing(loc ...any) fault {
	return fault{kind: "missing", loc: loc, msg: "Field required"}
}
