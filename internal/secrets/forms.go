package secrets

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// form is the form of a kind of secret.
type form struct {
	what    string   // for messages
	entropy float64  // what it must have more of, in bits a character; 0 for any
	keys    []string // one of them is in every text that has such a secret
	pattern string   // its first group, if it has one, is the secret itself

	// real looks closer: at the secret, and at the text around it that the pattern
	// takes in. nil is for forms so distinct that nothing else has them.
	real func(secret, whole string) bool
}

// forms are a part of the default rules of gitleaks v8.30.1
// (github.com/gitleaks/gitleaks, config/gitleaks.toml): those with a form so
// distinct that hardly anything else has it. Those for Groq, OpenRouter and
// Replicate are from its main branch, and take the lengths of today's keys too.
// Patterns are without what gitleaks wants after the secret, since they are tried
// on decoded texts. What a form before has found, those after it do not see. The
// last three are our own.
//
// Copyright (c) 2019 Zachary Rice, under the MIT License: permission is hereby
// granted, free of charge, to any person obtaining a copy of this software and
// associated documentation files (the "Software"), to deal in the Software
// without restriction, including without limitation the rights to use, copy,
// modify, merge, publish, distribute, sublicense, and/or sell copies of the
// Software, and to permit persons to whom the Software is furnished to do so,
// subject to the following conditions: the above copyright notice and this
// permission notice shall be included in all copies or substantial portions of
// the Software. The Software is provided "as is", without warranty of any kind,
// express or implied, including but not limited to the warranties of
// merchantability, fitness for a particular purpose and noninfringement. In no
// event shall the authors or copyright holders be liable for any claim, damages
// or other liability, whether in an action of contract, tort or otherwise,
// arising from, out of or in connection with the Software or the use or other
// dealings in the Software.
//
//nolint:gochecknoglobals,gosec // a table that is only read; no secrets
var forms = []form{
	{"an AWS access key", 3, []string{"A3T", "AKIA", "ASIA", "ABIA", "ACCA"}, `\b(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b`, nil},
	{"an Anthropic API key", 0, []string{"sk-ant-"}, `\bsk-ant-(?:api03|admin01)-[a-zA-Z0-9_\-]{93}AA\b`, nil},
	{"an OpenAI API key", 3, []string{"T3BlbkFJ"}, `\b(?:sk-(?:proj|svcacct|admin)-(?:[A-Za-z0-9_-]{74}|[A-Za-z0-9_-]{58})T3BlbkFJ(?:[A-Za-z0-9_-]{74}|[A-Za-z0-9_-]{58})\b|sk-[a-zA-Z0-9]{20}T3BlbkFJ[a-zA-Z0-9]{20})`, nil},
	{"a Perplexity API key", 4, []string{"pplx-"}, `\bpplx-[a-zA-Z0-9]{48}\b`, nil},
	{"an OpenRouter API key", 3, []string{"sk-or-"}, `\bsk-or-(?:v\d+-)?[a-f0-9]{64}\b`, nil},
	{"a Groq API key", 4, []string{"gsk_"}, `\bgsk_[a-zA-Z0-9]{48,56}\b`, nil},
	{"a Replicate API token", 3, []string{"r8_"}, `\br8_[a-zA-Z0-9]{37,40}\b`, nil},
	{"a Google API key", 4, []string{"AIza"}, `\bAIza[\w-]{35}`, nil},
	{"a Hugging Face token", 2, []string{"hf_"}, `\bhf_(?i:[a-z]{34})\b`, nil},
	{"a GitHub token", 3, []string{"ghp_", "gho_", "ghu_", "ghs_", "ghr_"}, `gh[pousr]_[0-9a-zA-Z]{36}`, nil},
	{"a GitHub token", 3, []string{"github_pat_"}, `github_pat_\w{82}`, nil},
	{"a GitLab token", 3, []string{"glpat-"}, `glpat-[\w-]{20}`, nil},
	{"an npm token", 2, []string{"npm_"}, `\bnpm_[a-zA-Z0-9]{36}\b`, nil},
	{"a SendGrid token", 2, []string{"SG."}, `\bSG\.(?i)[a-z0-9=_\-\.]{66}`, nil},
	{"a Slack token", 2, []string{"xoxb-", "xoxp-", "xoxe-"}, `xoxb-[0-9]{10,13}-[0-9]{10,13}[a-zA-Z0-9-]*|xox[pe](?:-[0-9]{10,13}){3}-[a-zA-Z0-9-]{28,34}`, nil},
	{"a Slack webhook", 0, []string{"hooks.slack.com"}, `hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{43,56}`, nil},
	{"a Stripe key", 2, []string{"sk_live_", "sk_test_", "sk_prod_", "rk_live_", "rk_test_", "rk_prod_"}, `\b(?:sk|rk)_(?:test|live|prod)_[a-zA-Z0-9]{12,99}\b`, nil},
	{"a JSON Web Token", 3, []string{"eyJ"}, `\bey[a-zA-Z0-9]{17,}\.ey[a-zA-Z0-9\/\\_-]{17,}\.(?:[a-zA-Z0-9\/\\_-]{10,}={0,2})`, nil},
	{"a private key", 0, []string{privateKey}, `(?i)-----BEGIN[ A-Z0-9_-]{0,100}PRIVATE KEY(?: BLOCK)?-----[\s\S-]{64,}?KEY(?: BLOCK)?-----`, hasRow},
	{"an API key", 3, []string{"sk-", "session-"}, `\b(?:sk|session)-[a-zA-Z0-9_-]{20,}`, isKeyOfBackend},
	{"a bearer token", 3, []string{bearerKey, bearerCaps}, `(?i)\bbearer +([a-z0-9_=~@.+/-]{20,})`, isBearer},
	{"a password in a URL", 0, []string{userinfoKey}, `\b[a-zA-Z][a-zA-Z0-9+.-]*://[^\s/?#:@"'<>]*:([^\s/?#@"'<>]+)@[^\s/?#@"'<>]`, isPassword},
}

