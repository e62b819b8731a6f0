package client

import (
	"strings"
	"testing"
)

func TestUnstorableSurrogates(t *testing.T) {
	for text, want := range map[string]bool{
		`"plain"`:                    false,
		`"\ud83d\ude00"`:             false,
		`"\uD83D\uDE00\uD83D\uDE00"`: false,
		`"\ud83d"`:                   true,
		`"\ude00"`:                   true,
		`"\ude00\ud83d"`:             true,
		`"\ud83d\ud83d\ude00"`:       true,
		`"\ud83dx\ude00"`:            true,
		`"\\ud83d"`:                  false, // a backslash, and then text
		`"\\\ud83d"`:                 true,
		`"\u00e9\n\"\ud83d"`:         true,
		`"\ud7ff\ue000"`:             false,
	} {
		if got := strings.Contains(unstorable([]byte(text)), "surrogate"); got != want {
			t.Errorf("%s: %t", text, got)
		}
	}
}

func TestUnstorableDepth(t *testing.T) {
	nested := func(n int) string { return strings.Repeat(`[`, n) + strings.Repeat(`]`, n) }
	for text, want := range map[string]bool{
		nested(200):                              false,
		nested(201):                              true,
		`[` + strings.Repeat(`{},`, 300) + `0]`:  false,
		`"` + strings.Repeat(`[`, 300) + `"`:     false,
		`["\"` + strings.Repeat(`[`, 300) + `"]`: false,
		`{"a":["\\",` + nested(200) + `]}`:       true,
	} {
		if got := strings.Contains(unstorable([]byte(text)), "nested"); got != want {
			t.Errorf("%.40s…: %t", text, got)
		}
	}
}

func TestSameJSON(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{`{"a":1,"b":[true,null,"x"]}`, `{"b":[true,null,"\u0078"],"a":1}`, true},
		{`{"a":1}`, `{"a":1,"b":2}`, false},
		{`{"a":1}`, `{"b":1}`, false},
		{`[1,2]`, `[2,1]`, false},
		{`[1]`, `[1,1]`, false},
		{`[100.0,1e+16]`, `[1e2,1E16]`, true},
		{`9007199254740993`, `9007199254740993`, true},
		{`9007199254740993`, `9007199254740992`, false},
		{`1.5`, `1.25`, false},
		{`null`, `1e400`, true},
		{`1e400`, `null`, true},
		{`null`, `1`, false},
		{`1`, `null`, false},
		{`null`, `null`, true},
		{`null`, `""`, false},
		{`"1"`, `1`, false},
		{`[]`, `{}`, false},
		{`true`, `false`, false},
	} {
		if got := sameJSON([]byte(c.a), []byte(c.b)); got != c.want {
			t.Errorf("%s and %s: %t", c.a, c.b, got)
		}
	}
	if !sameJSON(nil, []byte("[]")) {
		t.Error("nothing is not an empty list")
	}
}
