package js

import (
	"os"
	"strconv"
	"testing"
)

// recorded reads a list of testdata/javascript.json, what Node.js made of some
// thousand operations. Reading it is itself a test of Parse.
func recorded(t *testing.T, list string) Array {
	t.Helper()
	text, err := os.ReadFile("testdata/javascript.json")
	if err != nil {
		t.Fatal(err)
	}
	root, err := Parse(string(text))
	if err != nil {
		t.Fatal(err)
	}
	cases, _ := Get(root, list).(Array)
	if len(cases) == 0 {
		t.Fatalf("no recorded %s", list)
	}
	return cases
}

func field(c Value, key string) string { return ToString(Get(c, key)) }

func TestRegexpAsRecorded(t *testing.T) {
	for _, c := range recorded(t, "regexps") {
		pattern := field(c, "pattern")
		re, err := Compile(pattern, "g")
		if want, failed := AsString(Get(c, "error")); failed {
			if err == nil || err.Error() != want {
				t.Errorf("Compile(%q) fails with %v, want %s", pattern, err, want)
			}
			continue
		}
		if err != nil {
			t.Errorf("Compile(%q): %v", pattern, err)
			continue
		}
		text, replacement := field(c, "text"), field(c, "replacement")
		got, err := re.ReplaceAll(text, replacement, -1, NewSteps(t.Context(), DefaultSteps))
		if want := field(c, "replace"); err != nil || got != want {
			t.Errorf("/%s/ on %q with %q returns %q, %v, want %q", pattern, text, replacement, got, err, want)
		}
		ok, err := re.Test(text, NewSteps(t.Context(), DefaultSteps))
		if want := Truthy(Get(c, "test")); err != nil || ok != want {
			t.Errorf("/%s/ on %q tests %v, %v, want %v", pattern, text, ok, err, want)
		}
	}
}

func TestNumbersAsRecorded(t *testing.T) {
	for _, c := range recorded(t, "numbers") {
		f, err := strconv.ParseFloat(field(c, "number"), 64)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := string(FromFloat(f)), field(c, "text"); got != want {
			t.Errorf("%v is spelt %s, want %s", f, got, want)
		}
	}
	for _, c := range recorded(t, "texts") {
		text := field(c, "text")
		if got, want := string(FromFloat(ParseFloat(text))), field(c, "parseFloat"); got != want {
			t.Errorf("parseFloat(%q) is %s, want %s", text, got, want)
		}
		if got, want := string(FromFloat(ToNumber(String(text)))), field(c, "Number"); got != want {
			t.Errorf("Number(%q) is %s, want %s", text, got, want)
		}
	}
}

func TestCasesAsRecorded(t *testing.T) {
	for _, c := range recorded(t, "cases") {
		text := field(c, "text")
		if got, want := ToUpper(text), field(c, "upper"); got != want {
			t.Errorf("upper case of %+q is %+q, want %+q", text, got, want)
		}
		if got, want := ToLower(text), field(c, "lower"); got != want {
			t.Errorf("lower case of %+q is %+q, want %+q", text, got, want)
		}
	}
}

func TestJSONAsRecorded(t *testing.T) {
	for _, c := range recorded(t, "json") {
		text := field(c, "text")
		v, err := Parse(text)
		want, valid := AsString(Get(c, "stringify"))
		if valid != (err == nil) {
			t.Errorf("Parse(%q) returns the error %v, want valid %v", text, err, valid)
			continue
		}
		if !valid {
			continue
		}
		if got := string(AppendJSON(nil, v)); got != want {
			t.Errorf("%q comes back as %s, want %s", text, got, want)
		}
		if got, want := ToString(v), field(c, "String"); got != want {
			t.Errorf("String(%s) is %q, want %q", text, got, want)
		}
	}
}

func TestTrimAsRecorded(t *testing.T) {
	space := make(map[rune]bool)
	for _, c := range recorded(t, "spaces") {
		space[rune(c.(Number).Float())] = true
	}
	for r := rune(1); r < 0x10000; r++ {
		if r >= 0xD800 && r < 0xE000 {
			continue
		}
		if got := Trim(string(r)) == ""; got != space[r] {
			t.Errorf("Trim takes U+%04X off: %v, want %v", r, got, space[r])
		}
	}
}
