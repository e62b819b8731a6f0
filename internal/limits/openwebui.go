package limits

import (
	"bytes"
	"fmt"
	"math"
	"strconv"

	"github.com/flowctl/flowctl/internal/rawjson"
)

// Open WebUI stores a flow that is nested deeper than about 250 levels, or has half a
// surrogate pair in it, but can never send it again: every list with that flow fails from
// then on, for every user. (What stands here was found out by trying.)
const depth = 200

// OpenWebUI returns why a flow, as JSON text, is not to be sent to Open WebUI; "" if
// nothing speaks against it. Of an object it looks only at what is stored there.
func OpenWebUI(spec []byte) (why string) {
	if unstorable(spec) == "" {
		return "" // as it is nearly always
	}
	doc, err := rawjson.ParseObject(spec)
	if err != nil {
		return unstorable(spec)
	}
	for _, m := range doc {
		switch m.Key {
		case "name", "description", "nodes", "edges", "access_control":
			if why := unstorable(m.Value); why != "" {
				return why
			}
		}
	}
	return ""
}

// unstorable returns what is wrong with a text, "" if nothing is.
func unstorable(text []byte) (why string) {
	const lost = ", which this server stores but can never list again"
	rawjson.Tokens(text, func(token []byte, level int) {
		switch c := token[0]; {
		case why != "":
		case level > depth:
			why = fmt.Sprintf("it is nested deeper than %d levels", depth) + lost
		case c == '"' && rawjson.HasLoneSurrogate(token):
			why = `a text in it has half a surrogate pair (an escape from \ud800 to \udfff without the other one)` + lost
		case (c == '-' || '0' <= c && c <= '9') && bytes.ContainsAny(token, ".eE"): // whole numbers have no limit there
			if v, _ := strconv.ParseFloat(string(token), 64); math.IsInf(v, 0) {
				why = fmt.Sprintf("the number %.20s in it is too large for this server, which would store null instead", token)
			}
		}
	})
	return why
}
