package lint

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/internal/secrets"
	"github.com/flowctl/flowctl/pkg/flow"
)

// aToken is a secret that nobody has.
const aToken = "ghp_" + "R7kQ2mZx9LwB4vTn6YpC1sDf8GhJ3aEu5iOq"

// A secret is found wherever it stands in a flow, and nothing that is said of the
// flow has it.
func TestSecretPlaces(t *testing.T) {
	for _, c := range []struct{ place, flow, pointer string }{
		{"name", `{"name":"TOKEN","nodes":[],"edges":[]}`, "/name"},
		{"description", `{"name":"n","description":"TOKEN","nodes":[],"edges":[]}`, "/description"},
		{"meta", `{"name":"n","meta":{"a":["TOKEN"]},"nodes":[],"edges":[]}`, "/meta/a/0"},
		{"access control", `{"name":"n","access_control":{"read":{"user_ids":["TOKEN"]}},"nodes":[],"edges":[]}`, "/access_control/read/user_ids/0"},
		{"unknown field", `{"name":"n","x":{"y":"TOKEN"},"nodes":[],"edges":[]}`, "/x/y"},
		{"nodes of no array", `{"name":"n","nodes":{"a":"TOKEN"}}`, "/nodes/a"},
		{"data", `{"name":"n","nodes":[{"id":"a","type":"input","data":{"value":["TOKEN"]}}],"edges":[]}`, "/nodes/0/data/value/0"},
		{"key", `{"name":"n","nodes":[{"id":"a","type":"input","data":{"x":{"TOKEN":"v"}}}],"edges":[]}`, "/nodes/0/data/x"},
		{"key of the flow", `{"name":"n","TOKEN":1,"nodes":[],"edges":[]}`, ""},
		{"position", `{"name":"n","nodes":[{"id":"a","type":"input","position":{"x":0,"y":0,"z":"TOKEN"}}],"edges":[]}`, "/nodes/0/position/z"},
		{"unknown field of a node", `{"name":"n","nodes":[{"id":"a","type":"input","style":{"k":"TOKEN"}}],"edges":[]}`, "/nodes/0/style/k"},
		{"node id", `{"name":"n","nodes":[{"id":"TOKEN","type":"model","data":{"prompt":"{{TOKENx.output}}","temperature":1}}],"edges":[]}`, "/nodes/0/id"},
		{"node type", `{"name":"n","nodes":[{"id":"a","type":"TOKEN"}],"edges":[]}`, "/nodes/0/type"},
		{"no node", `{"name":"n","nodes":["TOKEN"],"edges":[]}`, "/nodes/0"},
		{"edge id", `{"name":"n","nodes":[],"edges":[{"id":"TOKEN","source":"a","target":"b"}]}`, "/edges/0/id"},
		{"end of an edge", `{"name":"n","nodes":[],"edges":[{"id":"e","source":"TOKEN","target":"b"}]}`, "/edges/0/source"},
		{"handle", `{"name":"n","nodes":[{"id":"a","type":"loop"},{"id":"b","type":"output"}],"edges":[{"id":"e","source":"a","target":"b","sourceHandle":"TOKEN"}]}`, "/edges/0/sourceHandle"},
		{"unknown field of an edge", `{"name":"n","nodes":[],"edges":[{"id":"e","source":"a","target":"b","data":{"k":"TOKEN"}}]}`, "/edges/0/data/k"},
		{"an escape", `{"name":"n","nodes":[{"id":"a","type":"input","data":{"value":"\u0067TOKEN"}}],"edges":[]}`, "/nodes/0/data/value"},
		{"after a line break", `{"name":"n","nodes":[{"id":"a","type":"input","data":{"value":"key:\nTOKEN"}}],"edges":[]}`, "/nodes/0/data/value"},
	} {
		text := strings.ReplaceAll(c.flow, `\u0067TOKEN`, `\u0067`+aToken[1:])
		problems := Check(mustSpec(t, strings.ReplaceAll(text, "TOKEN", aToken)))
		var at []string
		for _, p := range problems {
			if p.Code == CodeSecret && strings.Contains(p.Message, "a GitHub token") {
				at = append(at, p.Pointer)
			}
			if said := p.Message + p.Node + p.Edge + p.Pointer; strings.Contains(said, aToken[:12]) {
				t.Errorf("%s: %s says the secret: %v", c.place, p.Code, p)
			}
		}
		if !slices.Contains(at, c.pointer) {
			t.Errorf("%s: found at %q, want %q; %v", c.place, at, c.pointer, problems)
		}
	}
	fields := flow.Object{{Key: "origin", Value: json.RawMessage(`{"by":"` + aToken + `"}`)}}
	if found := CheckFields(fields); len(found) != 1 || found[0].Pointer != "/origin/by" {
		t.Errorf("next to the flow: %v", found)
	}
}

// What was put into a flow after it was read is looked at, too.
func TestSecretsPutIn(t *testing.T) {
	text, token := `{"name":"n","nodes":[{"id":"a","type":"input","data":{}}],"edges":[{"id":"e","source":"a","target":"b"}]}`, aToken
	for name, put := range map[string]func(s *flow.Spec){
		"name":        func(s *flow.Spec) { s.Name = token },
		"description": func(s *flow.Spec) { s.Description = token },
		"unknown":     func(s *flow.Spec) { s.SetUnknown("x", json.RawMessage(`"`+token+`"`)) },
		"data":        func(s *flow.Spec) { s.Nodes[0].Data = json.RawMessage(`{"value":"` + token + `"}`) },
		"position":    func(s *flow.Spec) { s.Nodes[0].Position = json.RawMessage(`{"x":"` + token + `"}`) },
		"node":        func(s *flow.Spec) { s.Nodes = append(s.Nodes, flow.Node{ID: token}) },
		"edge":        func(s *flow.Spec) { s.Edges[0].SourceHandle = token },
	} {
		s := mustSpec(t, text)
		put(&s)
		if !slices.Contains(codes(Check(s)), CodeSecret) {
			t.Errorf("%s: not found", name)
		}
	}
}

