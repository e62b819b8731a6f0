package client

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"strconv"

	"github.com/flowctl/flowctl/pkg/flow"
)

// The real backend stores a flow that is nested deeper than about 250 levels, or
// has half a surrogate pair in it, but can never send it again: every list that
// holds it fails from then on, for every user.
const upstreamDepth = 200

// CheckStorable reports, before anything is written, what the server would refuse or
// Create and Update would not send: the error is [ErrInvalid] then. Our own
// server has limits on the parts of a flow, see [flow.Spec.Excesses]; others never list
// a flow again that is nested very deep, or that has half a surrogate pair in it.
func (s *FlowsService) CheckStorable(ctx context.Context, spec flow.Spec) error {
	if over := spec.Excesses(); over != nil && s.c.isOurs(ctx) {
		k := call{verb: "store flow", subject: spec.Name}
		return s.c.refuse(&k, ErrInvalid, over[0].Message, "make it smaller first")
	}
	if s.c.knownOurs() {
		return nil
	}
	return s.guard(ctx, &call{verb: "store flow", subject: spec.Name, body: spec.AppendJSON(nil)})
}

// guard refuses what would do that to a server that is not our own.
func (s *FlowsService) guard(ctx context.Context, k *call) error {
	if unstorable(k.body) == "" {
		return nil // as it is nearly always
	}
	why := unstorableFlow(k.body)
	if why == "" || s.c.isOurs(ctx) {
		return nil
	}
	return s.c.refuse(k, ErrInvalid, why, "change that first")
}

// unstorableFlow is unstorable for what the real backend keeps of the flow in a body.
func unstorableFlow(body []byte) string {
	doc, err := flow.ParseObject(body)
	if err != nil {
		return unstorable(body)
	}
	for _, key := range []string{"name", "description", "nodes", "edges", "access_control"} {
		if value, ok := doc.Get(key); ok {
			if why := unstorable(value); why != "" {
				return why
			}
		}
	}
	return ""
}

// unstorable says what is wrong with a text, "" if nothing is.
func unstorable(text []byte) string {
	const lost = ", which this server stores but can never list again"
	switch {
	case hasLoneSurrogate(text):
		return `a text in it has half a surrogate pair (an escape from \ud800 to \udfff without the other one)` + lost
	case depth(text) > upstreamDepth:
		return fmt.Sprintf("it is nested deeper than %d levels", upstreamDepth) + lost
	}
	if number := infinite(text); number != "" {
		return fmt.Sprintf("the number %s in it is too large for this server, which would store null instead", number)
	}
	return ""
}

// infinite returns a number that is beyond the range of a float64, "" if there is none.
// Integers have no limit at the real backend.
func infinite(text []byte) string {
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			for i++; i < len(text) && text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		case c == '-' || '0' <= c && c <= '9':
			start := i
			for i < len(text) && bytes.IndexByte([]byte("+-.eE0123456789"), text[i]) >= 0 {
				i++
			}
			number := text[start:i]
			i--
			if !bytes.ContainsAny(number, ".eE") {
				continue
			}
			if v, _ := strconv.ParseFloat(string(number), 64); math.IsInf(v, 0) {
				return string(number[:min(len(number), 20)])
			}
		}
	}
	return ""
}

// hasLoneSurrogate finds an escaped surrogate that is not one of a pair.
func hasLoneSurrogate(text []byte) bool {
	for i := 0; i < len(text); {
		next := bytes.IndexByte(text[i:], '\\')
		if next < 0 {
			return false
		}
		i += next
		switch r := escaped(text[i:]); {
		case 0xd800 <= r && r < 0xdc00:
			if low := escaped(text[i+6:]); low < 0xdc00 || low > 0xdfff {
				return true
			}
			i += 12
		case 0xdc00 <= r && r <= 0xdfff:
			return true
		default:
			i += 2 // an escaped backslash does not begin the next escape
		}
	}
	return false
}

// escaped returns the code of the \uXXXX escape at the beginning of text, 0 if
// there is none.
func escaped(text []byte) uint64 {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0
	}
	r, _ := strconv.ParseUint(string(text[2:6]), 16, 16)
	return r
}

// depth is the number of levels of JSON text.
func depth(text []byte) int {
	if bytes.Count(text, []byte("["))+bytes.Count(text, []byte("{")) <= upstreamDepth {
		return 0 // too few brackets to be deep: the usual case
	}
	deepest, level, quoted := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '{':
			level++
			deepest = max(deepest, level)
		case c == ']' || c == '}':
			level--
		}
	}
	return deepest
}
