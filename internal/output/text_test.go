package output

import (
	stdjson "encoding/json"
	"strings"
	"testing"
)

func TestText(t *testing.T) {
	tests := []struct{ name, in, text, lines string }{
		{"plain", "Content review", "Content review", "Content review"},
		{"other scripts", "流れ Поток é", "流れ Поток é", "流れ Поток é"},
		{"line breaks", "a\n\tb", "a  b", "a\n\tb"},
		{"carriage return", "safe\rEVIL", `safe\u000dEVIL`, `safe\u000dEVIL`},
		{"colour", "\x1b[31mred", `\u001b[31mred`, `\u001b[31mred`},
		{"window title", "\x1b]0;x\x07", `\u001b]0;x\u0007`, `\u001b]0;x\u0007`},
		{"one-character CSI", "\u009b31m", `\u009b31m`, `\u009b31m`},
		{"delete", "a\x7fb", `a\u007fb`, `a\u007fb`},
		{"direction override", "\u202egpj.exe", `\u202egpj.exe`, `\u202egpj.exe`},
		{"isolates and marks", "\u2066a\u2069\u200f", `\u2066a\u2069\u200f`, `\u2066a\u2069\u200f`},
		{"line separator", "a\u2028b", `a\u2028b`, `a\u2028b`},
		{"byte order mark", "\ufeffa", `\ufeffa`, `\ufeffa`},
		{"tags", "a\U000e0041", `a\udb40\udc41`, `a\udb40\udc41`},
		{"family emoji", "👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"},
		{"invalid UTF-8", "a\xffb", `a\xffb`, `a\xffb`},
		{"replacement character", "a\uFFFDb", "a\uFFFDb", "a\uFFFDb"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Text(tt.in); got != tt.text {
				t.Errorf("Text: %q, want %q", got, tt.text)
			}
			if got := Lines(tt.in); got != tt.lines {
				t.Errorf("Lines: %q, want %q", got, tt.lines)
			}
		})
	}
}

// nasty is a JSON text that may hold these raw: none of them has to be escaped.
const nasty = "{\"id\":\"x\",\"name\":\"\u009b31m\u202eevil\x7f\U000e0041\"}"

// TestTerminal checks that nothing reaches a terminal raw, in no format, and that
// off a terminal programs get what there is.
func TestTerminal(t *testing.T) {
	for _, opts := range []Options{
		{}, {Format: JSON}, {Format: JSONL}, {Format: YAML}, {JQ: ".[].name"}, {JQ: "."}, {Template: "{{range .}}{{.name}}{{end}}"},
	} {
		opts.Terminal = true
		p, buf := newPrinter(t, opts)
		if _, err := List(p, objects(), raws(nasty)); err != nil {
			t.Fatalf("%+v: %v", opts, err)
		}
		if strings.ContainsAny(buf.String(), "\u009b\u202e\x7f\U000e0041") {
			t.Errorf("%+v: raw on a terminal: %q", opts, buf)
		}
	}
	p, buf := newPrinter(t, Options{JQ: ".[].name"})
	if _, err := List(p, objects(), raws(nasty)); err != nil {
		t.Fatal(err)
	}
	if got, want := buf.String(), "\u009b31m\u202eevil\x7f\U000e0041\n"; got != want {
		t.Errorf("off a terminal: %q, want %q", got, want)
	}
}

// TestTerminalJSON checks that the JSON on a terminal still has the same values.
func TestTerminalJSON(t *testing.T) {
	p, buf := newPrinter(t, Options{Format: JSON, Terminal: true})
	if _, err := List(p, objects(), raws(nasty)); err != nil {
		t.Fatal(err)
	}
	var got []struct{ Name string }
	if err := stdjson.Unmarshal(buf.Bytes(), &got); err != nil {
		t.Fatalf("%v in %s", err, buf)
	}
	if want := "\u009b31m\u202eevil\x7f\U000e0041"; got[0].Name != want {
		t.Errorf("name %q, want %q", got[0].Name, want)
	}
}
