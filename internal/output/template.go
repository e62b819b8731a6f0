package output

import (
	"bytes"
	stdjson "encoding/json"
	"fmt"
	"io"
	"strings"
	"text/template"
	"time"
)

// runTemplate sends raw through a Go template. Beside Go's own functions there
// are json, join, truncate and time (epoch seconds as RFC 3339).
func runTemplate(w io.Writer, text string, raw []byte) error {
	t, err := template.New("--template").Option("missingkey=zero").Funcs(template.FuncMap{
		"json":     templateJSON,
		"join":     templateJoin,
		"truncate": cutWidth,
		"time":     templateTime,
	}).Parse(text)
	if err != nil {
		return fmt.Errorf("parse --template: %w", err)
	}
	value, err := decode(raw)
	if err != nil {
		return err
	}
	if err := t.Execute(w, value); err != nil {
		return fmt.Errorf("run --template: %w", err)
	}
	return nil
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
	n, ok := v.(stdjson.Number)
	if !ok {
		return "", fmt.Errorf("time wants epoch seconds, not %T", v)
	}
	sec, err := n.Int64()
	if err != nil {
		return "", fmt.Errorf("time wants epoch seconds: %w", err)
	}
	return time.Unix(sec, 0).UTC().Format(time.RFC3339), nil
}
