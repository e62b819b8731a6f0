package output

import (
	"bytes"
	"errors"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

// raws is a list of values that print the JSON they were made of.
func raws(texts ...string) iter.Seq2[flow.Object, error] {
	return func(yield func(flow.Object, error) bool) {
		for _, text := range texts {
			if o, err := rawjson.ParseObject([]byte(text)); !yield(o, err) {
				return
			}
		}
	}
}

// member shows the text of one key.
func member(key string) func(*Printer, flow.Object) string {
	return func(_ *Printer, o flow.Object) string {
		v, _ := o.Get(key)
		return strings.Trim(string(v), `"`)
	}
}

func objects() View[flow.Object] {
	return View[flow.Object]{
		Columns: []Column[flow.Object]{
			{Title: "ID", Text: member("id")},
			{Title: "MORE", Wide: true, Text: member("more")},
			{Title: "NAME", Text: member("name")},
		},
		Name: func(o flow.Object) string { return member("id")(nil, o) },
	}
}

func newPrinter(t *testing.T, opts Options) (*Printer, *bytes.Buffer) {
	t.Helper()
	var buf bytes.Buffer
	p, err := New(&buf, opts)
	if err != nil {
		t.Fatalf("New(%+v): %v", opts, err)
	}
	return p, &buf
}

func TestList(t *testing.T) {
	two := []string{`{"id":"a","name":"Ännchen","more":12345678901234567890}`, `{"id":"bb","name":"Bo","more":1.0}`}
	tests := []struct {
		name  string
		opts  Options
		items []string
		want  string
	}{
		{"text", Options{}, two, "ID  NAME\na   Ännchen\nbb  Bo\n"},
		{"empty table", Options{}, nil, ""},
		{"wide", Options{Format: Wide}, two, "ID  MORE                  NAME\na   12345678901234567890  Ännchen\nbb  1.0                   Bo\n"},
		{"colour", Options{Color: true}, two[1:], "\x1b[1mID\x1b[0m  \x1b[1mNAME\x1b[0m\nbb  Bo\n"},
		{"json", Options{Format: JSON}, two[1:], "[\n  {\n    \"id\": \"bb\",\n    \"name\": \"Bo\",\n    \"more\": 1.0\n  }\n]\n"},
		{"empty json", Options{Format: JSON}, nil, "[]\n"},
		{"jsonl", Options{Format: JSONL}, two, two[0] + "\n" + two[1] + "\n"},
		{"empty jsonl", Options{Format: JSONL}, nil, ""},
		{"yaml", Options{Format: YAML}, two, "- id: a\n  name: Ännchen\n  more: 12345678901234567890\n- id: bb\n  name: Bo\n  more: 1.0\n"},
		{"empty yaml", Options{Format: YAML}, nil, "[]\n"},
		{"name", Options{Format: Name}, two, "a\nbb\n"},
		{"jq", Options{JQ: ".[] | .name, .more"}, two, "Ännchen\n12345678901234567890\nBo\n1.0\n"},
		{"jq of nothing", Options{JQ: "length"}, nil, "0\n"},
		{"template", Options{Template: `{{range .}}{{.name}}={{.more}};{{end}}`}, two, "Ännchen=12345678901234567890;Bo=1.0;"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, buf := newPrinter(t, tt.opts)
			n, err := List(p, objects(), raws(tt.items...))
			if err != nil || n != len(tt.items) {
				t.Errorf("List: %d, %v; want %d", n, err, len(tt.items))
			}
			if got := buf.String(); got != tt.want {
				t.Errorf("got\n%q, want\n%q", got, tt.want)
			}
		})
	}
}

