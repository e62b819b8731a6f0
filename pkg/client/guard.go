package client

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"strconv"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

// The real backend stores a flow that is nested deeper than about 250 levels, or
// has half a surrogate pair in it, but can never send it again: every list that
// holds it fails from then on, for every user.
const upstreamDepth = 200

// CheckStorable reports, before anything is written, what the server would refuse or
// Create and Update would not send: the error is [ErrInvalid] then. Our own
// server has limits on the parts of a flow; others never list
// a flow again that is nested very deep, or that has half a surrogate pair in it.
func (s *FlowsService) CheckStorable(ctx context.Context, spec flow.Spec) error {
	if over := tooLarge(spec); over != "" && s.c.isOurs(ctx) {
		k := call{verb: "store flow", subject: spec.Name}
		return s.c.refuse(&k, ErrInvalid, over, "make it smaller first")
	}
	if s.c.knownOurs() {
		return nil
	}
	return s.guard(ctx, &call{verb: "store flow", subject: spec.Name, body: spec.AppendJSON(nil)})
}

// tooLarge says which part of a flow our server does not take, "" if it takes all.
func tooLarge(spec flow.Spec) string {
	spec.Nodes, spec.Edges = nil, nil
	for _, p := range flow.Validate(spec) {
		if p.Code == "too-large" {
			return p.Message
		}
	}
	return ""
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
	doc, err := rawjson.ParseObject(body)
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

// unstorable returns what is wrong with a text, "" if nothing is.
func unstorable(text []byte) (why string) {
	const lost = ", which this server stores but can never list again"
	rawjson.Tokens(text, func(token []byte, depth int) {
		switch c := token[0]; {
		case why != "":
		case depth > upstreamDepth:
			why = fmt.Sprintf("it is nested deeper than %d levels", upstreamDepth) + lost
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
