package secrets

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/internal/rawjson"
)

// aToken is a secret that nobody has.
const aToken = "ghp_" + "R7kQ2mZx9LwB4vTn6YpC1sDf8GhJ3aEu5iOq"

// Of every form one is found, wherever it is. The samples are put together
// here so that nobody takes them for real ones.
func TestForms(t *testing.T) {
	fill := func(n int) string { return strings.Repeat("aB3dE5gH7jK9mN2pQ4rS6tU8vW1xY0z", 4)[:n] }
	hex := func(n int) string { return strings.Repeat("3f9c02b7d85e41a6", 4)[:n] }
	samples := []string{
		"AKIA" + "Q3EGRZ2XLWPN5K7V",
		"sk-ant-" + "api03-" + fill(93) + "AA",
		"sk-" + fill(20) + "T3Blbk" + "FJ" + fill(20),
		"pplx-" + fill(48),
		"sk-or-" + "v1-" + hex(64),
		"gsk_" + fill(52),
		"r8_" + fill(37),
		"AIza" + fill(35),
		"hf_" + "QwErTyUiOpAsDfGhJkLzXcVbNmQwErTyUi",
		"ghp_" + fill(36),
		"github_pat_" + fill(82),
		"glpat-" + fill(20),
		"npm_" + fill(36),
		"SG." + fill(66),
		"xoxb-" + "1234567890123-1234567890123-" + fill(24),
		"hooks.slack.com/" + "services/" + fill(44),
		"sk_live_" + fill(24),
		"eyJ" + fill(30) + ".eyJ" + fill(40) + "." + fill(43),
		"-----BEGIN RSA PRIVATE " + `KEY-----\n` + fill(64) + `\n-----END RSA PRIVATE ` + "KEY-----",
		"sk-" + hex(32),
		"Authorization: Bearer " + fill(20),
		"postgres://" + "app:hunter2" + "@db.internal:5432/app",
	}
	if len(samples) != len(forms) {
		t.Fatalf("%d samples for %d forms", len(samples), len(forms))
	}
	for i, form := range forms {
		if !regexp.MustCompile(form.pattern).MatchString(strings.ReplaceAll(samples[i], `\n`, "\n")) {
			t.Errorf("the sample is none of %s", form.what)
		}
		text := "see " + strings.ReplaceAll(samples[i], `\n`, "\n") + " there"
		if kinds := Kinds(text); !slices.Equal(kinds, []string{form.what}) || !MayHold([]byte(text)) {
			t.Errorf("%s: found %q", form.what, kinds)
		}
	}
}

// What is shown of a value has no secret, and is a value still.
func TestRedact(t *testing.T) {
	token := aToken
	key := `-----BEGIN PRIVATE KEY-----\n` + strings.Repeat(`MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n`, 9) + `-----END PRIVATE KEY-----`
	for raw, want := range map[string]string{
		`"use ` + token + ` now"`:                    `"use [a GitHub token] now"`,
		`{"a":["` + token + `",1.0]}`:                `{"a":["[a GitHub token]",1.0]}`,
		`"` + key + `\n"`:                            `"[a private key]\n"`,
		`"ghp_` + strings.Repeat("a", 36) + `"`:      `"ghp_` + strings.Repeat("a", 36) + `"`,
		`"the plain words of an author"`:             `"the plain words of an author"`,
		`"\u0067` + token[1:] + `"`:                  `"[a GitHub token]"`,
		`{"` + token + `":{"a\"b":1}}`:               `{"[a GitHub token]":{"a\"b":1}}`,
		`"pg://u:hunter2@db and ä\n\"` + token + `"`: `"pg://u:[a password in a URL]@db and ä\n\"[a GitHub token]"`,
	} {
		got := Redact([]byte(raw))
		if string(got) != want || !json.Valid(got) {
			t.Errorf("%s became %s, want %s", raw, got, want)
		}
	}
	if Redact(nil) != nil {
		t.Error("what is absent is there")
	}
}

// What Redact makes of a JSON text is one, and has nothing left to take out.
func FuzzRedact(f *testing.F) {
	for _, text := range []string{
		`{"` + aToken + `":["postgres://a:hunter2@b","\u0067` + aToken[1:] + `"]}`, `"sk-3f9c02b7d85e41a63f9c02b7d85e41a6\ud800"`, `"\\" `, `{"a" : "Bearer 5eb4223e500846e5be67"}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if rawjson.Check(raw) != nil {
			return
		}
		clean := Redact(raw)
		if !json.Valid(clean) {
			t.Fatalf("%q became %q", raw, clean)
		}
		if again := Redact(clean); string(again) != string(clean) {
			t.Fatalf("%q became %q, and that %q", raw, clean, again)
		}
	})
}

func TestKnown(t *testing.T) {
	s := NewRedactor("sk-12345678", "short", "sk-12345678-and-more", "")
	if got := s.Hide("a sk-12345678-and-more b sk-12345678 c short"); got != "a … b … c short" {
		t.Errorf("got %q", got)
	}
	if got := (Redactor{}).Hide("x"); got != "x" {
		t.Errorf("got %q", got)
	}
}
