package runner

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/spell"
	"github.com/flowctl/flowctl/pkg/flow"
)

// setting is what one --set asks for.
type setting struct {
	arg   string
	node  flow.Node // as it was before
	field string    // its path in the node's data
	value string
}

const settingForm = "write it as NODE.FIELD=VALUE"

// parseSetting reads NODE.FIELD=VALUE.
func parseSetting(spec flow.Spec, arg string) (setting, error) {
	s := setting{arg: arg}
	target, value, ok := strings.Cut(arg, "=")
	if !ok {
		return s, errors.New(settingForm)
	}
	name := longestPrefix(spec.Nodes, target)
	if name == "" {
		name, _, _ = strings.Cut(target, ".")
	}
	found := nodesCalled(spec.Nodes, name)
	switch {
	case len(found) == 0:
		return s, fmt.Errorf("the flow has no node %s%s", output.Quoted(name), closeNodes(name, spec.Nodes))
	case len(found) > 1:
		return s, sameLabel(name, found)
	case name == target:
		return s, errors.New("it names no field; " + settingForm)
	}
	s.node, s.value = found[0], value
	s.field = strings.TrimPrefix(target, name+".")
	if slices.Contains(strings.Split(s.field, "."), "") {
		return s, errors.New("a part of the field is empty; " + settingForm)
	}
	return s, nil
}

// longestPrefix finds the node that target begins with, by its id or else its
// label: names may have dots in them, and the longest that fits is meant.
func longestPrefix(nodes []flow.Node, target string) (name string) {
	for _, nameOf := range []func(flow.Node) string{func(n flow.Node) string { return n.ID }, flow.Node.Label} {
		for _, n := range nodes {
			if own := nameOf(n); len(own) > len(name) && strings.HasPrefix(target, own+".") {
				name = own
			}
		}
		if name != "" {
			break
		}
	}
	return name
}

// doubt returns why the setting may not do what is meant, "" if nothing is known
// against it. spec has all settings.
func (s setting) doubt(spec flow.Spec) string {
	known := s.node.Type.Fields()
	field := s.field
	isKnown := func(name string) bool {
		return strings.HasPrefix(field+".", name+".") || strings.HasPrefix(name, field+".")
	}
	if len(known) > 0 && !slices.ContainsFunc(known, isKnown) && s.node.Field(field) == nil {
		hint := spell.DidYouMean(field, known)
		if hint == "" {
			hint = "; they have " + strings.Join(known, ", ")
		}
		return fmt.Sprintf("%s nodes have no field %s that flowctl knows of%s", s.node.Type, output.Quoted(field), hint)
	}
	graph, _ := engine.NewGraph(spec, nil)
	if slices.Contains(graph.Node(s.node.ID).Unsent(), field) {
		return fmt.Sprintf("it is not sent to the model while useAdvancedSettings is off; add --set %s.useAdvancedSettings=true", s.node.ID)
	}
	return ""
}
