package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/internal/server"
	"github.com/flowctl/flowctl/internal/store"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/client/clienttest"
)

func TestStatuses(t *testing.T) {
	sentinels := []error{client.ErrUnauthorized, client.ErrForbidden, client.ErrNotFound, client.ErrInvalid, client.ErrConflict}
	for status, want := range map[int]error{
		400: client.ErrInvalid, 401: client.ErrUnauthorized, 403: client.ErrForbidden, 404: client.ErrNotFound, 405: nil,
		409: client.ErrConflict, 412: client.ErrConflict, 413: client.ErrInvalid, 415: client.ErrInvalid, 422: client.ErrInvalid, 500: nil,
	} {
		c := newClient(t, serve(t, reply(status, "application/json", `{"detail":"the server's words"}`)))
		_, err := c.Flows.Get(t.Context(), "some-id")
		for _, sentinel := range sentinels {
			if errors.Is(err, sentinel) != errors.Is(want, sentinel) {
				t.Errorf("%d matches %v: %t", status, sentinel, errors.Is(err, sentinel))
			}
		}
		var failed *client.Error
		if !errors.As(err, &failed) || failed.StatusCode != status || failed.Detail != "the server's words" || failed.Method != "GET" || failed.Path != "/api/v1/flows/some-id" {
			t.Errorf("%d: %+v", status, failed)
		}
		prefix := `get flow "some-id": `
		if !strings.HasPrefix(err.Error(), prefix) || !strings.Contains(err.Error(), fmt.Sprintf(" (%d): the server's words", status)) {
			t.Errorf("%d: message: %v", status, err)
		}
	}
}

func TestMessages(t *testing.T) {
	for _, c := range []struct {
		status      int
		kind, body  string
		want        string
		requestByID bool
	}{
		{404, "application/json", `{"detail":"We could not find what you're looking for :/"}`, `get flow "x": not found (404); check the id; it may be deleted, or private to somebody else`, true},
		{404, "text/html", `<html><head><title>404 Not Found</title>`, `list flows: not a flows server (404): text/html "404 Not Found"; check the server's address`, false},
		{401, "application/json", `{"detail":"Not authenticated"}`, `list flows: not signed in (401): Not authenticated; no token was given: sign in`, false},
		{502, "text/html; charset=utf-8", "<html>\r\n<head><title>502 Bad Gateway</title></head>", `list flows: server error (502): text/html "502 Bad Gateway"; try again later`, false},
		{500, "text/plain", "Internal Server Error", `list flows: server error (500): Internal Server Error; look into the server's log`, false},
		{500, "text/plain", "Internal Server Error", `get flow "x": server error (500): Internal Server Error; look into the server's log`, true},
		{200, "text/html", "<!doctype html>\n<title>Open WebUI</title>", `get flow "x": not a flows server (200): text/html "Open WebUI"; check its address; flows need an Open WebUI that has them (the fork kohai-io/open-webui)`, true},
		{200, "text/html", "<!doctype html>\n<title>Open WebUI</title>", `list flows: not a flows server (200): text/html "Open WebUI"; check its address; flows need an Open WebUI that has them (the fork kohai-io/open-webui)`, false},
		{200, "application/json", "", `get flow "x": unusable answer (200): empty (application/json), not a flow; check the server's address and version`, true},
		{200, "application/json", "", `list flows: unusable answer (200): empty (application/json), not a list; check the server's address and version`, false},
		{200, "application/json", `{"id":"x","name":`, `get flow "x": unusable answer (200): JSON (application/json) that breaks off or is damaged: unexpected end of JSON text at byte 17 in 17; try again`, true},
		{200, "application/json", `[1,2]`, `get flow "x": unusable answer (200): not a flow but [1,2]; check the server's address and version`, true},
		{200, "application/json", `{"detail":"x"}`, `list flows: unusable answer (200): not a list but {"detail":"x"}; check the server's address and version`, false},
		{200, "application/json", `[1]`, `list flows: unusable answer (200): not a flow but 1; check the server's address and version`, false},
		{503, "application/json", `{"error":"busy"}`, `list flows: server error (503): application/json "{\"error\":\"busy\"}"; try again later`, false},
		{418, "text/plain", "", `list flows: i'm a teapot (418): an empty answer`, false},
		{400, "application/json", `{"detail":{"a":[1]}}`, `list flows: invalid (400): {"a":[1]}; fix it and try again`, false},
	} {
		cl := newClient(t, serve(t, reply(c.status, c.kind, c.body)))
		var err error
		if c.requestByID {
			_, err = cl.Flows.Get(t.Context(), "x")
		} else {
			_, err = cl.Flows.List(t.Context(), client.ListOptions{})
		}
		if err == nil || err.Error() != c.want {
			t.Errorf("%d %s %q:\n got %v\nwant %s", c.status, c.kind, c.body, err, c.want)
		}
	}
}

