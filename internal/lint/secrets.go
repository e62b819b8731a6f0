package lint

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/internal/secrets"
	"github.com/flowctl/flowctl/pkg/flow"
)

// findSecrets finds the secrets in all that a flow holds, the keys of its fields and
// what the model has no name for included. broken flows may hold more than their
// fields say.
func findSecrets(spec flow.Spec, broken bool) []flow.Problem {
	if !broken && !specMayHoldSecret(spec) {
		return nil
	}
	var c checker
	c.secretsIn(spec.AppendJSON(nil), flow.Problem{})
	for i := range c.found {
		p := &c.found[i]
		list, rest, _ := strings.Cut(strings.TrimPrefix(p.Pointer, "/"), "/")
		index, _, _ := strings.Cut(rest, "/")
		k, err := strconv.Atoi(index)
		switch {
		case err != nil:
		case list == "nodes" && k < len(spec.Nodes):
			p.Node = secrets.RedactText(spec.Nodes[k].ID)
		case list == "edges" && k < len(spec.Edges):
			p.Edge = secrets.RedactText(spec.Edges[k].ID)
		}
	}
	return c.found
}

// CheckFields finds the secrets in fields that stand next to a flow in its file.
// Pointers are into the object of these fields.
func CheckFields(fields flow.Object) []flow.Problem {
	var c checker
	if raw := fields.AppendJSON(nil); secrets.MayHold(raw) {
		c.secretsIn(raw, flow.Problem{})
	}
	return c.found
}

// specMayHoldSecret looks at the parts of a flow one by one.
func specMayHoldSecret(s flow.Spec) bool {
	var text []byte
	may := func(part interface{ AppendJSON([]byte) []byte }) bool {
		text = part.AppendJSON(text[:0])
		return secrets.MayHold(text)
	}
	nodes, edges := s.Nodes, s.Edges
	s.Nodes, s.Edges = nil, nil
	return slices.ContainsFunc(nodes, func(n flow.Node) bool { return may(n) }) ||
		slices.ContainsFunc(edges, func(e flow.Edge) bool { return may(e) }) || may(s)
}

// secretsIn looks into a JSON value.
func (c *checker) secretsIn(raw json.RawMessage, at flow.Problem) {
	switch raw[0] {
	case '"':
		var text string
		if json.Unmarshal(raw, &text) == nil {
			c.secretsInText(text, "the text", at)
		}
	case '{':
		for _, child := range rawjson.Children(raw) {
			c.secretsInMember(child.Key, raw[child.Start:child.End], at)
		}
	case '[':
		for i, child := range rawjson.Children(raw) {
			in := at
			in.Pointer += fmt.Sprintf("/%d", i)
			c.secretsIn(raw[child.Start:child.End], in)
		}
	}
}

// secretsInMember looks into the member of an object, whose key is not shown if it
// is a secret itself: then its places are those of the object.
func (c *checker) secretsInMember(key string, value json.RawMessage, at flow.Problem) {
	if c.secretsInText(key, "the key of a field", at) {
		key = secrets.RedactText(key)
	}
	at.Pointer += "/" + rawjson.EscapePointer(key)
	c.secretsIn(value, at)
}

func (c *checker) secretsInText(text, what string, at flow.Problem) bool {
	kinds := secrets.Kinds(text)
	for _, kind := range kinds {
		c.say(at, CodeSecret, flow.SeverityError, "%s holds what looks like %s; take it out, and have it revoked", what, kind)
	}
	return len(kinds) > 0
}

// withoutSecrets is the flow with the kinds of secrets in the place of those in its
// texts, ids among them, for rules that quote them. Keys stay: rules
// do not quote unknown ones.
func withoutSecrets(spec flow.Spec) flow.Spec {
	clean, err := flow.ParseSpec(secrets.RedactIDs(spec.AppendJSON(nil)))
	if err != nil {
		return spec // cannot be: texts are in the place of texts
	}
	return clean
}
