package lint

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Of every form one is found, wherever it stands. The samples are put together
// here so that nobody takes them for real ones.
func TestSecretForms(t *testing.T) {
	fill := func(n int) string { return strings.Repeat("aB3dE5gH7jK9mN2pQ4rS6tU8vW1xY0z", 4)[:n] }
	samples := []string{
		"AKIA" + "Q3EGRZ2XLWPN5K7V",
		"sk-ant-" + "api03-" + fill(93) + "AA",
		"sk-" + fill(20) + "T3Blbk" + "FJ" + fill(20),
		"pplx-" + fill(48),
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
	}
	if len(samples) != len(secretForms) {
		t.Fatalf("%d samples for %d forms", len(samples), len(secretForms))
	}
	for i, form := range secretForms {
		if !regexp.MustCompile(form.pattern).MatchString(strings.ReplaceAll(samples[i], `\n`, "\n")) {
			t.Errorf("the sample is none of %s", form.what)
		}
		spec := mustSpec(t, `{"name":"n","nodes":[{"id":"a","type":"input","data":{"value":"see `+samples[i]+` there"}}],"edges":[]}`)
		if !slices.Contains(codes(Check(spec)), CodeSecret) {
			t.Errorf("%s is not found", form.what)
		}
	}
}

// What is shown of a value has no secret, and is a value still.
func TestRedact(t *testing.T) {
	token := "ghp_" + "R7kQ2mZx9LwB4vTn6YpC1sDf8GhJ3aEu5iOq"
	key := `-----BEGIN PRIVATE KEY-----\n` + strings.Repeat(`MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n`, 9) + `-----END PRIVATE KEY-----`
	for raw, want := range map[string]string{
		`"use ` + token + ` now"`:               `"use [a GitHub token] now"`,
		`{"a":["` + token + `",1.0]}`:           `{"a":["[a GitHub token]",1.0]}`,
		`"` + key + `\n"`:                       `"[a private key]\n"`,
		`"ghp_` + strings.Repeat("a", 36) + `"`: `"ghp_` + strings.Repeat("a", 36) + `"`,
		`"the plain words of an author"`:        `"the plain words of an author"`,
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