func TestItem(t *testing.T) {
	item, err := rawjson.ParseObject([]byte(`{"id":"a","name":"A<B>","deep":{"m":-0.0,"e":1e400}}`))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		opts Options
		want string
	}{
		{"text", Options{}, "ID  NAME\na   A<B>\n"},
		{"json", Options{Format: JSON}, "{\n  \"id\": \"a\",\n  \"name\": \"A<B>\",\n  \"deep\": {\n    \"m\": -0.0,\n    \"e\": 1e400\n  }\n}\n"},
		{"jsonl", Options{Format: JSONL}, `{"id":"a","name":"A<B>","deep":{"m":-0.0,"e":1e400}}` + "\n"},
		{"yaml", Options{Format: YAML}, "id: a\nname: A<B>\ndeep:\n  m: -0.0\n  e: 1e400\n"},
		{"name", Options{Format: Name}, "a\n"},
		{"jq", Options{JQ: ".deep"}, `{"e":1e400,"m":-0.0}` + "\n"},
		{"template", Options{Template: "{{.deep.e}}"}, "1e400"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, buf := newPrinter(t, tt.opts)
			if err := Item(p, objects(), item); err != nil {
				t.Error(err)
			}
			if got := buf.String(); got != tt.want {
				t.Errorf("got\n%q, want\n%q", got, tt.want)
			}
		})
	}
}

// TestListBreaks looks at a list that ends with an error: it is handed on, and no
// JSON that could be taken for whole has been written.
func TestListBreaks(t *testing.T) {
	broken := errors.New("connection lost")
	items := func(yield func(flow.Object, error) bool) {
		for o, err := range raws(`{"id":"a","name":"A"}`) {
			if !yield(o, err) {
				return
			}
		}
		yield(nil, broken)
	}
	tests := []struct {
		opts Options
		want string
	}{
		{Options{}, "ID  NAME\na   A\n"},
		{Options{Format: JSON}, "[\n  {\n    \"id\": \"a\",\n    \"name\": \"A\"\n  }"},
		{Options{Format: JSONL}, `{"id":"a","name":"A"}` + "\n"},
		{Options{Format: YAML}, ""},
		{Options{JQ: "."}, ""},
	}
	for _, tt := range tests {
		p, buf := newPrinter(t, tt.opts)
		n, err := List(p, objects(), items)
		if !errors.Is(err, broken) || n != 1 {
			t.Errorf("%+v: List: %d, %v; want 1, %v", tt.opts, n, err, broken)
		}
		if got := buf.String(); got != tt.want {
			t.Errorf("%+v: got %q, want %q", tt.opts, got, tt.want)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	tests := []struct {
		opts Options
		want string
	}{
		{Options{Format: "xml"}, `unknown output format "xml"; use one of text, wide, json, jsonl, yaml, name`},
		{Options{JQ: ".", Template: "x"}, "--jq and --template exclude each other"},
		{Options{JQ: ".", Format: YAML}, "cannot go with --output yaml"},
		{Options{JQ: ".["}, "something is missing at its end"},
		{Options{JQ: "}"}, "parse --jq"},
		{Options{JQ: "nosuch(.)"}, "compile --jq"},
		{Options{Template: "{{"}, "parse --template"},
	}
	for _, tt := range tests {
		if _, err := New(&bytes.Buffer{}, tt.opts); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("New(%+v): %v, want %q", tt.opts, err, tt.want)
		}
	}
}

func TestTime(t *testing.T) {
	now := time.Date(2025, 3, 1, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		ago  time.Duration
		want string
	}{
		{-time.Hour, "2025-03-01"},
		{-time.Second, "just now"},
		{5 * time.Second, "just now"},
		{time.Minute, "1 minute ago"},
		{59 * time.Minute, "59 minutes ago"},
		{23 * time.Hour, "23 hours ago"},
		{24 * time.Hour, "1 day ago"},
		{60 * 24 * time.Hour, "2024-12-31"},
	}
	p, _ := newPrinter(t, Options{Now: func() time.Time { return now }})
	for _, tt := range tests {
		if got := p.Time(now.Add(-tt.ago).Unix()); got != tt.want {
			t.Errorf("%v ago: %q, want %q", tt.ago, got, tt.want)
		}
	}
	absolute, _ := newPrinter(t, Options{})
	if got := absolute.Time(now.Unix()); got != "2025-03-01T12:00:00Z" {
		t.Errorf("off a terminal: %q", got)
	}
	if got := absolute.Time(0); got != "-" {
		t.Errorf("unknown: %q", got)
	}
}
