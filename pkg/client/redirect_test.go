package client_test

import (
	"crypto/tls"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/client/clienttest"
)

// other counts what reaches a server that is none of the client's business.
func other(t *testing.T) (string, *atomic.Int32) {
	var hits atomic.Int32
	u := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		hits.Add(1)
		reply(200, "application/json", "[]")(w, nil)
	}))
	return u, &hits
}

func TestRedirectsToOtherHostsAreNotFollowed(t *testing.T) {
	there, hits := other(t)
	port := there[strings.LastIndex(there, ":"):]
	for _, target := range []string{there, "http://localhost" + port, "http://sub.127.0.0.1.invalid" + port} {
		for _, status := range []int{301, 302, 303, 307, 308} {
			here := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, target+r.URL.Path+"?secret=1", status)
			}))
			c := newClient(t, here, client.WithToken("sk-secret"))
			_, err := c.Flows.List(t.Context(), client.ListOptions{})
			var failed *client.Error
			if !errors.As(err, &failed) || failed.StatusCode != status || !strings.Contains(err.Error(), "not followed to "+target+",") || strings.Contains(err.Error(), "secret") {
				t.Errorf("%d to %s: %v", status, target, err)
			}
			if _, err := c.Flows.Create(t.Context(), spec(t, twoNodes)); err == nil {
				t.Errorf("%d to %s: Create went through", status, target)
			}
		}
	}
	if hits.Load() != 0 {
		t.Errorf("the other server was asked %d times", hits.Load())
	}
}

// A redirect within the server is followed, with the token, the body and the key.
func TestRedirectWithinTheServer(t *testing.T) {
	b := clienttest.New(clienttest.Options{})
	c := newClient(t, serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if rest, ok := strings.CutPrefix(r.URL.Path, "/old"); ok {
			http.Redirect(w, r, rest, http.StatusPermanentRedirect)
			return
		}
		b.ServeHTTP(w, r)
	}))+"/old", client.WithToken("ann-token"))
	create(t, c, twoNodes)
	if got := listNames(t, c); got != "Two" {
		t.Errorf("listed %s", got)
	}
}

// A 302 makes a GET of a POST, which would be another call.
func TestRedirectThatChangesTheMethod(t *testing.T) {
	var gets atomic.Int32
	c := newClient(t, serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/version" {
			_, _ = w.Write([]byte(`{"version":"0.6.36"}`))
			return
		}
		if r.Method == http.MethodGet {
			gets.Add(1)
		}
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	})))
	_, err := c.Flows.Create(t.Context(), spec(t, twoNodes))
	if err == nil || !strings.Contains(err.Error(), "the POST would become a GET") || gets.Load() != 0 {
		t.Errorf("%d GETs, %v", gets.Load(), err)
	}
}

func TestRedirectLoop(t *testing.T) {
	var n atomic.Int32
	c := newClient(t, serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n.Add(1)
		http.Redirect(w, r, r.URL.Path, http.StatusTemporaryRedirect)
	})))
	if _, err := c.Flows.List(t.Context(), client.ListOptions{}); err == nil || n.Load() > 6 {
		t.Errorf("after %d redirects: %v", n.Load(), err)
	}
}

// From http to https on the same host is an upgrade, the other way is not.
func TestRedirectBetweenSchemes(t *testing.T) {
	b := clienttest.New(clienttest.Options{})
	var to atomic.Value
	redirect := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, to.Load().(string)+r.URL.Path, http.StatusTemporaryRedirect)
	})
	plain := serve(t, redirect)
	secure := httptest.NewTLSServer(b)
	t.Cleanup(secure.Close)
	trust := client.WithTransport(&http.Transport{TLSClientConfig: &tls.Config{RootCAs: secure.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}})

	to.Store(secure.URL)
	c := newClient(t, plain, client.WithToken("ann-token"), trust)
	create(t, c, twoNodes)
	if got := listNames(t, c); got != "Two" {
		t.Errorf("listed %s", got)
	}

	downgrade := httptest.NewTLSServer(redirect)
	t.Cleanup(downgrade.Close)
	there, hits := other(t)
	to.Store(there)
	c = newClient(t, downgrade.URL, client.WithToken("ann-token"), trust)
	if _, err := c.Flows.List(t.Context(), client.ListOptions{}); err == nil || !strings.Contains(err.Error(), "unencrypted") || hits.Load() != 0 {
		t.Errorf("%d requests, %v", hits.Load(), err)
	}
}

// Surprise 7: without the slash the list is a 307 to wherever the Host header
// says; behind a front end it is a page. The client asks with the slash.
func TestExactPaths(t *testing.T) {
	for _, opts := range []clienttest.Options{{}, {FrontEnd: true}} {
		b := clienttest.New(opts)
		base := serve(t, b)
		c := newClient(t, base, client.WithToken("ann-token"))
		f := create(t, c, twoNodes)
		if got := listNames(t, c); got != "Two" {
			t.Errorf("listed %s", got)
		}
		if err := c.Flows.Delete(t.Context(), f.ID); err != nil {
			t.Error(err)
		}
		// What the client would get with a wrong address.
		resp, err := http.Get(base + "/api/v1/flows")
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		page := strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html")
		if page != opts.FrontEnd {
			t.Errorf("front end %t: %s", opts.FrontEnd, resp.Header.Get("Content-Type"))
		}
		wrong := newClient(t, base+"/wrong", client.WithToken("ann-token"))
		_, err = wrong.Flows.List(t.Context(), client.ListOptions{})
		if failed := (*client.Error)(nil); !errors.As(err, &failed) || !failed.NoFlows {
			t.Errorf("front end %t: %v", opts.FrontEnd, err)
		}
	}
}

func TestPathPrefix(t *testing.T) {
	b := clienttest.New(clienttest.Options{})
	mux := http.NewServeMux()
	mux.Handle("/webui/", http.StripPrefix("/webui", b))
	for _, slash := range []string{"", "/", "//"} {
		c := newClient(t, serve(t, mux)+"/webui"+slash, client.WithToken("ann-token"))
		if u, err := url.Parse(c.BaseURL()); err != nil || u.Path != "/webui" {
			t.Errorf("base URL is %s", c.BaseURL())
		}
		create(t, c, twoNodes)
		if _, err := c.Capabilities(t.Context()); err != nil {
			t.Error(err)
		}
	}
}