// Whatever is called, a page of a front end is not an answer.
func TestNothingTakesAPageForAnAnswer(t *testing.T) {
	c := newClient(t, serve(t, reply(200, "text/html", "<!doctype html><title>Open WebUI</title>")))
	ctx := t.Context()
	one := func(_ any, err error) error { return err }
	for name, err := range map[string]error{
		"create":     one(c.Flows.Create(ctx, spec(t, twoNodes))),
		"update":     one(c.Flows.Update(ctx, "x", client.Patch{})),
		"delete":     c.Flows.Delete(ctx, "x"),
		"execute":    one(c.Flows.Execute(ctx, "x", client.ExecuteRequest{})),
		"executions": one(c.Executions.List(ctx, "x", 0)),
		"stats":      one(c.Executions.Stats(ctx, "x")),
		"execution":  one(c.Executions.Get(ctx, "x", "y")),
		"delete one": c.Executions.Delete(ctx, "x", "y"),
		"delete all": c.Executions.DeleteAll(ctx, "x"),
		"sign in":    one(c.Auth.SignIn(ctx, "a@example.com", "p")),
		"whoami":     one(c.Auth.Whoami(ctx)),
		"models":     one(c.Directory.Models(ctx)),
		"version":    one(c.Capabilities(ctx)),
	} {
		if failed := (*client.Error)(nil); !errors.As(err, &failed) || !failed.NoFlows {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An https server that is asked in http has not been reached: its 400 says nothing
// about the call.
func TestHTTPToAnHTTPSServer(t *testing.T) {
	web := httptest.NewUnstartedServer(reply(200, "application/json", "[]"))
	web.Config.ErrorLog = log.New(io.Discard, "", 0)
	web.StartTLS()
	defer web.Close()
	const nginx = `<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head>`
	const apache = `<p>Your browser sent a request that this server could not understand.<br />
Reason: You're speaking plain HTTP to an SSL-enabled server port.<br /></p>`
	cutOff := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		w.WriteHeader(400)
		_, _ = w.Write([]byte("Client sent an HTTP request to an HTTPS server."))
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	ctx := t.Context()
	for name, url := range map[string]string{
		"cut off": serve(t, http.HandlerFunc(cutOff)),
		"short": serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet {
				panic(http.ErrAbortHandler)
			}
			cutOff(w, r)
		})),
		"Go":     "http://" + strings.TrimPrefix(web.URL, "https://"),
		"nginx":  serve(t, reply(400, "text/html", nginx)),
		"Apache": serve(t, reply(400, "text/html; charset=iso-8859-1", apache)),
	} {
		c := newClient(t, url, client.WithToken("sk-secret"))
		_, list := c.Flows.List(ctx, client.ListOptions{})
		_, made := c.Flows.Create(ctx, spec(t, twoNodes))
		_, signIn := c.Auth.SignIn(ctx, "a@example.com", "p")
		for doing, err := range map[string]error{
			`list flows`: list, `create flow "Two"`: made, `sign in "a@example.com"`: signIn, `delete flow "x"`: c.Flows.Delete(ctx, "x"),
		} {
			want := doing + ": no answer: the server speaks https and was asked in http; its address must begin with https://"
			var failed *client.Error
			if !errors.As(err, &failed) || failed.StatusCode != 0 || errors.Is(err, client.ErrInvalid) || err.Error() != want {
				t.Errorf("%s: %v, want %s", name, err, want)
			}
		}
	}
	secure := newClient(t, web.URL, client.WithTransport(web.Client().Transport))
	if _, err := secure.Flows.List(ctx, client.ListOptions{}); err != nil {
		t.Error(err)
	}
}

