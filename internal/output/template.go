package output

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/template"
	"time"
)

// parseTemplate reads a Go template. Beside Go's own functions there are json,
// join, truncate and time (epoch seconds as RFC 3339).
func parseTemplate(text string) (*template.Template, error) {
	t, err := template.New("--template").Option("missingkey=zero").Funcs(template.FuncMap{
		"json":     templateJSON,
		"join":     templateJoin,
		"truncate": cutWidth,
		"time":     templateTime,
	}).Parse(text)
	if err != nil {
		return nil, fmt.Errorf("parse --template: %w", err)
	}
	return t, nil
}

// runTemplate sends raw through a template.
func runTemplate(w io.Writer, t *template.Template, raw []byte) error {
	value, err := decode(raw)
	if err != nil {
		return err
	}
	data := templateValue(value)
	if err := t.Execute(w, data); err != nil {
		if _, isList := data.([]any); isList && strings.Contains(err.Error(), "can't evaluate field") {
			return errors.New("run --template: it is given a list here; go through it: {{range .}}{{.name}}{{\"\\n\"}}{{end}}")
		}
		return fmt.Errorf("run --template: %w", err)
	}
	return nil
}

// templateValue makes the numbers of v that are plain integers int64, in place,
// so that templates can compare them. The others stay as they are spelt.
func templateValue(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, elem := range v {
			v[key] = templateValue(elem)
		}
	case []any:
		for i, elem := range v {
			v[i] = templateValue(elem)
		}
	case stdjson.Number:
		if n, err := v.Int64(); err == nil && strconv.FormatInt(n, 10) == v.String() {
			return n
		}
	}
	return v
}

func templateJSON(v any) (string, error) {
	var b bytes.Buffer
	e := stdjson.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return strings.TrimSuffix(b.String(), "\n"), err
}

func templateJoin(sep string, items []any) string {
	texts := make([]string, len(items))
	for i, item := range items {
		texts[i] = fmt.Sprint(item)
	}
	return strings.Join(texts, sep)
}

func cutWidth(width int, s string) string { return cut(s, max(width, 1)) }

func templateTime(v any) (string, error) {
	sec, ok := v.(int64)
	if !ok {
		return "", fmt.Errorf("time wants epoch seconds, not %v", v)
	}
	return time.Unix(sec, 0).UTC().Format(time.RFC3339), nil
}
