package server

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/internal/store"
)

// TestInvalidBodies: a 422 lists every fault, with the place and the value.
func TestInvalidBodies(t *testing.T) {
	f := newFixture(t, Options{})
	id := f.create(f.ann, `{"name":"there"}`)
	const create, imp = "/api/v1/flows/create", "/api/v1/flows/import"
	deep := strings.Repeat("[", rawjson.MaxDepth) + strings.Repeat("]", rawjson.MaxDepth)
	list, dict, text := "Input should be a valid list", "Input should be a valid dictionary", "Input should be a valid string"
	for _, c := range []struct {
		path, body string
		want       string // the faults
	}{
		{create, ``, `{"type":"missing","loc":["body"],"msg":"Field required","input":null}`},
		{create, `{}`, `{"type":"missing","loc":["body","name"],"msg":"Field required","input":null}`},
		{create, `[1]`, `{"type":"model_attributes_type","loc":["body"],"msg":"` + dict + `","input":[1]}`},
		{create, `"x"`, `{"type":"model_attributes_type","loc":["body"],"msg":"` + dict + `","input":"x"}`},
		{create, `{"name":1}`, `{"type":"string_type","loc":["body","name"],"msg":"` + text + `","input":1}`},
		{create, `{"name":null}`, `{"type":"string_type","loc":["body","name"],"msg":"` + text + `","input":null}`},
		{create, `{"name":""}`, `{"type":"string_too_short","loc":["body","name"],"msg":"String should have at least 1 character that is not blank","input":""}`},
		{create, `{"name":" \t\u00a0\n"}`, `{"type":"string_too_short","loc":["body","name"],"msg":"String should have at least 1 character that is not blank","input":" \t\u00a0\n"}`},
		{create, `{"name":"a\ud800"}`, `{"type":"string_unicode","loc":["body","name"],"msg":"Input should be a valid string without lone surrogates","input":"a\ud800"}`},
		{create, `{"name":"a\u0000"}`, `{"type":"string_unicode","loc":["body","name"],"msg":"Input should be a valid string without NUL characters","input":"a\u0000"}`},
		{create, `{"name":"x","description":{}}`, `{"type":"string_type","loc":["body","description"],"msg":"` + text + `","input":{}}`},
		{
			create, `{"name":7,"nodes":{},"edges":[1,{},null,"e"],"meta":[],"access_control":"all"}`,
			`{"type":"string_type","loc":["body","name"],"msg":"` + text + `","input":7},` +
				`{"type":"list_type","loc":["body","nodes"],"msg":"` + list + `","input":{}},` +
				`{"type":"dict_type","loc":["body","edges",0],"msg":"` + dict + `","input":1},` +
				`{"type":"dict_type","loc":["body","edges",2],"msg":"` + dict + `","input":null},` +
				`{"type":"dict_type","loc":["body","edges",3],"msg":"` + dict + `","input":"e"},` +
				`{"type":"dict_type","loc":["body","meta"],"msg":"` + dict + `","input":[]},` +
				`{"type":"dict_type","loc":["body","access_control"],"msg":"` + dict + `","input":"all"}`,
		},
		{
			create, `{"name":"x","access_control":{"read":[],"write":{"user_ids":["a",2],"group_ids":"g"},"Read":{}}}`,
			`{"type":"extra_forbidden","loc":["body","access_control","Read"],"msg":"Key should be written read","input":{}},` +
				`{"type":"dict_type","loc":["body","access_control","read"],"msg":"` + dict + `","input":[]},` +
				`{"type":"string_type","loc":["body","access_control","write","user_ids",1],"msg":"` + text + `","input":2},` +
				`{"type":"list_type","loc":["body","access_control","write","group_ids"],"msg":"` + list + `","input":"g"}`,
		},
		{create, `{"name":"x"`, `{"type":"json_invalid","loc":["body",11],"msg":"JSON decode error: unexpected end of JSON text, want ',' or '}'","input":{}}`},
		{create, "{\"name\":\"\xff\"}", `{"type":"json_invalid","loc":["body",9],"msg":"JSON decode error: invalid UTF-8","input":{}}`},
		{create, "\ufeff{}", `{"type":"json_invalid","loc":["body",0],"msg":"JSON decode error: unexpected character '\\ufeff', want a JSON value","input":{}}`},
		{create, `{"name":"x"} {}`, `{"type":"json_invalid","loc":["body",13],"msg":"JSON decode error: unexpected character '{' after the JSON value","input":{}}`},
		{create, `{"name":"x","nodes":[],"nodes":[]}`, `{"type":"json_invalid","loc":["body",23],"msg":"JSON decode error: duplicate key \"nodes\"","input":{}}`},
		{create, `{"name":"x","meta":{"a":1,"\u0061":2}}`, `{"type":"json_invalid","loc":["body",26],"msg":"JSON decode error: duplicate key \"a\"","input":{}}`},
		{create, `{"name":"x","nodes":` + deep + `}`, `{"type":"json_invalid","loc":["body",1019],"msg":"JSON decode error: nested deeper than 1000 levels","input":{}}`},
		{imp, `{}`, `{"type":"missing","loc":["body","flow"],"msg":"Field required","input":null}`},
		{imp, `{"version":"1.0","exportedAt":5}`, `{"type":"missing","loc":["body","flow"],"msg":"Field required","input":null}`},
		{imp, `{"flow":[]}`, `{"type":"dict_type","loc":["body","flow"],"msg":"` + dict + `","input":[]}`},
		{imp, `{"version":"2.0","flow":{}}`, `{"type":"value_error","loc":["body","version"],"msg":"Value error, this server reads flow files of version 1","input":"2.0"}`},
		{imp, `{"version":"x","flow":{}}`, `{"type":"value_error","loc":["body","version"],"msg":"Value error, this server reads flow files of version 1","input":"x"}`},
		{imp, `{"version":1,"flow":{"nodes":3}}`, `{"type":"string_type","loc":["body","version"],"msg":"` + text + `","input":1}`},
		{imp, `{"flow":{"name":" ","nodes":[3]}}`, `{"type":"string_too_short","loc":["body","flow","name"],"msg":"String should have at least 1 character that is not blank","input":" "},` +
			`{"type":"dict_type","loc":["body","flow","nodes",0],"msg":"` + dict + `","input":3}`},
		{imp, `{"nodes":3}`, `{"type":"list_type","loc":["body","nodes"],"msg":"` + list + `","input":3}`},
		{"/api/v1/flows/" + id, `{"name":"","nodes":null}`, `{"type":"string_too_short","loc":["body","name"],"msg":"String should have at least 1 character that is not blank","input":""},` +
			`{"type":"list_type","loc":["body","nodes"],"msg":"` + list + `","input":null}`},
		{"/api/v1/flows/" + id + "/duplicate", `{"name":[]}`, `{"type":"string_type","loc":["body","name"],"msg":"` + text + `","input":[]}`},
		{"/api/v1/flows/" + id + "/execute", `[]`, `{"type":"model_attributes_type","loc":["body"],"msg":"` + dict + `","input":[]}`},
		{"/api/v1/auths/signin", `{"email":"` + strings.Repeat("e", 255) + `","password":""}`, `{"type":"string_too_long","loc":["body","email"],"msg":"String should have at most 254 bytes","input":null}`},
		{"/api/v1/auths/signin", `{"email":["hunter2"]}`, `{"type":"string_type","loc":["body","email"],"msg":"` + text + `","input":null},` +
			`{"type":"missing","loc":["body","password"],"msg":"Field required","input":null}`},
	} {
		r := f.want(422, f.ann, "POST", c.path, c.body, "Content-Type", "application/json")
		if want := `{"detail":[` + c.want + `]}`; r.text() != want {
			t.Errorf("%.80s answered\n%s\nwant\n%s", c.body, r.body, want)
		}
	}
	if r := f.want(200, f.ann, "GET", "/api/v1/flows/", ""); r.header.Get("X-Total-Count") != "1" {
		t.Errorf("there are %s flows, want the 1 that was made", r.header.Get("X-Total-Count"))
	}
	if got := f.want(200, f.ann, "GET", "/api/v1/flows/"+id, "").field(t, "name"); got != `"there"` {
		t.Errorf("a refused update changed the name to %s", got)
	}
}

