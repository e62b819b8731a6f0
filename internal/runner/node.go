package runner

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/spell"
	"github.com/flowctl/flowctl/pkg/flow"
)

// nodesCalled finds the nodes that a flag names: the one with this id, or else
// all with this label.
func nodesCalled(nodes []flow.Node, name string) []flow.Node {
	var labelled []flow.Node
	if name == "" {
		return nil
	}
	for _, n := range nodes {
		switch name {
		case n.ID:
			return []flow.Node{n}
		case n.Label():
			labelled = append(labelled, n)
		}
	}
	return labelled
}

func sameLabel(name string, nodes []flow.Node) error {
	return fmt.Errorf("%d nodes are labelled %s; name one by its id, one of %s", len(nodes), output.Quoted(name), QuotedList(idsOf(nodes)))
}

// closeNodes ends an error about a node that there is not: with the one that may
// have been meant, or else with those that there are.
func closeNodes(name string, nodes []flow.Node) string {
	const most = 10 // of them are listed
	ids := idsOf(nodes)
	names := ids
	for _, n := range nodes {
		if label := n.Label(); label != "" {
			names = append(names, label)
		}
	}
	if hint := spell.DidYouMean(name, names); hint != "" {
		return hint
	}
	switch {
	case len(ids) == 0:
		return ""
	case len(ids) == 1:
		return "; there is only " + output.Quoted(ids[0])
	case len(ids) > most:
		return fmt.Sprintf("; there are %s and %d more", QuotedList(ids[:most]), len(ids)-most)
	}
	return "; there are " + QuotedList(ids)
}

func idsOf(nodes []flow.Node) []string {
	ids := make([]string, len(nodes))
	for i, n := range nodes {
		ids[i] = n.ID
	}
	return ids
}

// QuotedList quotes each of some names.
func QuotedList(names []string) string {
	shown := make([]string, len(names))
	for i, name := range names {
		shown[i] = output.Quoted(name)
	}
	return strings.Join(shown, ", ")
}

// looksLikeName reports whether a text could be the name of a node that was misspelt:
// it is one word, such as no sentence or address that has an = further on begins
// with.
func looksLikeName(text string) bool {
	return text != "" && strings.IndexFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_-.", r)
	}) < 0
}