// What a server says is not sent raw to a terminal, and not at any length.
func TestServerTextIsSafeToPrint(t *testing.T) {
	evil := `{"detail":"a\u001b[31mred\u0007\nb\u202e\u0085 ` + strings.Repeat("x", 10_000) + `"}`
	h := reply(400, "application/json", evil)
	c := newClient(t, serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", "id\u202e"+strings.Repeat("y", 1000))
		h(w, r)
	})))
	_, err := c.Flows.Get(t.Context(), "\x1b[2J"+strings.Repeat("z", 1000))
	if text := err.Error(); strings.ContainsAny(text, "\x1b\a\n\u202e\u0085") || len(text) > 1000 || !strings.Contains(text, "a[31mred b") {
		t.Errorf("message: %q", text)
	}
	var failed *client.Error
	if errors.As(err, &failed); strings.ContainsAny(failed.Detail+failed.RequestID, "\x1b\a\n") || len(failed.Detail) > 600 || len(failed.RequestID) > 100 {
		t.Errorf("fields: %q", failed)
	}
}

func TestFieldErrors(t *testing.T) {
	body := `{"detail":[` + strings.Repeat(`{"type":"missing","loc":["body","nodes",3,"id"],"msg":"Field required","input":{}},`, 6) + `{"type":"x","loc":["query"],"msg":"no"}]}`
	c := newClient(t, serve(t, reply(422, "application/json", body)))
	_, err := c.Flows.Create(t.Context(), spec(t, twoNodes))
	var failed *client.Error
	if !errors.As(err, &failed) || len(failed.Fields) != 7 || failed.Fields[0] != (client.FieldError{Field: "nodes.3.id", Message: "Field required", Type: "missing"}) || failed.Fields[6].Field != "query" {
		t.Fatalf("got %+v", failed)
	}
	if !strings.HasSuffix(err.Error(), "nodes.3.id: Field required, and 2 more; fix it and try again") {
		t.Errorf("message: %v", err)
	}
}

