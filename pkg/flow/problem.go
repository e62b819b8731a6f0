package flow

import (
	"slices"
)

// Problem is something wrong with a flow.
type Problem struct {
	Code     string   `json:"code"` // one of [Rules]
	Severity Severity `json:"severity"`
	Message  string   `json:"message"`        // lower case; texts of the flow stand in it quoted and shortened
	Node     string   `json:"node,omitempty"` // id of the node concerned, if it has one
	Edge     string   `json:"edge,omitempty"` // id of the edge concerned, if it has one
	Pointer  string   `json:"pointer"`        // JSON pointer (RFC 6901) into the flow; "" is the flow itself
}

// HasErrors reports whether any of the problems is an error.
func HasErrors(problems []Problem) bool {
	return slices.ContainsFunc(problems, func(p Problem) bool { return p.Severity == SeverityError })
}
