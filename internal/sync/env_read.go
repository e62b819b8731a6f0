package sync

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// envForm ends the errors about what an environment looks like.
const envForm = `; write a line "name in the files: name on the server" for each under models, knowledge_bases, groups or users (docs/ci.md shows one)`

// envError returns an error about a line of an environment. The caller puts the name of the
// file before it.
func envError(line int, format string, args ...any) error {
	return fmt.Errorf(":%d: %s%s", line, fmt.Sprintf(format, args...), envForm)
}

// decodeEnv decodes the YAML. It checks the shape first, since the library's errors about it
// are in terms of Go types.
func decodeEnv(text []byte, e *Env) error {
	var doc yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(text))
	err := d.Decode(&doc)
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return notYAML(err)
	}
	if err := checkEnv(doc.Content[0]); err != nil {
		return err
	}
	var second yaml.Node
	if d.Decode(&second) == nil {
		return envError(second.Line, "another document begins here, and an environment is one")
	}
	if err := doc.Decode(e); err != nil {
		return notYAML(err)
	}
	return nil
}

// notYAML returns the error for a syntax error of the library, which may begin with a line
// number.
func notYAML(err error) error {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if at := regexp.MustCompile(`^(?:unmarshal errors:\n\s*)?line (\d+): `).FindStringSubmatch(text); at != nil {
		return fmt.Errorf(":%s: the environment is not YAML: %s", at[1], strings.TrimPrefix(text, at[0]))
	}
	return fmt.Errorf(": the environment is not YAML: %s", text)
}

func checkEnv(top *yaml.Node) error {
	if isNull(top) {
		return nil
	}
	return eachPair(top, "the environment", func(key string, at, value *yaml.Node) error {
		if !slices.Contains([]string{"models", "knowledge_bases", "groups", "users"}, key) {
			return envError(at.Line, "the environment has %.80q", key)
		}
		if isNull(value) {
			return nil
		}
		return eachPair(value, key, func(from string, at, to *yaml.Node) error {
			switch {
			case to.Kind != yaml.ScalarNode:
				return envError(at.Line, "what stands for %.80q of the %s is %s, not one name", from, key, kindOf(to))
			case from == "" || to.Value == "" || isNull(to):
				return envError(at.Line, "an empty name among the %s", key)
			}
			return nil
		})
	})
}

// eachPair calls check for the keys and values of n, which has to be a map and is called
// what in errors. It skips keys that a merge (<<) brings: they belong to another map.
func eachPair(n *yaml.Node, what string, check func(key string, at, value *yaml.Node) error) error {
	if n = target(n); n.Kind != yaml.MappingNode {
		return envError(n.Line, "%s is %s, not a map", what, kindOf(n))
	}
	lines := map[string]int{}
	for i := 0; i < len(n.Content); i += 2 {
		key, value := target(n.Content[i]), target(n.Content[i+1])
		switch {
		case key.Tag == "!!merge":
			continue
		case key.Kind != yaml.ScalarNode:
			return envError(key.Line, "a key of %s is %s, not a name", what, kindOf(key))
		case lines[key.Value] > 0:
			return envError(key.Line, "%.80q of %s stands in line %d too", key.Value, what, lines[key.Value])
		}
		lines[key.Value] = key.Line
		if err := check(key.Value, key, value); err != nil {
			return err
		}
	}
	return nil
}

// target returns the node that an alias stands for, or n.
func target(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

func kindOf(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a map"
	case yaml.SequenceNode:
		return "a list"
	}
	return fmt.Sprintf("the text %.40q", n.Value)
}