func TestNoServer(t *testing.T) {
	c := newClient(t, "http://127.0.0.1:1", client.WithToken("sk-secret"))
	_, err := c.Flows.List(t.Context(), client.ListOptions{})
	var failed *client.Error
	if !errors.As(err, &failed) || failed.StatusCode != 0 {
		t.Fatalf("got %v", err)
	}
	if want := "list flows: cannot reach the server: dial tcp 127.0.0.1:1: connect: connection refused; check the server's address and that it runs"; err.Error() != want {
		t.Errorf("message: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Flows.Create(ctx, spec(t, twoNodes)); !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "may have been") {
		t.Errorf("cancelled before it was sent: %v", err)
	}
}

// The token is in no error, whatever comes back.
func TestTokenIsNotSaidBack(t *testing.T) {
	const token = "sk-very-secret"
	answers := map[string]http.HandlerFunc{
		"detail":  reply(401, "application/json", `{"detail":"bad token `+token+`"}`),
		"fields":  reply(422, "application/json", `{"detail":[{"type":"`+token+`","loc":["body","`+token+`"],"msg":"`+token+`"}]}`),
		"page":    reply(200, "text/html", `<title>`+token+`</title>`),
		"value":   reply(200, "application/json", `"`+token+`"`),
		"damaged": reply(200, "application/json", `{"`+token),
		"text":    reply(500, "text/plain", token),
		"id": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Request-Id", token)
			w.WriteHeader(500)
		},
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://other.invalid/"+token+"?t="+token, http.StatusTemporaryRedirect)
		},
	}
	for name, h := range answers {
		var log strings.Builder
		c := newClient(t, serve(t, h), client.WithToken(token), client.WithDebug(&log))
		for _, err := range []error{
			func() error { _, err := c.Flows.Get(t.Context(), token); return err }(),
			func() error { _, err := c.Flows.List(t.Context(), client.ListOptions{}); return err }(),
			func() error { _, err := c.Auth.Whoami(t.Context()); return err }(),
		} {
			if err == nil {
				t.Fatalf("%s: no error", name)
			}
			if text := err.Error() + mustJSON(t, err) + fmt.Sprintf("%+v %#v", err, c); strings.Contains(text, token) {
				t.Errorf("%s: %s", name, text)
			}
			for ; err != nil; err = errors.Unwrap(err) {
				if strings.Contains(err.Error(), token) {
					t.Errorf("%s: beneath: %v", name, err)
				}
			}
		}
		if strings.Contains(log.String(), token) {
			t.Errorf("%s: log: %s", name, log.String())
		}
	}
	if text := fmt.Sprintf("%v %+v", client.Session{Token: token}, client.Session{Token: token}); strings.Contains(text, token) {
		t.Errorf("a session prints as %s", text)
	}
}

// A 500 on a list may be a flow that the real backend cannot send; our own server
// has no such flows.
func TestListHint(t *testing.T) {
	const hint = "may have stored a flow that it cannot send"
	c, b := upstream(t, clienttest.Options{})
	b.Fail(clienttest.Fault{Method: "GET", Path: "/flows/"})
	if _, err := c.Flows.List(t.Context(), client.ListOptions{}); err == nil || !strings.Contains(err.Error(), hint) {
		t.Errorf("real backend: %v", err)
	}
	// A proxy that fails leaves no mark of the server behind it.
	c, _ = ourServer(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/api/v1/flows/" {
				w.WriteHeader(http.StatusInternalServerError)
				return
			}
			next.ServeHTTP(w, r)
		})
	})
	if _, err := c.Flows.List(t.Context(), client.ListOptions{}); err == nil || strings.Contains(err.Error(), hint) {
		t.Errorf("our server: %v", err)
	}
}

// A 401 says whether a token is missing, is wrong, or is that of a pending account.
func TestSignInHints(t *testing.T) {
	st, err := store.Open(t.Context(), t.TempDir()+"/flows.db")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	user := store.User{ID: store.NewID(), Email: "pia@example.com", Name: "Pia", Role: store.RolePending}
	if err := st.AddUser(t.Context(), &user); err != nil {
		t.Fatal(err)
	}
	pending, _, err := server.NewKey(t.Context(), st, user.ID, "test")
	if err != nil {
		t.Fatal(err)
	}
	url := serve(t, server.New(st, server.Options{}))
	for token, want := range map[string]string{
		"":         "; no token was given: sign in",
		"sk-wrong": "; check the token, or sign in again",
		pending:    "pending: an admin has to let it in first; ask an administrator",
	} {
		_, err := newClient(t, url, client.WithToken(token)).Flows.List(t.Context(), client.ListOptions{})
		var failed *client.Error
		if !errors.As(err, &failed) || failed.NoToken != (token == "") || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%v; want it to end with %q", err, want)
		}
	}
}

func TestHints(t *testing.T) {
	c, b := upstream(t, clienttest.Options{KeysOff: true})
	_ = c
	keyed := newClient(t, serve(t, b), client.WithToken("sk-x"))
	if _, err := keyed.Auth.Whoami(t.Context()); !errors.Is(err, client.ErrForbidden) || !strings.Contains(err.Error(), "API key is not enabled") {
		t.Errorf("keys are off: %v", err)
	}
}
