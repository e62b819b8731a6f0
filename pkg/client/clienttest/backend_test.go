package clienttest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// step is a request and what its answer must be like.
type step struct {
	request string // "METHOD path"; {id} is the last flow stored
	body    string
	status  int
	kind    string   // beginning of the content type; "" is application/json
	want    []string // in the body, or in the Location
}

func run(t *testing.T, b *Backend, steps []step) {
	t.Helper()
	runAs(t, b, "admin-token", steps)
}

func runAs(t *testing.T, b *Backend, token string, steps []step) {
	t.Helper()
	for _, s := range steps {
		method, path, _ := strings.Cut(s.request, " ")
		if ids := b.Stored(); len(ids) > 0 {
			path = strings.ReplaceAll(path, "{id}", ids[len(ids)-1])
		}
		r := httptest.NewRequest(method, path, strings.NewReader(s.body))
		r.Header.Set("Authorization", "bearer "+token)
		w := httptest.NewRecorder()
		b.ServeHTTP(w, r)
		if s.kind == "" {
			s.kind = "application/json"
		}
		text := w.Body.String() + w.Header().Get("Location")
		if w.Code != s.status || !strings.HasPrefix(w.Header().Get("Content-Type"), s.kind) {
			t.Errorf("%s: %d %s %s", s.request, w.Code, w.Header().Get("Content-Type"), text)
		}
		for _, want := range s.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %s in %s", s.request, want, text)
			}
		}
	}
}

// The observations about Open WebUI, by their numbers there.
func TestSurprises(t *testing.T) {
	const flows, create = "GET /api/v1/flows/", "POST /api/v1/flows/create"
	poison := []step{
		{flows, "", 500, "text/plain", []string{"Internal Server Error"}},
		{"GET /api/v1/flows/{id}", "", 500, "text/plain", nil},
		{"DELETE /api/v1/flows/{id}", "", 200, "", []string{"true"}},
		{flows, "", 200, "", []string{"[]"}},
	}
	deep := strings.Repeat("[", 260) + strings.Repeat("]", 260)
	for name, c := range map[string]struct {
		opts  Options
		steps []step
	}{
		"1 shadowed import": {Options{}, []step{{"POST /api/v1/flows/import", `{"flow":{"name":"a"}}`, 404, "", []string{notFound}}}},
		"1 mended import": {Options{ImportMended: true}, []step{
			{"POST /api/v1/flows/import", `{"flow":{"nodes":[],"meta":{"a":1},"access_control":{}}}`, 200, "", []string{`"name":"Imported Flow"`, `"meta":{}`, `"access_control":null`}},
		}},
		"2, 3, 5 fields": {Options{}, []step{
			{create, `{"name":"a","nodes":[],"edges":[],"meta":{"x":1}}`, 200, "", []string{`"meta":{}`, `"access_control":null`, `"description":null`}},
			{"POST /api/v1/flows/{id}", `{"access_control":{},"description":"d"}`, 200, "", []string{`"access_control":{}`, `"description":"d"`}},
			{"POST /api/v1/flows/{id}", `{"access_control":null,"description":null}`, 200, "", []string{`"access_control":{}`, `"description":"d"`}},
			{"POST /api/v1/flows/{id}", `{}`, 200, "", nil},
			{create, `{"nodes":{}}`, 422, "", []string{`{"type":"missing","loc":["body","name"],"msg":"Field required"`, `{"type":"list_type","loc":["body","nodes"]`, `["body","edges"]`}},
		}},
		"3, 4 duplicate": {Options{}, []step{
			{create, `{"name":"a","nodes":[1],"edges":[],"access_control":{}}`, 200, "", nil},
			{"POST /api/v1/flows/{id}/duplicate", `{"name":"b"}`, 200, "", []string{`"name":"a (Copy)"`, `"nodes":[1]`, `"access_control":null`}},
		}},
		"7 paths": {Options{}, []step{
			{"GET /api/v1/flows", "", 307, "text/html", []string{"http://example.com/api/v1/flows/"}},
			{"GET /nowhere", "", 404, "", []string{"Not Found"}},
			{"HEAD /api/v1/flows/", "", 405, "", nil},
			{"OPTIONS /api/v1/flows/", "", 405, "", nil},
		}},
		"7 front end": {Options{FrontEnd: true}, []step{
			{"GET /api/v1/flows", "", 200, "text/html", nil},
			{"GET /nowhere", "", 200, "text/html", nil},
			{flows, "", 200, "", []string{"[]"}},
		}},
		"8 numbers": {Options{}, []step{
			{create, `{"name":"a","nodes":[1e2, 1e16 ,1.0,-0.0,12345678901234567890,1e-7,0.5,{"z":1,"a":"\u00e9\n"}],"edges":[]}`, 200, "", []string{`[100.0,1e+16,1.0,-0.0,12345678901234567890,1e-07,0.5,{"z":1,"a":"é\n"}]`}},
			{"GET /api/v1/flows/{id}/export", "", 200, "", []string{`{"version":"1.0","flow":{"name":"a"`, `"exportedAt":`}},
			{create, `{"name":"a","nodes":[1e400],"edges":[]}`, 200, "", []string{`[null]`}},
			{"GET /api/v1/flows/{id}/export", "", 500, "text/plain", nil},
		}},
		"8 half a pair": {Options{}, append([]step{{create, `{"name":"a","nodes":["\ud800"],"edges":[]}`, 500, "text/plain", nil}}, poison...)},
		"8 depth":       {Options{}, append([]step{{create, `{"name":"a","nodes":` + deep + `,"edges":[]}`, 500, "text/plain", nil}}, poison...)},
		"execute": {Options{}, []step{
			{create, `{"name":"a","nodes":[],"edges":[]}`, 200, "", nil},
			{"POST /api/v1/flows/{id}/execute", "", 422, "", nil},
			{"POST /api/v1/flows/{id}/execute", "{}", 200, "", []string{`"status":"delegated_to_client"`}},
			{"DELETE /api/v1/flows/{id}", "", 200, "", []string{"true"}},
			{"DELETE /api/v1/flows/gone", "", 404, "", []string{notFound}},
		}},
	} {
		t.Run(name, func(t *testing.T) { run(t, New(c.opts), c.steps) })
	}
}

