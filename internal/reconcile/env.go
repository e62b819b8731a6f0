package reconcile

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/pkg/flow"
)

// Env says what the models, knowledge bases, groups and users that flow files name
// are on a server. Its file is YAML:
//
//	models:
//	  gpt-4o-mini: azure-gpt-4o-mini
//	knowledge_bases:
//	  handbook: ${FLOWCTL_VAR_HANDBOOK}
//	groups:
//	  reviewers: Reviewers
//	users:
//	  ann: ann@example.com
//
// Left stands what the files have, right the id there, or the name or e-mail if
// only one thing there has it. ${NAME} is a variable of the environment. What is
// not mentioned stays as it is.
type Env struct {
	Models         names `yaml:"models"`
	KnowledgeBases names `yaml:"knowledge_bases"`
	Groups         names `yaml:"groups"`
	Users          names `yaml:"users"`

	used  map[string]map[string]bool // what the flows of Resolve have, by kind
	shown map[string]string          // what the file says, by what variables made of it; see Hide
}

// names are the server's names by those of the files; after [Env.Resolve] the
// server's ids.
type names map[string]string

// ReadEnv reads an environment; name is its file's, for errors. getenv returns the value
// of a variable, or what is wrong with it: the error names all such variables.
func ReadEnv(name string, text []byte, getenv func(string) (string, error)) (*Env, error) {
	var e Env
	if err := decodeEnv(text, &e); err != nil {
		return nil, fmt.Errorf("%s%w", name, err)
	}
	variable := regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)
	wrong := map[string]string{} // by the variable
	e.shown = map[string]string{}
	for _, k := range e.kinds() {
		for from, to := range k.names {
			value := variable.ReplaceAllStringFunc(to, func(ref string) string {
				value, err := getenv(ref[2 : len(ref)-1])
				if err != nil {
					wrong[ref] = err.Error()
				}
				return value
			})
			if k.names[from] = value; value != to {
				e.shown[value] = to
			}
		}
	}
	if len(wrong) > 0 {
		var lines []string
		for _, ref := range slices.Sorted(maps.Keys(wrong)) {
			lines = append(lines, ref+" "+wrong[ref])
		}
		return nil, fmt.Errorf("%s: %s", name, strings.Join(lines, "; "))
	}
	return &e, nil
}

// Hide returns a value as it may be shown: with ${NAME} for what an environment has from
// a variable, which may be nobody else's business.
func (e *Env) Hide(raw json.RawMessage) json.RawMessage {
	if e == nil || len(e.shown) == 0 || len(raw) == 0 || raw[0] != '"' && raw[0] != '{' && raw[0] != '[' {
		return raw
	}
	if raw[0] == '"' {
		if text, ok := e.shown[unquote(raw)]; ok {
			return flow.AppendString(nil, text)
		}
		return raw
	}
	var out []byte
	last := 0
	for _, span := range flow.Children(raw) {
		out = append(append(out, raw[last:span.Start]...), e.Hide(raw[span.Start:span.End])...)
		last = span.End
	}
	return append(out, raw[last:]...)
}

// kind is one of an environment's maps.
type kind struct {
	what string // in messages
	names
}

func (e *Env) kinds() []kind {
	return []kind{{"models", e.Models}, {"knowledge bases", e.KnowledgeBases}, {"groups", e.Groups}, {"users", e.Users}}
}
