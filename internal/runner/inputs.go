package runner

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Inputs are the values given for the input nodes of a flow.
type Inputs struct {
	Spec   *flow.Spec
	Values map[string]json.RawMessage // by node id
	Files  bool                       // an image was given
}

// Split reads [NODE=]VALUE. What stands before the first = is a node if an input
// node is called so, and a misspelt one if it looks or reads like one: no model is
// to be asked about "topc=Go". The text of an only node may else have an = in it.
func (in *Inputs) Split(flag, arg string) (id, value string, err error) {
	nodes := in.Nodes()
	name, value, named := strings.Cut(arg, "=")
	found := nodesCalled(nodes, name)
	switch {
	case named && len(found) == 1:
		return found[0].ID, value, nil
	case named && len(found) > 1:
		return "", "", fmt.Errorf("%s: %w", flag, sameLabel(name, found))
	case len(nodes) == 0:
		return "", "", fmt.Errorf("%s: the flow has no input node", flag)
	case named && in.namesNode(name) && (flag != "--input-file" || !isRegular(arg)):
		return "", "", fmt.Errorf("%s: %s", flag, in.noSuchInput(flag, name))
	case len(nodes) == 1:
		return nodes[0].ID, arg, nil
	}
	return "", "", fmt.Errorf("%s: the flow has %d input nodes; say which as %s NODE=…, one of %s",
		flag, len(nodes), flag, QuotedList(idsOf(nodes)))
}

// namesNode reports whether a text is meant for the name of a node.
func (in *Inputs) namesNode(text string) bool {
	return looksLikeName(text) || len(nodesCalled(in.Spec.Nodes, text)) > 0
}

func isRegular(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// noSuchInput reports that no input node is called so, and how to give a text that
// only looks like one.
func (in *Inputs) noSuchInput(flag, name string) string {
	nodes := in.Nodes()
	if other := nodesCalled(in.Spec.Nodes, name); len(other) > 0 {
		return fmt.Sprintf("%s is a node of type %s, not an input node; --set changes its fields%s", output.Quoted(name), output.Quoted(string(other[0].Type)), closeNodes(name, nodes))
	}
	escape := ""
	if len(nodes) == 1 {
		escape = fmt.Sprintf("; a value that has an = in it goes as %s %s=…", flag, nodes[0].ID)
	}
	return fmt.Sprintf("the flow has no input node %s%s%s", output.Quoted(name), escape, closeNodes(name, nodes))
}

// Nodes lists the input nodes.
func (in *Inputs) Nodes() []flow.Node {
	var nodes []flow.Node
	for _, n := range in.Spec.Nodes {
		if n.Type == flow.Input {
			nodes = append(nodes, n)
		}
	}
	return nodes
}

// SetText sets the node to a text.
func (in *Inputs) SetText(id string, text []byte, from string) error {
	if _, twice := in.Values[id]; twice {
		return fmt.Errorf("two values are given for the input node %s", output.Quoted(id))
	}
	if !utf8.Valid(text) {
		return fmt.Errorf("%s: the value for the input node %s is not UTF-8 text", from, output.Quoted(id))
	}
	value, err := json.Marshal(string(text))
	in.Values[id] = value
	return err
}

// SetFile sets the node to what a file holds: a text, or an image that models see.
func (in *Inputs) SetFile(id string, data []byte, path string) error {
	kind, _, _ := strings.Cut(http.DetectContentType(data), ";")
	if family, _, _ := strings.Cut(kind, "/"); family != "image" && family != "video" && family != "audio" {
		return in.SetText(id, data, path)
	}
	if _, twice := in.Values[id]; twice {
		return fmt.Errorf("two values are given for the input node %s", output.Quoted(id))
	}
	in.Values[id], in.Files = json.RawMessage(`""`), true
	for i := range in.Spec.Nodes {
		if n := &in.Spec.Nodes[i]; n.ID == id {
			if err := n.Set("fileIds", []string{"data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(data)}); err != nil {
				return err
			}
		}
	}
	return nil
}
