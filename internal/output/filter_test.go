package output

import (
	"strings"
	"testing"

	"github.com/flowctl/flowctl/internal/rawjson"
)

const filtered = `{"id":"a","name":"A","big":12345678901234567890,"one":1.0,"tags":["x","y"],"at":1700000000}`

func TestFilters(t *testing.T) {
	tests := []struct {
		name string
		opts Options
		want string
	}{
		{"jq: text stands bare", Options{JQ: ".name"}, "A\n"},
		{"jq: several results", Options{JQ: ".tags[]"}, "x\ny\n"},
		{"jq: numbers as they are spelt", Options{JQ: "[.big, .one]"}, "[12345678901234567890,1.0]\n"},
		{"jq: exact arithmetic", Options{JQ: ".big + 1"}, "12345678901234567891\n"},
		{"jq: absent is null", Options{JQ: ".nosuch"}, "null\n"},
		{"jq: nothing", Options{JQ: "empty"}, ""},
		{"jq: halt", Options{JQ: ".name, halt"}, "A\n"},
		{"template: json", Options{Template: "{{json .tags}}"}, `["x","y"]`},
		{"template: join", Options{Template: `{{join ", " .tags}}`}, "x, y"},
		{"template: truncate", Options{Template: `{{truncate 3 "abcdef"}}`}, "ab…"},
		{"template: time", Options{Template: "{{time .at}}"}, "2023-11-14T22:13:20Z"},
		{"template: numbers can be compared", Options{Template: "{{if gt .at 1600000000}}new{{end}}"}, "new"},
		{"template: numbers as they are spelt", Options{Template: "{{.big}} {{.one}}"}, "12345678901234567890 1.0"},
	}
	item, err := rawjson.ParseObject([]byte(filtered))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, buf := newPrinter(t, tt.opts)
			if err := Item(p, objects(), item); err != nil {
				t.Fatal(err)
			}
			if got := buf.String(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestFiltersFail checks that what a program printed before it failed is kept,
// and that the error names the flag.
func TestFiltersFail(t *testing.T) {
	tests := []struct {
		opts        Options
		out, failed string
	}{
		{Options{JQ: ".name, (.name | keys)"}, "A\n", "run --jq"},
		{Options{JQ: `error("no")`}, "", "run --jq: error: no"},
		{Options{Template: "x{{time .name}}"}, "x", "run --template"},
	}
	item, err := rawjson.ParseObject([]byte(filtered))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		p, buf := newPrinter(t, tt.opts)
		if err := Item(p, objects(), item); err == nil || !strings.Contains(err.Error(), tt.failed) {
			t.Errorf("%+v: error %v, want %q", tt.opts, err, tt.failed)
		}
		if buf.String() != tt.out {
			t.Errorf("%+v: printed %q, want %q", tt.opts, buf, tt.out)
		}
	}
}