// TestSigningIn has each kind of account and of token at a route for everybody who
// is let in, and at the one that tells who the token is.
func TestSigningIn(t *testing.T) {
	b := New(Options{KeysOff: true})
	for _, c := range []struct {
		path, header, cookie string
		status               int
		detail               string
	}{
		{"flows/", "", "", 401, "Not authenticated"},
		{"flows/", "Bearer wrong", "", 401, "401 Unauthorized"}, //nolint:misspell // its own words
		{"flows/", "Bearer pat-token", "", 401, noPermission},
		{"flows/", "BEARER ann-token", "", 200, ""},
		{"flows/", "", "ann-token", 200, ""},
		{"flows/", "Bearer sk-key", "", 403, "API key is not enabled"},
		{"auths/", "Bearer ann-token", "", 200, `"permissions":{`},
		{"auths/", "Bearer pat-token", "", 200, `"role":"pending"`},
		{"auths/", "", "ann-token", 500, "Internal Server Error"},
		{"users/", "Bearer ann-token", "", 401, noPermission},
		{"users/", "Bearer admin-token", "", 200, `"email":"ann@example.com"`},
		{"users/search?query=BOB@", "Bearer ann-token", "", 200, `{"total":4,"users":[{"id":"bob-id","name":"Bob"}]}`},
		{"groups/", "Bearer ann-token", "", 200, "[]"},
		{"groups/", "Bearer bob-token", "", 200, `"name":"Reviewers"`},
		{"groups/", "Bearer admin-token", "", 200, `"name":"Reviewers"`},
	} {
		r := httptest.NewRequest(http.MethodGet, "/api/v1/"+c.path, nil)
		if c.header != "" {
			r.Header.Set("Authorization", c.header)
		}
		if c.cookie != "" {
			r.AddCookie(&http.Cookie{Name: "token", Value: c.cookie})
		}
		w := httptest.NewRecorder()
		b.ServeHTTP(w, r)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.detail) {
			t.Errorf("%+v: %d %s", c, w.Code, w.Body)
		}
	}
}

