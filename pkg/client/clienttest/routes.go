package clienttest

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/flowctl/flowctl/pkg/flow"
)

const flowsPath = "/api/v1/flows/"

func (b *Backend) routes() {
	mux := http.NewServeMux()
	// signed wraps what only a signed-in user may do.
	signed := func(pattern string, h func(w http.ResponseWriter, r *http.Request, u *User)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			if u := b.user(w, r); u != nil {
				h(w, r, u)
			}
		})
	}
	signed("GET "+flowsPath+"{$}", b.list(writes))
	signed("GET "+flowsPath+"accessible", b.list(reads))
	signed("POST "+flowsPath+"create", b.create)
	signed("GET "+flowsPath+"{id}", b.get)
	// POST …/import comes here as well, unless it is fixed: this route was
	// registered first.
	signed("POST "+flowsPath+"{id}", b.update)
	signed("DELETE "+flowsPath+"{id}", b.delete)
	signed("POST "+flowsPath+"{id}/duplicate", b.duplicate)
	signed("GET "+flowsPath+"{id}/export", b.export)
	signed("POST "+flowsPath+"{id}/execute", b.execute)
	if b.opts.ImportMended {
		signed("POST "+flowsPath+"import", b.importFlow)
	}
	signed("POST "+flowsPath+"{id}/executions", b.record)
	signed("GET "+flowsPath+"{id}/executions", b.listExecutions)
	signed("DELETE "+flowsPath+"{id}/executions", b.deleteExecutions)
	signed("GET "+flowsPath+"{id}/executions/stats", b.stats)
	signed("GET "+flowsPath+"{id}/executions/{execution}", b.getExecution)
	signed("DELETE "+flowsPath+"{id}/executions/{execution}", b.deleteExecution)
	signed("GET /api/models", b.models)
	signed("GET /api/v1/users/{$}", b.listUsers)
	signed("GET /api/v1/users/search", b.searchUsers)
	signed("GET /api/v1/users/{id}", b.getUser)
	signed("GET /api/v1/groups/{$}", b.listGroups)
	signed("GET /api/v1/knowledge/{$}", b.listKnowledge)
	signed("GET /api/v1/knowledge/{id}", b.getKnowledge)
	signed("POST /api/v1/retrieval/query/doc", b.queryDoc)
	signed("POST /api/v1/retrieval/query/collection", b.queryCollection)
	signed("POST /api/v1/retrieval/process/web/search", b.webSearch)
	signed("POST /api/v1/retrieval/process/web", b.webPage)
	signed("GET /api/v1/files/{$}", b.listFiles)
	signed("POST /api/v1/files/{$}", b.upload)
	signed("GET /api/v1/files/{id}", b.getFile)
	signed("GET /api/v1/files/{id}/content", b.fileContent)
	mux.HandleFunc("GET /api/v1/auths/{$}", b.whoami)
	mux.HandleFunc("POST /api/v1/auths/signin", b.signIn)
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) { reply(w, map[string]bool{"status": true}) })
	mux.HandleFunc("GET /api/version", func(w http.ResponseWriter, _ *http.Request) { reply(w, map[string]string{"version": "0.6.36"}) })
	mux.HandleFunc("/", b.wrongPath)
	mux.HandleFunc(strings.TrimSuffix(flowsPath, "/"), b.wrongPath) // or ServeMux would redirect
	b.mux = mux
}

func reply(w http.ResponseWriter, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // only what this package made
	}
	send(w, text)
}

func send(w http.ResponseWriter, text []byte) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(text)
}

// The texts of Open WebUI.
const (
	notFound     = "We could not find what you're looking for :/"
	noPermission = "You do not have permission to access this resource. Please contact your administrator for assistance."
)

func fail(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	text, _ := json.Marshal(map[string]string{"detail": detail})
	_, _ = w.Write(text)
}

// crash is an unhandled fault.
func crash(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(http.StatusInternalServerError)
	_, _ = w.Write([]byte("Internal Server Error"))
}

// problem is one fault of a 422.
type problem struct {
	Type  string          `json:"type"`
	Loc   []any           `json:"loc"`
	Msg   string          `json:"msg"`
	Input json.RawMessage `json:"input"`
}

func invalid(w http.ResponseWriter, problems []problem) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusUnprocessableEntity)
	text, _ := json.Marshal(map[string]any{"detail": problems})
	_, _ = w.Write(text)
}

// form reads a body that must be an object, with the types of kinds: '"', '[',
// '{'. nil means that it was answered.
func form(w http.ResponseWriter, r *http.Request, kinds map[string]byte, required ...string) flow.Object {
	doc, text, err := readObject(r)
	if err != nil {
		invalid(w, []problem{{Type: "model_attributes_type", Loc: []any{"body"}, Msg: "Input should be a valid dictionary or object to extract fields from", Input: text}})
		return nil
	}
	var problems []problem
	for _, key := range required {
		if _, ok := doc.Get(key); !ok {
			problems = append(problems, problem{Type: "missing", Loc: []any{"body", key}, Msg: "Field required", Input: text})
		}
	}
	types := map[byte]string{'"': "string", '[': "list", '{': "dictionary"}
	for _, m := range doc {
		kind, known := kinds[m.Key]
		if !known || m.Value[0] == kind {
			continue
		}
		isRequired := false
		for _, key := range required {
			isRequired = isRequired || key == m.Key
		}
		if string(m.Value) != "null" || isRequired {
			problems = append(problems, problem{Type: types[kind] + "_type", Loc: []any{"body", m.Key}, Msg: "Input should be a valid " + types[kind], Input: m.Value})
		}
	}
	if problems != nil {
		invalid(w, problems)
		return nil
	}
	return doc
}
