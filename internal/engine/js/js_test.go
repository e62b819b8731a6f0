package js

import (
	"context"
	"errors"
	"strings"
	"testing"
)

func TestParseExact(t *testing.T) {
	for _, text := range []string{
		`{"b":1.0,"2":12345678901234567890,"1":[1e400,-0]}`,
		`["\ud800","😀"]`,
	} {
		v, err := ParseExact(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(AppendJSON(nil, v)); got != text {
			t.Errorf("%s comes back as %s", text, got)
		}
	}
	v, _ := ParseExact(`1e400`)
	if got := string(AppendJSON(nil, Array{Undefined{}, nil, v, FromFloat(v.(Number).Float())})); got != `[null,null,1e400,null]` {
		t.Errorf("got %s", got)
	}
}

func TestParseErrors(t *testing.T) {
	for text, want := range map[string]string{
		`[gpt]`: "invalid character 'g' at start of value at byte 1",
		``:      "unexpected EOF",
		`{"a":`: "unexpected EOF",
		`1 2`:   "unexpected text after the JSON value",
	} {
		if _, err := Parse(text); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("Parse(%q): %v, want %s", text, err, want)
		}
	}
}

func TestTruthyAndTexts(t *testing.T) {
	nan := FromFloat(ParseFloat("x"))
	for _, c := range []struct {
		value  Value
		truthy bool
		typ    string
		text   string // Text
		str    string // ToString
	}{
		{Undefined{}, false, "undefined", "undefined", "undefined"},
		{Null{}, false, "object", "null", "null"},
		{Bool(true), true, "boolean", "true", "true"},
		{Bool(false), false, "boolean", "false", "false"},
		{FromInt(0), false, "number", "0", "0"},
		{nan, false, "number", "null", "NaN"},
		{Number("-0.0"), false, "number", "-0.0", "-0.0"},
		{String(""), false, "string", "", ""},
		{String("0"), true, "string", "0", "0"},
		{File("id"), true, "string", "id", "id"},
		{Array{}, true, "object", "[]", ""},
		{Array{Null{}, String("a"), Array{FromInt(1), FromInt(2)}}, true, "object", `[null,"a",[1,2]]`, ",a,1,2"},
		{Object{{"k", String("v")}, {"u", Undefined{}}}, true, "object", `{"k":"v"}`, "[object Object]"},
	} {
		if got := Truthy(c.value); got != c.truthy {
			t.Errorf("Truthy(%#v) is %v", c.value, got)
		}
		if got := Type(c.value); got != c.typ {
			t.Errorf("typeof %#v is %s, want %s", c.value, got, c.typ)
		}
		if got := Text(c.value); got != c.text {
			t.Errorf("Text(%#v) is %q, want %q", c.value, got, c.text)
		}
		if got := ToString(c.value); got != c.str {
			t.Errorf("ToString(%#v) is %q, want %q", c.value, got, c.str)
		}
	}
}

func TestLookup(t *testing.T) {
	o := Object{{"a", FromInt(1)}, {"u", Undefined{}}}
	list := Array{String("x"), String("y")}
	for _, c := range []struct {
		value Value
		key   string
		want  string
		has   bool
	}{
		{o, "a", "1", true},
		{o, "u", "undefined", true},
		{o, "b", "undefined", false},
		{list, "1", "y", true},
		{list, "01", "undefined", false},
		{list, "2", "undefined", false},
		{list, "length", "2", true},
		{String("a😀"), "length", "3", true},
		{String("ab"), "1", "b", true},
		{FromInt(5), "a", "undefined", false},
		{Null{}, "a", "undefined", false},
	} {
		v, has := Lookup(c.value, c.key)
		if ToString(v) != c.want || has != c.has {
			t.Errorf("%s[%q] is %s, %v, want %s, %v", Text(c.value), c.key, ToString(v), has, c.want, c.has)
		}
	}
}

func TestSubstring(t *testing.T) {
	if got := Substring("abc", 2); got != "ab" {
		t.Errorf("got %q", got)
	}
	if got := string(AppendJSON(nil, String(Substring("a😀b", 2)))); got != `"a\ud83d"` {
		t.Errorf("a cut pair is written as %s", got)
	}
	if got := Substring("a😀b", 3) + "b"; got != "a😀b" {
		t.Errorf("got %q", got)
	}
}

