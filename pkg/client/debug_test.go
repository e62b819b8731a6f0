package client_test

import (
	"bytes"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/client/clienttest"
)

func TestDebug(t *testing.T) {
	b := clienttest.New(clienttest.Options{})
	var log bytes.Buffer
	url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", "req-1")
		b.ServeHTTP(w, r)
	}))
	c := newClient(t, url, client.WithToken("ann-token"), client.WithDebug(&log),
		// net/http tries a GET again by itself on a connection that was used before.
		client.WithTransport(&http.Transport{DisableKeepAlives: true}))
	create(t, c, twoNodes)
	b.Fail(clienttest.Fault{Method: "GET", Drop: true})
	b.Fail(clienttest.Fault{Method: "GET", Status: 503})
	if _, err := c.Flows.List(t.Context(), client.ListOptions{Search: "two words"}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Auth.SignIn(t.Context(), "ann@example.com", "ann-token"); err != nil {
		t.Fatal(err)
	}
	const took = ` [0-9.]+(µs|ms|s) `
	for i, want := range []string{
		`GET URL/api/version 200` + took + `20B request-id=req-1`,
		`POST URL/api/v1/flows/create 200` + took + `\d\d\dB request-id=req-1`,
		`GET URL/api/v1/flows/\?limit=1000&q=two\+words failed` + took + `error="EOF"`,
		`GET URL/api/v1/flows/\?limit=1000&q=two\+words 503` + took + `0B request-id=req-1 try=2`,
		`GET URL/api/v1/flows/\?limit=1000&q=two\+words 200` + took + `\d\d\dB request-id=req-1 try=3`,
		`POST URL/api/v1/auths/signin 200` + took + `\d+B request-id=req-1`,
		``,
	} {
		line := strings.Split(log.String(), "\n")[i]
		if !regexp.MustCompile("^" + strings.ReplaceAll(want, "URL", regexp.QuoteMeta(url)) + "$").MatchString(line) {
			t.Errorf("line %d: %s\nwant %s", i, line, want)
		}
	}
	if strings.Contains(log.String(), "ann-token") {
		t.Errorf("the token is in the log: %s", log.String())
	}
}

// A redirect of a sign-on service carries secrets in its query.
func TestDebugHidesQueries(t *testing.T) {
	var log bytes.Buffer
	c := newClient(t, serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("code") == "" {
			http.Redirect(w, r, r.URL.Path+"?code=hush&limit=1", http.StatusTemporaryRedirect)
			return
		}
		reply(200, "application/json", "[]")(w, r)
	})), client.WithDebug(&log))
	if _, err := c.Flows.List(t.Context(), client.ListOptions{}); err != nil {
		t.Fatal(err)
	}
	if text := log.String(); strings.Contains(text, "hush") || !strings.Contains(text, "?code=…&limit=1 200 ") {
		t.Errorf("log: %s", text)
	}
}

func TestDebugLinesDoNotMix(t *testing.T) {
	var log bytes.Buffer // not safe by itself: the race detector watches
	c := our(t, client.WithDebug(&log))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 10 {
				if _, err := c.Flows.List(t.Context(), client.ListOptions{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	lines := strings.Split(strings.TrimSuffix(log.String(), "\n"), "\n")
	if len(lines) != 80 {
		t.Errorf("%d lines", len(lines))
	}
	for _, line := range lines {
		if !strings.HasPrefix(line, "GET http://") || strings.Count(line, "GET") != 1 {
			t.Errorf("line %q", line)
		}
	}
}
