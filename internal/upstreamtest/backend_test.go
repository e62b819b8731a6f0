package upstreamtest

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
	for _, s := range steps {
		method, path, _ := strings.Cut(s.request, " ")
		if ids := b.Stored(); len(ids) > 0 {
			path = strings.ReplaceAll(path, "{id}", ids[len(ids)-1])
		}
		r := httptest.NewRequest(method, path, strings.NewReader(s.body))
		r.Header.Set("Authorization", "bearer admin-token")
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

// The observations about the real backend, by their numbers there.
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

func TestSigningIn(t *testing.T) {
	b := New(Options{KeysOff: true, Users: []User{{ID: "p", Role: "pending", Token: "p-token"}, {ID: "u", Role: "user", Token: "u-token"}}})
	for _, c := range []struct {
		header, cookie string
		status         int
		detail         string
	}{
		{"", "", 401, "Not authenticated"},
		{"Bearer wrong", "", 401, "401 Unauthorized"}, //nolint:misspell // its own words
		{"Bearer p-token", "", 401, noPermission},
		{"BEARER u-token", "", 200, ""},
		{"", "u-token", 200, ""},
		{"Bearer sk-key", "", 403, "API key is not enabled"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/api/v1/auths/", nil)
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
