package reconcile

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Env says what the models, knowledge bases, groups and users that flow files name
// are on a server. Its file is YAML:
//
//	models:
//	  gpt-4o-mini: azure-gpt-4o-mini
//	knowledge_bases:
//	  handbook: ${HANDBOOK}
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
}

// names are the server's names by those of the files; after [Env.Resolve] the
// server's ids.
type names map[string]string

// ReadEnv reads an environment; name is its file's, for errors. getenv looks up
// variables; all that are missing are named in the error.
func ReadEnv(name string, text []byte, getenv func(string) (string, bool)) (*Env, error) {
	var e Env
	if err := decodeEnv(text, &e); err != nil {
		return nil, fmt.Errorf("%s%w", name, err)
	}
	variable := regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)
	missing := map[string]bool{}
	for _, k := range e.kinds() {
		for from, to := range k.names {
			k.names[from] = variable.ReplaceAllStringFunc(to, func(ref string) string {
				value, ok := getenv(ref[2 : len(ref)-1])
				if !ok || value == "" {
					missing[ref[2:len(ref)-1]] = true
				}
				return value
			})
		}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("%s: the environment wants variables that are not set: %s", name, strings.Join(slices.Sorted(maps.Keys(missing)), ", "))
	}
	return &e, nil
}

// kind is one of an environment's maps.
type kind struct {
	what string // in messages
	names
}

func (e *Env) kinds() []kind {
	return []kind{{"models", e.Models}, {"knowledge bases", e.KnowledgeBases}, {"groups", e.Groups}, {"users", e.Users}}
}