// TestFaultsAreBounded: a small body must not make a large answer.
func TestFaultsAreBounded(t *testing.T) {
	f := newFixture(t, Options{})
	many := f.want(422, f.ann, "POST", "/api/v1/flows/create", `{"name":"x","nodes":[`+strings.Repeat("1,", 4000)+`1]}`)
	var faults struct{ Detail []struct{ Msg string } }
	if err := json.Unmarshal(many.body, &faults); err != nil {
		t.Fatal(err)
	}
	if n := len(faults.Detail); n != maxFaults+1 || faults.Detail[n-1].Msg != "There are more faults, which are left out" {
		t.Errorf("got %d faults, the last %q", n, faults.Detail[n-1].Msg)
	}
	long := f.want(422, f.ann, "POST", "/api/v1/flows/create", `{"name":"x","nodes":"`+strings.Repeat("é", 4000)+`"}`)
	if n := len(long.body); n > 3*maxInput {
		t.Errorf("a long value made an answer of %d bytes", n)
	}
}

func TestBodyLimits(t *testing.T) {
	f := newFixture(t, Options{MaxBody: 1 << 10})
	fits := `{"name":"x","meta":{"a":"` + strings.Repeat("x", 1024-28) + `"}}`
	if len(fits) != 1024 {
		t.Fatalf("the body has %d bytes", len(fits))
	}
	const path = "/api/v1/flows/create"
	f.want(200, f.ann, "POST", path, fits)
	for name, body := range map[string]io.Reader{
		"with its length": strings.NewReader(fits + " "),
		"in chunks":       unsized{strings.NewReader(fits + " ")},
		"endless":         unsized{io.MultiReader(strings.NewReader(fits), endless{})},
	} {
		req, err := http.NewRequestWithContext(t.Context(), "POST", f.url+path, body)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+f.ann.key)
		if r := f.send(req); r.status != 413 || r.text() != `{"detail":"The body is larger than 1 KiB"}` {
			t.Errorf("%s: answered %d %s", name, r.status, r.body)
		}
	}
}

