package template

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/internal/spell"
	"github.com/flowctl/flowctl/pkg/flow"
)

// ValueError is what is wrong with the values for a template's parameters.
type ValueError struct{ msg string }

func (e *ValueError) Error() string { return e.msg }

// InvalidError reports that no flow can be made from a template.
type InvalidError struct{ msg string }

func (e *InvalidError) Error() string { return e.msg }

// Values reads NAME=VALUE for parameters of the template. The error is a *[ValueError].
func (t *Template) Values(args []string) (map[string]string, error) {
	values := map[string]string{}
	for _, arg := range args {
		name, value, ok := strings.Cut(arg, "=")
		_, double := values[name]
		err := error(nil)
		switch p := t.parameterNamed(name); {
		case !ok:
			err = errors.New("write it as PARAMETER=VALUE")
		case p == nil:
			err = fmt.Errorf("the template %.80q has no such parameter%s", t.Name, t.known(name))
		case double:
			err = errors.New("it is given twice")
		default:
			_, err = p.value(value)
		}
		if err != nil {
			return nil, &ValueError{fmt.Sprintf("--set %.80q: %v", arg, err)}
		}
		values[name] = value
	}
	return values, nil
}

// known returns which parameters there are, after a name that is none of them.
func (t *Template) known(wrong string) string {
	var names []string
	for _, p := range t.Parameters {
		names = append(names, p.Name)
	}
	if hint := spell.DidYouMean(wrong, names); hint != "" || len(names) == 0 {
		return hint
	}
	return "; it has " + strings.Join(names, ", ")
}

// Check returns what is wrong with a value for the parameter.
func (p Parameter) Check(value string) error {
	_, err := p.value(value)
	return err
}

// Err returns an *[InvalidError] if no flow can be made from the template.
func (t *Template) Err() error {
	if len(t.Problems) == 0 {
		return nil
	}
	var b strings.Builder
	fmt.Fprintf(&b, "the template %.80q (%s) is not valid:", t.Name, t.Source)
	for _, p := range t.Problems {
		b.WriteString("\n  ")
		if p.Pointer != "" {
			b.WriteString("flow" + p.Pointer + ": ")
		}
		b.WriteString(p.Message)
	}
	return &InvalidError{b.String()}
}

// Fill returns the template's flow with values, by the names of the parameters, in place of
// the placeholders. A placeholder that is the whole text becomes the value, a number for
// example; in a longer text it becomes the value's text. The error is a *[ValueError] or an
// *[InvalidError].
func (t *Template) Fill(values map[string]string) (flow.Spec, error) {
	if err := t.Err(); err != nil {
		return flow.Spec{}, err
	}
	raw := map[string]json.RawMessage{}
	var missing []string
	for _, p := range t.Parameters {
		value, given := values[p.Name]
		switch {
		case given:
			v, err := p.value(value)
			if err != nil {
				return flow.Spec{}, &ValueError{fmt.Sprintf("parameter %q: %v", p.Name, err)}
			}
			raw[p.Name] = v
		case p.Default != nil:
			raw[p.Name] = p.Default
		default:
			missing = append(missing, "\n  --set "+p.Name+"=…  "+p.Description)
		}
	}
	if len(missing) > 0 {
		return flow.Spec{}, &ValueError{fmt.Sprintf("the template %.80q needs values:%s", t.Name, strings.Join(missing, ""))}
	}
	spec, err := t.with(raw)
	if err != nil {
		return spec, err
	}
	for _, p := range flow.Validate(spec) {
		if p.Severity == flow.SeverityError {
			return flow.Spec{}, &InvalidError{fmt.Sprintf("the template %.80q makes a flow that is not valid: %s", t.Name, p.Message)}
		}
	}
	return spec, nil
}

// Sample returns the flow with defaults, or with made-up values where there are none, for
// checks. Its parts are in the places where the template has them.
func (t *Template) Sample() flow.Spec {
	raw := map[string]json.RawMessage{}
	for _, p := range t.Parameters {
		switch {
		case p.Default != nil:
			raw[p.Name] = p.Default
		case p.Type == Number:
			raw[p.Name] = json.RawMessage("1")
		case p.Type == Boolean:
			raw[p.Name] = json.RawMessage("true")
		default:
			raw[p.Name] = rawjson.AppendString(nil, p.Name)
		}
	}
	spec, err := t.with(raw)
	if err != nil {
		return t.Spec
	}
	return spec
}

// with puts values, JSON by name, in place of the placeholders.
func (t *Template) with(values map[string]json.RawMessage) (flow.Spec, error) {
	if len(t.Parameters) == 0 {
		return t.Spec, nil
	}
	text := rewrite(t.Spec.AppendJSON(nil), "", func(_, text string) json.RawMessage {
		names := placeholders(text)
		if len(names) == 0 {
			return nil
		}
		if whole := values[names[0]]; whole != nil && placeholder().FindString(text) == text {
			return whole
		}
		return rawjson.AppendString(nil, placeholder().ReplaceAllStringFunc(text, func(found string) string {
			value, ok := values[placeholders(found)[0]]
			if !ok {
				return found
			}
			return rawjson.Plain(value)
		}))
	})
	spec, err := flow.ParseSpec(text)
	if err != nil {
		return spec, &InvalidError{fmt.Sprintf("the template %.80q makes a flow that cannot be read: %v", t.Name, err)}
	}
	return spec, nil
}

func placeholder() *regexp.Regexp { return regexp.MustCompile(`\{\{\s*param\.([^{}]*)\}\}`) }

func hasPlaceholder(text string) bool { return len(placeholders(text)) > 0 }

// placeholders returns the names of the parameters in a text, as often as they stand there.
func placeholders(text string) (names []string) {
	if !strings.Contains(text, "param.") {
		return nil
	}
	for _, m := range placeholder().FindAllStringSubmatch(text, -1) {
		names = append(names, strings.TrimSpace(m[1]))
	}
	return names
}

// rewrite returns checked JSON with other values in place of some texts: what text returns
// for the text at a pointer, nil to leave it. Keys stay.
func rewrite(raw json.RawMessage, at string, text func(pointer, text string) json.RawMessage) json.RawMessage {
	switch raw[0] {
	case '{':
		o := rawjson.Members(raw)
		for i, m := range o {
			o[i].Value = rewrite(m.Value, at+"/"+rawjson.EscapePointer(m.Key), text)
		}
		return o.AppendJSON(nil)
	case '[':
		list := []byte{'['}
		for i, e := range rawjson.Elements(raw) {
			if i > 0 {
				list = append(list, ',')
			}
			list = append(list, rewrite(e, fmt.Sprintf("%s/%d", at, i), text)...)
		}
		return append(list, ']')
	case '"':
		if value := text(at, rawjson.Text(raw)); value != nil {
			return value
		}
	}
	return raw
}
