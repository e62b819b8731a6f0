package output

import (
	stdjson "encoding/json"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

// TestYAMLStrings writes strings that YAML could take for something else, now or
// in its version 1.1, and reads them back.
func TestYAMLStrings(t *testing.T) {
	texts := []string{
		"", " ", "x", "yes", "No", "on", "OFF", "y", "n", "null", "~", "true", "12", "1.0", "1e3", "0x1f", ".inf",
		"12:30", "1:20:30.5", "2025-01-02", "2025-01-02T03:04:05Z", "<<", "=", "- a", "a: b", "a #b", "#", "&a", "*a", "!!str x", "%x", "@x", "`x`",
		"two\nlines", "two\nlines\n", "  indented\n text", "trailing \n", "\n", "\ttab", "cr\rlf", "\u0085\u2028", "\ufeff", "\x7f", "流れ",
		"🙂", `"quoted"`, "it's", "---", "...", "{{input}}", "[x]", "a,b", "?", "? x", "|", ">",
	}
	for _, text := range texts {
		quoted, err := stdjson.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		p, buf := newPrinter(t, Options{Format: YAML})
		item := flow.Object{{Key: text, Value: quoted}}
		if err := Item(p, objects(), item); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		var got map[string]any
		if err := yaml.Unmarshal(buf.Bytes(), &got); err != nil {
			t.Errorf("%q: %v in %q", text, err, buf)
		} else if got[text] != text {
			t.Errorf("%q came back as %#v from %q", text, got, buf)
		}
	}
}

func TestYAML(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"empties", `{"a":[],"b":{},"c":null,"d":""}`, "a: []\nb: {}\nc: null\nd: \"\"\n"},
		{"numbers as they are spelt", `{"a":[12345678901234567890,1.0,-0.0,1e2,0.10]}`, "a:\n  - 12345678901234567890\n  - 1.0\n  - -0.0\n  - 1e2\n  - 0.10\n"},
		{"strings of YAML 1.1", `{"a":["yes","off","12:30","x: y"]}`, "a:\n  - \"yes\"\n  - \"off\"\n  - \"12:30\"\n  - 'x: y'\n"},
		{"booleans", `{"a":true,"b":false}`, "a: true\nb: false\n"},
		{"order of keys", `{"z":1,"a":2}`, "z: 1\na: 2\n"},
		{"lone surrogate", `{"a":"\ud800"}`, "a: \uFFFD\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			item, err := rawjson.ParseObject([]byte(tt.in))
			if err != nil {
				t.Fatal(err)
			}
			p, buf := newPrinter(t, Options{Format: YAML})
			if err := Item(p, objects(), item); err != nil {
				t.Fatal(err)
			}
			if got := buf.String(); got != tt.want {
				t.Errorf("got\n%s, want\n%s", got, tt.want)
			}
		})
	}
}