// endless is a body without an end.
type endless struct{}

func (endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = ' '
	}
	return len(b), nil
}

func TestContentTypes(t *testing.T) {
	f := newFixture(t, Options{})
	for _, c := range []struct {
		contentType string
		want        int
	}{
		{"application/json", 200},
		{"Application/JSON; charset=UTF-8", 200},
		{"application/merge-patch+json", 200},
		{"", 200},
		{"application/json; charset=latin1", 415},
		{"application/x-www-form-urlencoded", 415},
		{"multipart/form-data; boundary=x", 415},
		{"text/plain", 415},
		{"text/json", 415},
		{"image/svg+xml", 415},
		{"; nonsense", 415},
	} {
		f.want(c.want, f.ann, "POST", "/api/v1/flows/create", `{"name":"x"}`, "Content-Type", c.contentType)
	}
	f.want(415, f.ann, "POST", "/api/v1/flows/create", `{"name":"x"}`, "Content-Encoding", "gzip")
	id := f.create(f.ann, hello)
	f.want(415, f.ann, "POST", "/api/v1/flows/"+id+"/duplicate", `{"name":"x"}`, "Content-Type", "text/plain")
	f.want(200, f.ann, "POST", "/api/v1/flows/"+id+"/duplicate", "", "Content-Type", "application/x-www-form-urlencoded")
}

