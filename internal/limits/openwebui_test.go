package limits

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
