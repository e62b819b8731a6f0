// Package template makes flows from templates: flow files that say next to their flow which
// parameters it has,
//
//	{"flow": {…}, "template": {"title": …, "description": …, "parameters":
//	  [{"name": "audience", "description": …, "type": "string", "default": "beginners"}]}}
//
// and have {{param.audience}} in the texts of the flow where the value goes. Any other flow
// file is a template without parameters.
package template

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// Key is the member of a flow file, next to "flow", that makes it a template.
const Key = "template"

// Template is a flow with parameters.
type Template struct {
	Name        string      `json:"name"`  // what --template calls it
	Title       string      `json:"title"` // of the flow, if the template has none
	Description string      `json:"description"`
	Source      string      `json:"source"` // [BuiltIn], [Server], or the path of its file
	Parameters  []Parameter `json:"parameters"`
	Spec        flow.Spec   `json:"flow"` // with placeholders
	Problems    []Problem   `json:"-"`    // why no flow can be made from it
}

// Parameter is a value that a flow made from a template needs.
type Parameter struct {
	Name        string          `json:"name"`
	Description string          `json:"description"`
	Type        string          `json:"type"`              // one of [Types]
	Default     json.RawMessage `json:"default,omitempty"` // nil if a value must be given
}

// The types of parameters.
const (
	String  = "string"
	Number  = "number"
	Boolean = "boolean"
	Model   = "model" // the id of a model
)

// Types lists the types of parameters.
func Types() []string { return []string{String, Number, Boolean, Model} }

// Problem is what is wrong with a template.
type Problem struct {
	Pointer string // JSON pointer into the flow; "" for the template next to it
	Message string
}

// Is reports whether a flow file is a template.
func Is(f *flowfile.File) bool {
	_, ok := f.Extra.Get(Key)
	return ok
}

// Of returns the template that a flow file is.
func Of(f *flowfile.File, name, source string) Template {
	t := Template{Name: name, Title: f.Spec.Name, Description: f.Spec.Description, Source: source, Spec: f.Spec, Parameters: []Parameter{}}
	if raw, ok := f.Extra.Get(Key); ok {
		t.read(raw)
		t.checkPlaceholders()
	}
	return t
}

// Server is the source of templates that are flows of the server.
const Server = "server"

// OfFlow returns the template that a flow of the server is. Its parameters are those that its
// placeholders name, texts without a default.
func OfFlow(spec flow.Spec, name string) Template {
	t := Of(&flowfile.File{Spec: spec}, name, Server)
	rewrite(spec.AppendJSON(nil), "", func(_, text string) json.RawMessage {
		for _, name := range placeholders(text) {
			if t.parameterNamed(name) == nil {
				t.Parameters = append(t.Parameters, Parameter{Name: name, Type: String})
			}
		}
		return nil
	})
	return t
}

func (t *Template) problem(pointer, format string, args ...any) {
	t.Problems = append(t.Problems, Problem{pointer, fmt.Sprintf(format, args...)})
}

// read reads the value of the member "template".
func (t *Template) read(raw json.RawMessage) {
	if !rawjson.IsObject(raw) {
		t.problem("", `"template" must be an object, found %s`, rawjson.Kind(raw))
		return
	}
	t.Title = cmp.Or(t.text(raw, "title", "the template"), t.Title)
	t.Description = cmp.Or(t.text(raw, "description", "the template"), t.Description)
	list := rawjson.Get(raw, "parameters")
	if rawjson.IsAbsent(list) {
		return
	}
	if list[0] != '[' {
		t.problem("", "the template's parameters must be a list, found %s", rawjson.Kind(list))
		return
	}
	for i, p := range rawjson.Elements(list) {
		if !rawjson.IsObject(p) {
			t.problem("", "parameter %d must be an object, found %s", i+1, rawjson.Kind(p))
			continue
		}
		t.parameter(i, p)
	}
}

// text returns a member that must be a text, "" if it is absent.
func (t *Template) text(raw json.RawMessage, key, of string) string {
	value := rawjson.Get(raw, key)
	if !rawjson.IsAbsent(value) && value[0] != '"' {
		t.problem("", "the %s of %s must be a text, found %s", key, of, rawjson.Kind(value))
	}
	return rawjson.Text(value)
}

func (t *Template) parameter(i int, raw json.RawMessage) {
	of := fmt.Sprintf("parameter %d", i+1)
	p := Parameter{Name: t.text(raw, "name", of)}
	if p.Name != "" {
		of = fmt.Sprintf("parameter %.80q", p.Name)
	}
	p.Description = t.text(raw, "description", of)
	p.Type = cmp.Or(t.text(raw, "type", of), String)
	switch {
	case !regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`).MatchString(p.Name):
		t.problem("", "%s needs a name of letters, digits, - and _ that begins with a letter", of)
		return
	case slices.ContainsFunc(t.Parameters, func(other Parameter) bool { return other.Name == p.Name }):
		t.problem("", "two parameters are called %.80q", p.Name)
		return
	case !slices.Contains(Types(), p.Type):
		t.problem("", "%s has the type %.80q; the types are %s", of, p.Type, strings.Join(Types(), ", "))
		p.Type = String
	}
	if value := rawjson.Get(raw, "default"); !rawjson.IsAbsent(value) {
		p.Default = value
		_, err := p.value(rawjson.Plain(value))
		if isText := value[0] == '"'; isText != (p.Type == String || p.Type == Model) || value[0] == '{' || value[0] == '[' {
			err = fmt.Errorf("it is %s, not a %s", rawjson.Kind(value), p.Type)
		}
		if err != nil {
			t.problem("", "the default of %s: %v", of, err)
		}
	}
	t.Parameters = append(t.Parameters, p)
}

// value returns the JSON of a value that is given as a text.
func (p Parameter) value(text string) (json.RawMessage, error) {
	quoted := rawjson.AppendString(nil, text)
	switch {
	case hasPlaceholder(text):
		return nil, errors.New("a value cannot have a placeholder {{param.…}} in it")
	case p.Type == Model && strings.TrimSpace(text) == "":
		return nil, errors.New("it names no model")
	case p.Type == String || p.Type == Model:
		return quoted, nil
	}
	raw := rawjson.Trim([]byte(text))
	isNumber := len(raw) > 0 && (raw[0] == '-' || '0' <= raw[0] && raw[0] <= '9')
	switch {
	case rawjson.Check(raw) != nil:
	case p.Type == Number && isNumber, p.Type == Boolean && (raw[0] == 't' || raw[0] == 'f'):
		return raw, nil
	}
	want := "a number"
	if p.Type == Boolean {
		want = "true or false"
	}
	return nil, fmt.Errorf("%.80q is not %s", text, want)
}

// checkPlaceholders looks for placeholders of parameters that the template does not have.
func (t *Template) checkPlaceholders() {
	rewrite(t.Spec.AppendJSON(nil), "", func(pointer, text string) json.RawMessage {
		for _, name := range placeholders(text) {
			if t.parameterNamed(name) == nil {
				t.problem(pointer, "{{param.%.80s}} is not a parameter of the template%s", name, t.known(name))
			}
		}
		return nil
	})
}

func (t *Template) parameterNamed(name string) *Parameter {
	for i := range t.Parameters {
		if t.Parameters[i].Name == name {
			return &t.Parameters[i]
		}
	}
	return nil
}