// Who may do what: an administrator and who may only write reach flows that are in
// no list of theirs.
func TestRights(t *testing.T) {
	b := New(Options{})
	ask := func(token, request, body string) (int, string) {
		method, path, _ := strings.Cut(request, " ")
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		b.ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	for _, access := range []string{
		`{}`, `{"read":{"group_ids":[],"user_ids":[]},"write":{"group_ids":[],"user_ids":[]}}`,
		`{"write":{"user_ids":["bob-id"]}}`, `{"write":{"group_ids":["group-1"]}}`, `{"read":{"group_ids":["group-1"]}}`, `null`,
	} {
		code, _ := ask("ann-token", "POST /api/v1/flows/create", `{"name":"a","nodes":[],"edges":[],"access_control":`+access+`}`)
		if code != http.StatusOK {
			t.Fatalf("%s: %d", access, code)
		}
		id := b.Stored()[0]
		path := "/api/v1/flows/" + id
		read := access == "null" || strings.HasPrefix(access, `{"read":{"group_ids":["group-1"]`)
		write := strings.HasPrefix(access, `{"write"`)
		for token, may := range map[string][2]bool{"ann-token": {true, true}, "admin-token": {true, true}, "bob-token": {read, write}} {
			listed := may
			if token == "admin-token" {
				listed = [2]bool{access == "null", false}
			}
			for i, list := range []string{"accessible", ""} {
				if _, body := ask(token, "GET /api/v1/flows/"+list, ""); strings.Contains(body, id) != listed[i] {
					t.Errorf("%s: %s lists %q: %v", access, token, list, body)
				}
			}
			for i, request := range []string{"GET " + path, "POST " + path, "DELETE " + path + "/executions"} {
				want := http.StatusForbidden
				if may[min(i, 1)] {
					want = http.StatusOK
				}
				if code, body := ask(token, request, `{"description":"x"}`); code != want {
					t.Errorf("%s: %s %s: %d %s", access, token, request, code, body)
				}
			}
		}
		if code, _ := ask("bob-token", "DELETE "+path, ""); code != http.StatusForbidden {
			t.Errorf("%s: Bob's delete: %d", access, code)
		}
		if code, _ := ask("admin-token", "DELETE "+path, ""); code != http.StatusOK {
			t.Errorf("%s: an administrator's delete: %d", access, code)
		}
	}
}

// The observations about chat and retrieval, by their numbers there.
func TestRetrieval(t *testing.T) {
	said := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { reply(w, "said") })
	private := Knowledge{ID: "kb-2", Name: "Mine", Owner: "bob-id", Access: []byte(`{}`)}
	const chat, search, doc = "POST /api/chat/completions", "POST /api/v1/retrieval/process/web/search", "POST /api/v1/retrieval/query/doc"
	const collection, cats = "POST /api/v1/retrieval/query/collection", `{"queries":["cats"],"collection_name":""}`
	name := "web-search-d936608baaacc6b762c14b0c356026fba3b84e77d5b22e86f2fc"
	for title, c := range map[string]struct {
		opts  Options
		token string
		steps []step
	}{
		"12 chat": {Options{Chat: said, LostModels: []string{"lost"}}, "ann-token", []step{
			{chat, `{"model":"m","chat_id":"flow-1","session_id":"flow-execution"}`, 400, "", []string{`{"detail":"404: Something went wrong :/"}`}},
			{chat, `{"model":"m","chat_id":"local:1"}`, 200, "", []string{"said"}},
			{chat, `{"model":"m"}`, 200, "", []string{"said"}},
			{chat, `{"model":"lost"}`, 200, "", []string{"null"}},
		}},
		"12 chat of an administrator": {Options{Chat: said}, "admin-token", []step{{chat, `{"model":"m","chat_id":"flow-1"}`, 200, "", []string{"said"}}}},
		"12 hidden model": {Options{Chat: said, Models: []string{"m"}, HiddenModels: []string{"h"}}, "ann-token", []step{
			{chat, `{"model":"h"}`, 400, "", []string{"Model not found"}},
			{chat, `{"model":"none"}`, 400, "", []string{"Model not found"}},
			{"GET /api/models", "", 200, "", []string{`{"data":[{"id":"m","name":"m","object":"model"}]}`}},
		}},
		"13 collections": {Options{}, "ann-token", []step{
			{search, cats, 200, "", []string{`"collection_names":["` + name, `"items":[{"link":"https://a.test/1"`, `"filenames":["https://a.test/1","https://b.test/2"]`, `"loaded_count":2`}},
			{collection, `{"query":"cats","k":1}`, 422, "", []string{`["body","collection_names"]`}},
			{collection, `{"collection_names":"x","query":"cats","k":1}`, 422, "", []string{`["body","collection_names"]`}},
		}},
		"13 docs":    {Options{Web: WebDocs}, "ann-token", []step{{search, cats, 200, "", []string{`"collection_name":null`, `"docs":[{"content":"Cats sleep`}}}},
		"13 old":     {Options{Web: WebCollection}, "ann-token", []step{{search, cats, 200, "", []string{`"collection_name":"` + name}}}},
		"13 nothing": {Options{Pages: []Document{}}, "ann-token", []step{{search, cats, 404, "", []string{"No results found from web search"}}}},
		"13 lost":    {Options{Web: WebLost}, "ann-token", []step{{search, cats, 200, "", nil}, {collection, `{"collection_names":["x"],"query":"cats"}`, 200, "", []string{`"documents":[[]]`}}}},
		"14 scores": {Options{Knowledge: []Knowledge{Handbook(), private}}, "ann-token", []step{
			{doc, `{"collection_name":"kb-1","query":"q","k":2}`, 200, "", []string{`"distances":[[0.91,0.55]]`, `"documents":[["Everybody has`}},
			{doc, `{"collection_name":"none","query":"q","k":2}`, 200, "", []string{"null"}},
			{"GET /api/v1/knowledge/", "", 200, "", []string{`"id":"kb-1"`}},
			{"GET /api/v1/knowledge/kb-2", "", 200, "", []string{"null"}},
			{"GET /api/v1/knowledge/kb-3", "", 401, "", []string{notFound}},
		}},
		"files of others": {Options{}, "bob-token", []step{
			{"GET /api/v1/files/", "", 200, "", []string{"[]"}},
			{"GET /api/v1/files/image-1", "", 404, "", []string{notFound}},
			{"GET /api/v1/files/image-1/content", "", 404, "", []string{notFound}},
		}},
		"files": {Options{}, "ann-token", []step{
			{"GET /api/v1/files/", "", 200, "", []string{`"filename":"picture.png"`}},
			{"GET /api/v1/files/image-1/content", "", 200, "image/png", []string{"PIXELS"}},
		}},
	} {
		t.Run(title, func(t *testing.T) { runAs(t, New(c.opts), c.token, c.steps) })
	}
}