// patterns are those of forms; each is compiled when it is first needed.
//
//nolint:gochecknoglobals // nothing is made before
var patterns = sync.OnceValue(func() []func() *regexp.Regexp {
	list := make([]func() *regexp.Regexp, len(forms))
	for i, f := range forms {
		list[i] = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(f.pattern) })
	}
	return list
})

// isKeyOfBackend recognises the keys that Open WebUI makes (32 hexadecimal digits, as
// those of DeepSeek and Qwen), our own server's (43 characters of base64) and those
// of other OpenAI-compatible servers from words that are joined by dashes.
func isKeyOfBackend(secret, _ string) bool {
	_, random, _ := strings.Cut(secret, "-")
	const hex, upper, lower = "0123456789abcdef", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
	if len(random) == 32 && strings.Trim(random, hex) == "" {
		return true
	}
	return strings.ContainsAny(random, upper) && strings.ContainsAny(random, lower) && hasRandomPart(random, 10) && entropy(random) > 3.5
}

// isBearer recognises tokens from what stands for one in instructions.
func isBearer(secret, _ string) bool {
	return !strings.Contains(secret, "...") && hasRandomPart(secret, 8)
}

// hasRandomPart reports whether a part of the text, which is joined by dashes and the
// like, is at least so long and neither a word nor a number, nor a word with a number
// after it.
func hasRandomPart(text string, shortest int) bool {
	const letters, digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", "0123456789"
	parts := strings.FieldsFunc(text, func(r rune) bool { return !strings.ContainsRune(letters+digits, r) })
	return slices.ContainsFunc(parts, func(part string) bool {
		word := strings.TrimRight(part, digits)
		return len(part) >= shortest && strings.ContainsAny(word, digits) && strings.ContainsAny(word, letters)
	})
}

// hasRow recognises a key from a list of headers such as keys have.
func hasRow(secret, _ string) bool {
	row := 0
	for i := range len(secret) {
		if row++; !rowChars[secret[i]] {
			row = 0
		}
		if row == shortest {
			return true
		}
	}
	return false
}

// isPassword recognises the password of a URL from what stands for one in instructions:
// a variable, or a word such as "password", or the user's name once more.
func isPassword(secret, whole string) bool {
	word := strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(secret))
	_, user, _ := strings.Cut(whole, "://")
	user, _, _ = strings.Cut(user, ":")
	switch {
	case len(secret) < 3, strings.EqualFold(secret, user), strings.ContainsAny(secret, "${}[]()*…"), strings.HasPrefix(secret, "%s"),
		strings.Trim(secret, secret[:1]) == "", strings.Contains(secret, "..."), strings.Contains(secret, ","),
		strings.HasPrefix(secret, "%") && strings.HasSuffix(secret, "%"),        // a variable of Windows
		len(secret) <= len("65535") && strings.Trim(secret, "0123456789") == "", // a port
		strings.Contains(secret, "_") && strings.Trim(secret, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == "":
		return false
	}
	word = strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(word, "your"), "my"), "db")
	switch word {
	case "password", "passwd", "passwort", "pass", "pwd", "pass123", "secret", "secretpassword", "token", "accesstoken", "apitoken", "key", "apikey",
		"changeme", "changeit", "test", "testing", "guest", "user", "username", "admin", "root", "credentials", "foo", "bar", "word", "":
		return false
	}
	return true
}

// isPlaceholder recognises what stands for a secret in instructions: sk-xxxx, say. Long
// secrets may well have such a row of letters somewhere, but not at their start.
func isPlaceholder(secret string) bool {
	const start = 120
	secret = strings.ToLower(secret[:min(len(secret), start)])
	for _, word := range []string{"xxxx", "example", "placeholder", "redacted", "changeme", "your-", "your_", "my-key", "1234567890abc", "0123456789", "abcdefgh"} {
		if strings.Contains(secret, word) {
			return true
		}
	}
	return false
}
