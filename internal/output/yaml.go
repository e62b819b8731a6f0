package output

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v3"
)

// writeYAML writes raw JSON as YAML in block style. Keys stay in their order and
// numbers as they are spelt.
func writeYAML(w io.Writer, raw []byte) error {
	d := jsontext.NewDecoder(bytes.NewReader(raw), jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	node, err := yamlNode(d)
	if err != nil {
		return fmt.Errorf("decode output: %w", err)
	}
	e := yaml.NewEncoder(w)
	e.SetIndent(2)
	if err := e.Encode(node); err != nil {
		return fmt.Errorf("write yaml: %w", err)
	}
	return e.Close()
}

func yamlNode(d *jsontext.Decoder) (*yaml.Node, error) {
	t, err := d.ReadToken()
	if err != nil {
		return nil, err
	}
	switch t.Kind() {
	case '{':
		return yamlChildren(d, yaml.MappingNode, "!!map", '}')
	case '[':
		return yamlChildren(d, yaml.SequenceNode, "!!seq", ']')
	case '"':
		return yamlString(t.String()), nil
	case '0':
		// A plain scalar: YAML 1.2 reads JSON's numbers as they are.
		return &yaml.Node{Kind: yaml.ScalarNode, Value: t.String()}, nil
	case 'n':
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}, nil
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: t.String()}, nil
}

// yamlString quotes what YAML 1.1, still widely read, takes for a boolean or a
// number of base 60; the encoder knows the rest.
func yamlString(s string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(s)
	switch strings.ToLower(s) {
	case "y", "n", "yes", "no", "on", "off":
		n.Style = yaml.DoubleQuotedStyle
	}
	if strings.Contains(s, ":") && strings.Trim(s, "0123456789_:.+-") == "" {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

func yamlChildren(d *jsontext.Decoder, kind yaml.Kind, tag string, closing jsontext.Kind) (*yaml.Node, error) {
	n := &yaml.Node{Kind: kind, Tag: tag}
	for d.PeekKind() != closing {
		child, err := yamlNode(d)
		if err != nil {
			return nil, err
		}
		n.Content = append(n.Content, child)
	}
	_, err := d.ReadToken()
	if len(n.Content) == 0 {
		n.Style = yaml.FlowStyle // [] and {}
	}
	return n, err
}
