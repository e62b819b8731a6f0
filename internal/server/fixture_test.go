package server

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/internal/store"
)

// fixture is a server over a new database, with an admin and two users.
type fixture struct {
	t     *testing.T
	path  string // of the database
	st    *store.Store
	srv   *Server
	url   string
	admin caller
	ann   caller
	ben   caller
}

// caller is a user who can call.
type caller struct {
	id  string
	key string
}

func newStore(tb testing.TB) *store.Store {
	tb.Helper()
	return openStore(tb, filepath.Join(tb.TempDir(), "flows.db"))
}

func openStore(tb testing.TB, path string) *store.Store {
	tb.Helper()
	st, err := store.Open(tb.Context(), path)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = st.Close() })
	return st
}

func newFixture(t *testing.T, opts Options) *fixture {
	t.Helper()
	path := filepath.Join(t.TempDir(), "flows.db")
	st := openStore(t, path)
	f := &fixture{t: t, path: path, st: st, srv: New(st, opts)}
	f.admin = addUser(t, st, "admin@example.org", store.RoleAdmin)
	f.ann = addUser(t, st, "ann@example.org", store.RoleUser)
	f.ben = addUser(t, st, "ben@example.org", store.RoleUser)
	web := httptest.NewServer(f.srv)
	t.Cleanup(web.Close)
	f.url = web.URL
	return f
}

func addUser(tb testing.TB, st *store.Store, email string, role store.Role) caller {
	tb.Helper()
	name, _, _ := strings.Cut(email, "@")
	u := store.User{Email: email, Name: name, Role: role}
	if err := st.AddUser(tb.Context(), &u); err != nil {
		tb.Fatal(err)
	}
	key, _, err := NewKey(tb.Context(), st, u.ID, "test")
	if err != nil {
		tb.Fatal(err)
	}
	return caller{id: u.ID, key: key}
}

// reply is an answer that is in the contract.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// text is the body.
func (r reply) text() string { return string(r.body) }

// field returns a member of the body, as JSON.
func (r reply) field(t *testing.T, name string) string {
	t.Helper()
	var m map[string]json.RawMessage
	if err := json.Unmarshal(r.body, &m); err != nil {
		t.Fatalf("body %s: %v", r.body, err)
	}
	return string(m[name])
}

// id is the id in the body.
func (r reply) id(t *testing.T) string {
	t.Helper()
	return strings.Trim(r.field(t, "id"), `"`)
}

// call sends a request as who (none for the zero caller) and holds the answer
// against the contract. header has names and values in turn.
func (f *fixture) call(who caller, method, path, body string, header ...string) reply {
	f.t.Helper()
	req, err := http.NewRequestWithContext(f.t.Context(), method, f.url+path, bodyOf(body))
	if err != nil {
		f.t.Fatal(err)
	}
	if who.key != "" {
		req.Header.Set("Authorization", "Bearer "+who.key)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		if header[i+1] == "" {
			req.Header.Del(header[i])
			continue
		}
		req.Header.Add(header[i], header[i+1])
		if header[i] == "Content-Type" {
			req.Header.Set(header[i], header[i+1])
		}
	}
	return f.send(req)
}

func (f *fixture) send(req *http.Request) reply {
	f.t.Helper()
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	r := reply{status: resp.StatusCode, header: resp.Header, body: b}
	if err := loadContract(f.t).check(req.Method, req.URL.EscapedPath(), r.status, r.header, b); err != nil {
		f.t.Errorf("%s %s answered %d %.300s: %v", req.Method, req.URL, r.status, b, err)
	}
	return r
}

// want is call, and fails unless the status is as given.
func (f *fixture) want(status int, who caller, method, path, body string, header ...string) reply {
	f.t.Helper()
	r := f.call(who, method, path, body, header...)
	if r.status != status {
		f.t.Fatalf("%s %s answered %d %.300s, want %d", method, path, r.status, r.body, status)
	}
	return r
}

// create makes a flow and returns its id.
func (f *fixture) create(who caller, body string) string {
	f.t.Helper()
	return f.want(200, who, "POST", "/api/v1/flows/create", body).id(f.t)
}

func bodyOf(s string) io.Reader {
	if s == "" {
		return nil
	}
	return bytes.NewReader([]byte(s))
}

// unsized hides a body's length, so that it is sent in chunks.
type unsized struct{ io.Reader }

// writePEM writes a certificate and its key where opts says.
func writePEM(t *testing.T, opts ServeOptions, pair tls.Certificate) {
	t.Helper()
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	for path, block := range map[string]*pem.Block{
		opts.CertFile: {Type: "CERTIFICATE", Bytes: pair.Certificate[0]},
		opts.KeyFile:  {Type: "PRIVATE KEY", Bytes: key},
	} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