// The keys of backends and passwords in URLs have many forms, and much that is none.
func TestSecretTexts(t *testing.T) {
	const b64 = "Zk3_vQ9pL-7wXa2RtY8mNc5BdE1fGhJ0KsUoTiPqWlA"
	for text, want := range map[string]string{
		"sk-" + "3f9c02b7d85e41a63f9c02b7d85e41a6": "an API key", // Open WebUI, DeepSeek
		"sk-" + b64:                      "an API key", // flowctl server
		"session-" + b64:                 "an API key",
		"sk-" + "Zk3pvQ9pL7wXa2RtY8mNc5": "an API key", // LiteLLM
		"sk-or-" + "v1-" + strings.Repeat("3f9c02b7d85e41a6", 4):        "an OpenRouter API key",
		"gsk_" + "aB3dE5gH7jK9mN2pQ4rS6tU8vW1xY0zC3vB5nM7kL9jH2gF4dS6a": "a Groq API key",
		"r8_" + "aB3dE5gH7jK9mN2pQ4rS6tU8vW1xY0zC3vB5n":                 "a Replicate API token",
		"Authorization: Bearer 5eb4223e500846e5be67":                    "a bearer token",
		"authorization: bearer  a.1~b2c3d4e5/f6g7+h8i9j0k":              "a bearer token",
		"postgres://app:hunter2@db/app":                                 "a password in a URL",
		"see mongodb+srv://app:pa%40ss9@c0.example.net/?w=1":            "a password in a URL",
		"redis://:s3cr3t@cache:6379":                                    "a password in a URL",
		"https:\\/\\/ann:hunter2@intranet\\/x":                          "a password in a URL",

		"Authorization: Bearer 3f9a1c7b2e.8d4f6a0b1c.5e2d9f": "a bearer token", // whatever else there is

		"session-management-Best-Practices-2024":                                         "",
		"session-Based-OAuth2-Authentication":                                            "",
		"sk-learn-RandomForestClassifier-v2":                                             "",
		"https://shop.sk/p/sk-Windows-11-Professional-Edition":                           "",
		"Bearer ACCESS_TOKEN_FROM_STEP_1":                                                "",
		"Bearer token-based/authentication2":                                             "",
		"Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9...":                                 "",
		"sip://alice:5060@host":                                                          "",
		"http://localhost:8080,@bob":                                                     "",
		"http://user:PASSWORD_HERE@h":                                                    "",
		"mongodb+srv://admin:%PASSWORD%@c":                                               "",
		strings.Repeat("-----BEGIN RSA PRIVATE KEY-----, or ", 4) + "/docs/2024/rules11": "",

		"sk-" + strings.Repeat("x", 32):                       "",
		"sk-" + strings.Repeat("X", 43):                       "",
		"sk-" + strings.Repeat("0", 32):                       "",
		"sk-your-Secret-key-of-2024-goes-here":                "",
		"sk-0123456789abcdef0123456789abcdef":                 "",
		"sk-learn-pipeline-of-two-steps-2024":                 "",
		"gsk_" + strings.Repeat("x", 52):                      "",
		"r8_" + strings.Repeat("x", 37):                       "",
		"task-3f9c02b7d85e41a63f9c02b7d85e41a6":               "",
		"Bearer ${API_TOKEN_OF_THE_SERVER_2}":                 "",
		"Bearer $API_TOKEN_OF_THE_SERVER_2":                   "",
		"Bearer <your-token-of-40-characters>":                "",
		"Bearer {{token_of_the_server_2.output}}":             "",
		"Bearer xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1":             "",
		"the bearer of-this-letter-is-a-good-friend":          "",
		"postgres://user:password@localhost/db":               "",
		"postgres://user:pass@example.com/db":                 "",
		"postgres://postgres:postgres@localhost/db":           "",
		"postgres://user:${PGPASSWORD}@localhost/db":          "",
		"postgres://user:$PGPASSWORD@localhost/db":            "",
		"https://user:<password>@example.com":                 "",
		"https://user:{{input}}@example.com":                  "",
		"https://user:***@example.com and user:xxxxx@example": "",
		"https://user:your_password@example.com":              "",
		"https://example.com:8080/@ann":                       "",
		"https://example.com/a:b@c":                           "",
		"ssh://git@example.com:22/x.git, git@github.com:a/b":  "",
		"AKIA" + "IOSFODNN7EXAMPLE":                           "",
	} {
		raw := `{"name":"n","nodes":[{"id":"a","type":"input","data":{"value":"` + text + `"}}],"edges":[]}`
		got := ""
		for _, p := range Check(mustSpec(t, raw)) {
			if p.Code == CodeSecret {
				got += strings.TrimSuffix(strings.TrimPrefix(p.Message, "the text holds what looks like "), "; take it out, and have it revoked")
			}
		}
		if got != want {
			t.Errorf("%s is %q, want %q", text, got, want)
		}
		if changed := string(secrets.Redact([]byte(raw))) != raw; changed != (want != "") {
			t.Errorf("%s: redacted is %v", text, changed)
		}
	}
}
