package sync

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Env specifies what the models, knowledge bases, groups and users that flow files name
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
// A key is what the files contain; its value is the id on the server, or a name or e-mail
// that is unique there. ${NAME} is a variable of the process. What the file does not mention
// stays as it is.
type Env struct {
	Models         names `yaml:"models"          json:"models,omitempty"`
	KnowledgeBases names `yaml:"knowledge_bases" json:"knowledge_bases,omitempty"`
	Groups         names `yaml:"groups"          json:"groups,omitempty"`
	Users          names `yaml:"users"           json:"users,omitempty"`

	used  map[string]map[string]bool // what the flows of Resolve have, by kind
	shown map[word]string            // what the file says, by what variables made of it; see Hide
}

// word is a name or an id, and of what kind: a model, a group.
type word struct{ kind, text string }

// names maps what the files contain to the server's names and, after [Env.Resolve], its ids.
type names map[string]string

// ReadEnv reads an environment; name is its file's, for errors. getenv returns the value
// of a variable, or what is wrong with it: the error names all such variables.
func ReadEnv(name string, text []byte, getenv func(string) (string, error)) (*Env, error) {
	var e Env
	if err := decodeEnv(text, &e); err != nil {
		return nil, fmt.Errorf("%s%w", name, err)
	}
	if err := e.expand(getenv); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &e, nil
}

// expand replaces ${NAME} by the values of variables.
func (e *Env) expand(getenv func(string) (string, error)) error {
	variable := regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)
	wrong := map[string]string{} // by the variable
	e.shown = map[word]string{}
	for _, k := range e.kinds() {
		for _, from := range slices.Sorted(maps.Keys(k.names)) {
			to := k.names[from]
			value := variable.ReplaceAllStringFunc(to, func(ref string) string {
				value, err := getenv(ref[2 : len(ref)-1])
				if err != nil {
					wrong[ref] = err.Error()
				}
				return value
			})
			if k.names[from] = value; value != to {
				e.shown[word{k.what, value}] = to
			}
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	var lines []string
	for _, ref := range slices.Sorted(maps.Keys(wrong)) {
		lines = append(lines, ref+" "+wrong[ref])
	}
	return errors.New(strings.Join(lines, "; "))
}

// kind is one of an environment's maps.
type kind struct {
	what string // in messages
	names
}

func (e *Env) kinds() []kind {
	return []kind{{"models", e.Models}, {"knowledge bases", e.KnowledgeBases}, {"groups", e.Groups}, {"users", e.Users}}
}