func TestLoneSurrogatesSurviveCases(t *testing.T) {
	v, err := Parse(`"a\ud800ß"`)
	if err != nil {
		t.Fatal(err)
	}
	s, _ := AsString(v)
	if got := string(AppendJSON(nil, String(ToUpper(s)))); got != `"A\ud800SS"` {
		t.Errorf("got %s", got)
	}
}

// TestRegexpSteps: what takes too long ends after the same number of steps each
// time, whatever else the machine does, and when the run is cancelled.
func TestRegexpSteps(t *testing.T) {
	re, err := Compile(`(a+)+$`, "")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Repeat("a", 40) + "!"
	if _, err := re.Test(text, NewSteps(t.Context(), 1<<22)); !errors.Is(err, ErrSteps) {
		t.Errorf("got %v, want ErrSteps", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := re.Test(text, NewSteps(ctx, DefaultSteps)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want it to be cancelled", err)
	}
	// All patterns of a run have one limit.
	steps := NewSteps(t.Context(), 10_000)
	for i := 0; ; i++ {
		if ok, err := re.Test("aaa", steps); errors.Is(err, ErrSteps) {
			if i < 10 {
				t.Errorf("only %d short tests were allowed", i)
			}
			break
		} else if !ok || err != nil || i > 10_000 {
			t.Fatalf("test %d: %v, %v", i, ok, err)
		}
	}
	// What a match can go back to is bounded, as in V8.
	re, err = Compile(`(?:a|b)*c`, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := re.Test(strings.Repeat("ab", 2<<20), NewSteps(t.Context(), DefaultSteps)); !errors.Is(err, errChoices) {
		t.Errorf("got %v, want errChoices", err)
	}
}

// TestRegexpOfToday has what V8 takes since the recordings were made: modifiers,
// and one name in several alternatives. The results are those of V8 13.6.
func TestRegexpOfToday(t *testing.T) {
	for _, c := range []struct{ pattern, text, replacement, want string }{
		{`(?i:error)`, "Error: ERROR error", "X", "X: X X"},
		{`a(?i:b)c`, "abc aBc aBC", "X", "X X aBC"},
		{`(?i:[a-c]+)`, "ABCabcD", "X", "XD"},
		{`(?i:ä)`, "Ä", "X", "X"},
		{`(?i:a(?-i:b))`, "AB Ab", "X", "AB X"},
		{`(?m:^a$)`, "a\na\nb", "X", "X\nX\nb"},
		{`(?s:a.b)`, "a\nb", "X", "X"},
		{`(?i:(a))\1`, "Aa AA", "X", "Aa X"},
		{`(?i:(a)\1)`, "Aa", "X", "X"},
		{`(?<y>\d{4})-\d\d|\d\d-(?<y>\d{4})`, "2024-01 02-2025", "$<y>", "2024 2025"},
		{`(?:(?<a>x)|(?<a>y))\k<a>`, "xx yy xy", "[$<a>]", "[x] [y] xy"},
	} {
		re, err := Compile(c.pattern, "g")
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
			continue
		}
		got, err := re.ReplaceAll(c.text, c.replacement, -1, NewSteps(t.Context(), DefaultSteps))
		if err != nil || got != c.want {
			t.Errorf("/%s/ on %q with %q returns %q, %v, want %q", c.pattern, c.text, c.replacement, got, err, c.want)
		}
	}
	for pattern, want := range map[string]string{
		`(?<a>x)(?<a>y)`:      "Duplicate capture group name",
		`(?<a>x|(?<a>y))`:     "Duplicate capture group name",
		`(?:(?<a>x)|y)(?<a>)`: "Duplicate capture group name",
		`(?i)a`:               "Invalid group",
		`(?ii:a)`:             "Invalid group",
		`(?-:a)`:              "Invalid group",
		`(?x:a)`:              "Invalid group",
	} {
		if _, err := Compile(pattern, ""); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("/%s/: %v, want %s", pattern, err, want)
		}
	}
}
