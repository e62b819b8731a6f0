package lint

import (
	"strings"
	"testing"
)

// An id that the server does not have is told from ids and from names, the name that
// the editor writes next to it among them.
func TestServerNames(t *testing.T) {
	server := Server{
		Models: []Named{{"gpt-4o", "GPT-4o"}, {"llama3", "llama3"}},
		KnowledgeBases: []Named{
			{"0b7c1c1e-55d3-4c39-8c1d-3d1f8f4f0a11", "Handbook"}, {"9e2f7a64-2f0f-4a0e-9d53-6d6f5a0c7b22", "Minutes"},
			{"5c3d9b0a-7f6a-4c1b-8e2d-1a9b8c7d6e33", "Handbook"},
		},
	}
	const handbook = `"0b7c1c1e-55d3-4c39-8c1d-3d1f8f4f0a11" (Handbook) or "5c3d9b0a-7f6a-4c1b-8e2d-1a9b8c7d6e33" (Handbook)`
	for _, c := range []struct{ node, want string }{
		{`"type":"knowledge","data":{"knowledgeBaseId":"minutes"}`, `"9e2f7a64-2f0f-4a0e-9d53-6d6f5a0c7b22" (Minutes)`},
		{`"type":"knowledge","data":{"knowledgeBaseId":"Handbook"}`, handbook},
		{`"type":"knowledge","data":{"knowledgeBaseId":"Handbooks"}`, handbook},
		{`"type":"knowledge","data":{"knowledgeBaseId":"d2719a3c-0000-4000-8000-3b8f9d4e5f60","knowledgeBaseName":"Minutes"}`, `"9e2f7a64-2f0f-4a0e-9d53-6d6f5a0c7b22" (Minutes)`},
		{`"type":"knowledge","data":{"knowledgeBaseId":"d2719a3c-0000-4000-8000-3b8f9d4e5f60","knowledgeBaseName":"Minute"}`, `"9e2f7a64-2f0f-4a0e-9d53-6d6f5a0c7b22" (Minutes)`},
		{`"type":"knowledge","data":{"knowledgeBaseId":"9e2f7a64-2f0f-4a0e-9d53-6d6f5a0c7b2"}`, `"9e2f7a64-2f0f-4a0e-9d53-6d6f5a0c7b22" (Minutes)`},
		{`"type":"knowledge","data":{"knowledgeBaseId":"d2719a3c-0000-4000-8000-3b8f9d4e5f60","knowledgeBaseName":"Recipes"}`, ""},
		{`"type":"model","data":{"modelId":"gpt-4"}`, `"gpt-4o" (GPT-4o)`},
		{`"type":"model","data":{"modelId":"lama3"}`, `"llama3"`},
		{`"type":"model","data":{"modelId":"x","modelName":"gpt-4o"}`, `"gpt-4o" (GPT-4o)`},
	} {
		found := server.Check(mustSpec(t, `{"name":"n","nodes":[{"id":"a",`+c.node+`}],"edges":[]}`))
		if len(found) != 1 {
			t.Fatalf("%s: %v", c.node, found)
		}
		_, got, _ := strings.Cut(found[0].Message, "; did you mean ")
		if strings.TrimSuffix(got, "?") != c.want {
			t.Errorf("%s: %q, want %s", c.node, found[0].Message, c.want)
		}
	}
}
