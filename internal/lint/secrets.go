package lint

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/pkg/flow"
)

// secretForm is the form of a kind of secret.
type secretForm struct {
	what    string   // for messages
	entropy float64  // the least, in bits a character; 0 for any
	keys    []string // one of them is in every text that has such a secret
	pattern string
}

// secretForms are a part of the default rules of gitleaks v8.30.1
// (github.com/gitleaks/gitleaks, config/gitleaks.toml): those with a form so
// distinct that hardly anything else has it. Patterns are without what gitleaks
// wants behind the secret, since they are tried on decoded texts, and want no less
// than shortest.
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
var secretForms = []secretForm{
	{"an AWS access key", 3, []string{"A3T", "AKIA", "ASIA", "ABIA", "ACCA"}, `\b(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b`},
	{"an Anthropic API key", 0, []string{"sk-ant-"}, `\bsk-ant-(?:api03|admin01)-[a-zA-Z0-9_\-]{93}AA\b`},
	{"an OpenAI API key", 3, []string{"T3BlbkFJ"}, `\b(?:sk-(?:proj|svcacct|admin)-(?:[A-Za-z0-9_-]{74}|[A-Za-z0-9_-]{58})T3BlbkFJ(?:[A-Za-z0-9_-]{74}|[A-Za-z0-9_-]{58})\b|sk-[a-zA-Z0-9]{20}T3BlbkFJ[a-zA-Z0-9]{20})`},
	{"a Perplexity API key", 4, []string{"pplx-"}, `\bpplx-[a-zA-Z0-9]{48}\b`},
	{"a Google API key", 4, []string{"AIza"}, `\bAIza[\w-]{35}`},
	{"a Hugging Face token", 2, []string{"hf_"}, `\bhf_(?i:[a-z]{34})\b`},
	{"a GitHub token", 3, []string{"ghp_", "gho_", "ghu_", "ghs_", "ghr_"}, `gh[pousr]_[0-9a-zA-Z]{36}`},
	{"a GitHub token", 3, []string{"github_pat_"}, `github_pat_\w{82}`},
	{"a GitLab token", 3, []string{"glpat-"}, `glpat-[\w-]{20}`},
	{"an npm token", 2, []string{"npm_"}, `\bnpm_[a-zA-Z0-9]{36}\b`},
	{"a SendGrid token", 2, []string{"SG."}, `\bSG\.(?i)[a-z0-9=_\-\.]{66}`},
	{"a Slack token", 2, []string{"xoxb-", "xoxp-", "xoxe-"}, `xoxb-[0-9]{10,13}-[0-9]{10,13}[a-zA-Z0-9-]*|xox[pe](?:-[0-9]{10,13}){3}-[a-zA-Z0-9-]{28,34}`},
	{"a Slack webhook", 0, []string{"hooks.slack.com"}, `hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{43,56}`},
	{"a Stripe key", 2, []string{"sk_live_", "sk_test_", "sk_prod_", "rk_live_", "rk_test_", "rk_prod_"}, `\b(?:sk|rk)_(?:test|live|prod)_[a-zA-Z0-9]{12,99}\b`},
	{"a JSON Web Token", 3, []string{"eyJ"}, `\bey[a-zA-Z0-9]{17,}\.ey[a-zA-Z0-9\/\\_-]{17,}\.(?:[a-zA-Z0-9\/\\_-]{10,}={0,2})`},
	{"a private key", 0, []string{"PRIVATE KEY"}, `(?i)-----BEGIN[ A-Z0-9_-]{0,100}PRIVATE KEY(?: BLOCK)?-----[\s\S-]{64,}?KEY(?: BLOCK)?-----`},
}

// secrets looks for secrets in what authors write.
func (c *checker) secrets() {
	for i, n := range c.spec.Nodes {
		c.secretsIn(n.Data, flow.Problem{Node: n.ID, Pointer: fmt.Sprintf("/nodes/%d/data", i)})
	}
	for key, text := range map[string]string{"/name": c.spec.Name, "/description": c.spec.Description} {
		if mayHoldSecret([]byte(text)) {
			c.secretsIn(flow.AppendString(nil, text), flow.Problem{Pointer: key})
		}
	}
	c.secretsIn(c.spec.Meta, flow.Problem{Pointer: "/meta"})
}

// shortest is the least number of letters, digits and the like in a row that
// every secret has somewhere, capitals or digits among them. Prose and the names of
// fields have none so long.
const shortest = 20

// mayHoldSecret tells whether there is a row of that length.
func mayHoldSecret(raw []byte) bool {
	n, mixed := 0, false
	for _, c := range raw {
		switch {
		case 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
			mixed = true
		case 'a' <= c && c <= 'z', c == '_', c == '-', c == '/', c == '+':
		default:
			n, mixed = -1, false
		}
		if n++; n >= shortest && mixed {
			return true
		}
	}
	return false
}

// secretsIn looks into a JSON value. Nothing is decoded or compiled unless a key
// of a form is there.
func (c *checker) secretsIn(raw json.RawMessage, at flow.Problem) {
	if !mayHoldSecret(raw) {
		return
	}
	for _, form := range secretForms {
		for _, key := range form.keys {
			if bytes.Contains(raw, []byte(key)) {
				c.walkFor(form, regexp.MustCompile(form.pattern), raw, at)
				break
			}
		}
	}
}

// Redact puts the kinds of secrets in the place of those in a JSON text, "[a GitHub
// token]". What has none is given back as it is.
func Redact(raw []byte) []byte {
	if !mayHoldSecret(raw) {
		return raw
	}
	for _, form := range secretForms {
		if !slices.ContainsFunc(form.keys, func(key string) bool { return bytes.Contains(raw, []byte(key)) }) {
			continue
		}
		raw = regexp.MustCompile(form.pattern).ReplaceAllFunc(raw, func(found []byte) []byte {
			if form.entropy > 0 && entropy(string(found)) <= form.entropy {
				return found
			}
			return []byte("[" + form.what + "]")
		})
	}
	return raw
}

// walkFor looks for one form in all texts of a value.
func (c *checker) walkFor(form secretForm, pattern *regexp.Regexp, raw json.RawMessage, at flow.Problem) {
	var text string
	if len(raw) > 0 && raw[0] == '"' && json.Unmarshal(raw, &text) == nil {
		for _, found := range pattern.FindAllString(text, -1) {
			if form.entropy == 0 || entropy(found) > form.entropy {
				c.say(at, CodeSecret, flow.SeverityError, "the text holds what looks like %s; take it out, and have it revoked", form.what)
				return
			}
		}
		return
	}
	isObject := len(raw) > 0 && raw[0] == '{'
	for i, child := range flow.Children(raw) {
		in := at
		token := fmt.Sprint(i)
		if isObject {
			token = strings.NewReplacer("~", "~0", "/", "~1").Replace(child.Key)
		}
		in.Pointer += "/" + token
		c.walkFor(form, pattern, raw[child.Start:child.End], in)
	}
}

// entropy is Shannon's, in bits a character.
func entropy(s string) float64 {
	counts := map[rune]int{}
	for _, r := range s {
		counts[r]++
	}
	bits := 0.0
	for _, n := range counts {
		p := float64(n) / float64(len(s))
		bits -= p * math.Log2(p)
	}
	return bits
}