func TestPathsAndMethods(t *testing.T) {
	f := newFixture(t, Options{})
	id := f.create(f.ann, hello)
	for _, path := range []string{
		"/", "/nowhere", "/api/v1/flows/" + id + "/", "/api/v1/flows/" + id + "/nothing", "/api/v1/flows/create/", "/api/v1//flows/",
		"/api/v1/./flows/", "/api/v1/flows/../flows/", "/docs/../health", "/docs/embed.go", "/docs/swagger-ui.css.gz",
		"/api/v1/flows/" + id + "/executions/", "/API/v1/flows/", "/health/",
	} {
		if r := f.want(404, f.ann, "GET", path, ""); r.text() != `{"detail":"Not Found"}` {
			t.Errorf("%s answered %s", path, r.body)
		}
	}
	for _, id := range []string{"nope", "a%00b", "%ff", "a%2Fb", strings.Repeat("x", 3000)} {
		f.want(404, f.ann, "GET", "/api/v1/flows/"+id, "")
	}
	execution := f.want(200, f.ann, "POST", "/api/v1/flows/"+id+"/executions", `{"status":"success"}`).id(t)
	for _, rt := range f.srv.routes() {
		path := strings.NewReplacer("{$}", "", "{id}", id, "{execution}", execution, "{version}", "1", "{name}", "x", "{user}", f.ann.id, "{asset}", "docs.js").Replace(rt.path)
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FROB"} {
			if rt.methods[method] != nil && method != "GET" {
				continue // has tests of its own
			}
			want := 405
			switch {
			case method == "OPTIONS":
				want = 204
			case rt.path == "/docs/{$}" && (method == "GET" || method == "HEAD"):
				want = 301
			case rt.methods["GET"] != nil && (method == "GET" || method == "HEAD"):
				want = 200
			}
			r := f.want(want, f.ann, method, path, "") // Allow is checked by the contract
			if want == 405 && method != "HEAD" && r.text() != `{"detail":"Method Not Allowed"}` {
				t.Errorf("%s %s answered %s", method, path, r.body)
			}
		}
	}
}

// TestHeadIsGetWithoutBody compares the headers.
func TestHeadIsGetWithoutBody(t *testing.T) {
	f := newFixture(t, Options{})
	id := f.create(f.ann, hello)
	for _, path := range []string{"/api/v1/flows/" + id, "/api/v1/flows/", "/api/v1/flows/" + id + "/export", "/openapi.json"} {
		get, head := f.want(200, f.ann, "GET", path, ""), f.want(200, f.ann, "HEAD", path, "")
		for _, h := range []http.Header{get.header, head.header} {
			h.Del("X-Request-Id")
			h.Del("Date")
		}
		if !reflect.DeepEqual(get.header, head.header) || len(head.body) > 0 {
			t.Errorf("HEAD %s: %v and %d bytes, GET %v", path, head.header, len(head.body), get.header)
		}
	}
}

