package js

import (
	"encoding/json"
	"testing"
)

// FuzzParse takes the same texts for JSON as encoding/json, and writes what it
// has read as JSON that reads the same.
func FuzzParse(f *testing.F) {
	for _, text := range []string{`{"b":1,"2":[1.0,-0,1e400],"b":null}`, `"\ud83d\ude00 \ud800\n\u0000"`, ` [true,false] `, `{"a":{}}x`, `01`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for name, parse := range map[string]func(string) (Value, error){"Parse": Parse, "ParseExact": ParseExact} {
			v, err := parse(text)
			if valid := json.Valid([]byte(text)); valid != (err == nil) {
				t.Fatalf("%s(%q): %v, want valid %v", name, text, err, valid)
			}
			if err != nil {
				continue
			}
			written := string(AppendJSON(nil, v))
			again, err := parse(written)
			if err != nil {
				t.Fatalf("%s(%q) is written as %q: %v", name, text, written, err)
			}
			if twice := string(AppendJSON(nil, again)); twice != written {
				t.Fatalf("%s(%q) is written as %q, then as %q", name, text, written, twice)
			}
		}
	})
}

// FuzzCompile wants no panic, and of a match that it is in the text.
func FuzzCompile(f *testing.F) {
	for _, pattern := range []string{`(?<n>a)\k<n>[^\d-x]{1,2}?`, `[]|[^]`, `\u{61}\cA\01\8`, `(?<=a)b(?!c)`, `a{99999999999}`, "[😀-😂]", `(`, `(?i:é)|(?<n>a)|(?<n>b)`, `(?:a??b*?)+?(?=(c))\1`} {
		f.Add(pattern, "a b")
	}
	f.Fuzz(func(t *testing.T, pattern, text string) {
		re, err := Compile(pattern, "")
		if err != nil || len(text) > 50 {
			return
		}
		steps := NewSteps(t.Context(), 1<<20)
		units := toUnits(text)
		found, err := newMachine(re.program, steps, units).match(0)
		if err == nil && found != nil && (found[0] < 0 || found[1] < found[0] || found[1] > len(units)) {
			t.Fatalf("/%s/ matches %v of %q", pattern, found, text)
		}
		_, _ = re.ReplaceAll(text, "$1$&$<n>", 1000, steps) // may take too long
	})
}