// FuzzDraft: whatever the body, parsing it neither panics nor lets anything through
// that does not come back.
func FuzzDraft(f *testing.F) {
	for _, seed := range []string{
		hello, `{}`, `[]`, `{"name":"\ud800"}`, `{"nodes":[{}, 1e400 ,"]"]}`, `{"access_control":{"read":{"user_ids":["a"]}}}`, `{"x":[1.0 , {"a" : null}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		o, err := parseBody(body)
		if (err == nil) != (rawjson.Check(body) == nil && body[firstByte(body)] == '{') {
			t.Fatalf("parse says %v, Check %v", err, rawjson.Check(body))
		}
		if err != nil {
			if rawjson.Check(appendFaults(nil, asProblem(err).faults)) != nil {
				t.Fatalf("faults are no JSON: %s", appendFaults(nil, asProblem(err).faults))
			}
			return
		}
		compact := map[string]string{}
		for _, m := range o {
			compact[m.Key] = string(rawjson.AppendCompact(nil, m.Value))
		}
		d, faults := parseDraft(o, "body")
		if faults != nil {
			if rawjson.Check(appendFaults(nil, faults)) != nil {
				t.Fatalf("faults are no JSON: %s", appendFaults(nil, faults))
			}
			return
		}
		stored := d.flow("u", "default")
		stored.Fill()
		a := new(answer)
		a.flow(stored, false)
		answer := a.buf
		back, err := rawjson.ParseObject(answer)
		if err != nil {
			t.Fatalf("answer %s: %v", answer, err)
		}
		for key, want := range compact {
			switch key {
			case "id", "user_id", "created_at", "updated_at", "name", "description":
				continue
			case "meta":
				if want == "null" {
					continue
				}
			}
			if got, _ := back.Get(key); !bytes.Equal(got, []byte(want)) {
				t.Fatalf("%q came back as %s, want %s", key, got, want)
			}
		}
	})
}

func firstByte(b []byte) int { return len(b) - len(bytes.TrimLeft(b, " \t\r\n")) }

// TestBodyThatDoesNotCome: one that is late is a 408, one that breaks off a 400,
// and neither makes anything.
func TestBodyThatDoesNotCome(t *testing.T) {
	f := newFixture(t, Options{})
	f.srv.userTime = 200 * time.Millisecond
	web := httptest.NewServer(f.srv)
	t.Cleanup(web.Close)
	for _, c := range []struct {
		breakOff bool
		want     int
	}{{false, 408}, {true, 400}} {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", web.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		_, err = fmt.Fprintf(conn, "POST /api/v1/flows/create HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 99\r\n\r\n{\"name\":", f.ann.key)
		if err == nil && c.breakOff {
			err = conn.(*net.TCPConn).CloseWrite()
		}
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		if err == nil {
			err = loadContract(t).check("POST", "/api/v1/flows/create", resp.StatusCode, resp.Header, body)
		}
		if err != nil || resp.StatusCode != c.want {
			t.Errorf("answered %d %s, %v, want %d", resp.StatusCode, body, err, c.want)
		}
	}
	if r := f.want(200, f.ann, "GET", "/api/v1/flows/", ""); r.text() != "[]" {
		t.Errorf("there are flows: %s", r.body)
	}
}

// TestBrokenStore: what the database cannot do is a 500, or a 503 when it only takes
// no writes, and neither tells why.
func TestBrokenStore(t *testing.T) {
	f := newFixture(t, Options{})
	id := f.create(f.ann, hello) // and the key is in the cache
	if err := f.st.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range [][3]string{
		{"GET", "/"}, {"GET", "/accessible"}, {"GET", "/" + id}, {"GET", "/" + id + "/export"}, {"DELETE", "/" + id},
		{"POST", "/" + id, hello}, {"POST", "/" + id + "/duplicate"}, {"POST", "/" + id + "/execute"},
	} {
		r := f.want(500, f.ann, c[0], "/api/v1/flows"+c[1], c[2])
		if want := `{"detail":"Internal Server Error","request_id":"` + r.header.Get("X-Request-Id") + `"}`; r.text() != want {
			t.Errorf("%s %s answered %s, want %s", c[0], c[1], r.body, want)
		}
	}
	for _, path := range []string{"/create", "/import"} {
		if r := f.want(503, f.ann, "POST", "/api/v1/flows"+path, hello); r.text() != `{"detail":"The database is not available at present"}` {
			t.Errorf("%s answered %s", path, r.body)
		}
	}
}

// TestUnavailable: a database that does not answer is a 503, which says when to try
// again and nothing of the inside.
func TestUnavailable(t *testing.T) {
	f := newFixture(t, Options{})
	for _, err := range []error{store.ErrUnavailable, store.ErrLocked, store.ErrFull, context.DeadlineExceeded} {
		w := httptest.NewRecorder()
		c := &call{ResponseWriter: w, s: f.srv, r: httptest.NewRequest("GET", "/", nil)}
		c.fail(fmt.Errorf("ask 10.1.2.3: %w", err))
		if w.Code != 503 || w.Header().Get("Retry-After") != "5" || w.Body.String() != `{"detail":"The database is not available at present"}` {
			t.Errorf("%v is answered %d %s, Retry-After %q", err, w.Code, w.Body, w.Header().Get("Retry-After"))
		}
	}
}
