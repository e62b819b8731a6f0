package provider

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestOutward: who runs a flow on a server learns what went wrong and not where; the
// operator learns that, too.
func TestOutward(t *testing.T) {
	var reported []string
	report := func(err error) { reported = append(reported, err.Error()) }
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + ln.Addr().String()
	_ = ln.Close()
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Header.Get("User-Agent") {
		case "hang":
			<-r.Context().Done()
		case "redirect":
			http.Redirect(w, r, "http://10.1.2.3:11434/v1", http.StatusTemporaryRedirect)
		case "cut":
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("{"))
		case "page":
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte("<html>"))
		}
	}))
	defer plain.Close()
	secure := httptest.NewTLSServer(nil)
	defer secure.Close()
	address := regexp.MustCompile(`\d+\.\d+\.\d+\.\d+|:\d\d+|localhost|nowhere\.invalid`)
	for _, c := range []struct{ url, agent, want, reported string }{
		{nobody, "x", "no answer from the backend: connection refused", nobody},
		{"http://nowhere.invalid", "x", "no answer from the backend: ", "nowhere.invalid"},
		{plain.URL, "hang", "no answer from the backend: nothing moved for 50ms", plain.URL},
		{plain.URL, "cut", "the answer from the backend broke off: the connection failed; try again", plain.URL},
		{plain.URL, "redirect", "no answer from the backend: the connection failed", "10.1.2.3"},
		{plain.URL, "page", "the backend answers GET ", ""},
		{secure.URL, "x", "no answer from the backend: the connection failed", "certificate"},
	} {
		reported = nil
		silence := time.Minute
		if c.agent == "hang" {
			silence = 50 * time.Millisecond
		}
		b, err := NewBackend(c.url, Options{UserAgent: c.agent, Silence: silence, Report: report})
		if err != nil {
			t.Fatal(err)
		}
		_, err = b.Knowledge(t.Context(), "x")
		if err == nil || !strings.HasPrefix(err.Error(), c.want) || address.MatchString(err.Error()) {
			t.Errorf("%s %s: the error is %v, want %s", c.url, c.agent, err, c.want)
		}
		if c.reported != "" && (len(reported) != 1 || !strings.Contains(reported[0], c.reported)) {
			t.Errorf("%s %s: reported is %q, want %s", c.url, c.agent, reported, c.reported)
		}
		if c.url == nobody && !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("what is beneath is lost: %#v", err)
		}
		if c.url == nobody {
			if err := b.Check(t.Context()); err == nil || !strings.Contains(err.Error(), nobody) {
				t.Errorf("the operator is told %v", err)
			}
		}
	}
	g, err := NewGuard([]string{"127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	reported = nil
	_, err = NewWeb(g, nil, Options{Report: report}).Page(t.Context(), nobody)
	if err == nil || err.Error() != "fetch the page: connection refused" || len(reported) != 1 {
		t.Errorf("a page: %v, reported %q", err, reported)
	}
}

// TestIDsStay: an id leads to no other path, whatever a proxy makes of it.
func TestIDsStay(t *testing.T) {
	var asked []string
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.EscapedPath())
		_, _ = w.Write([]byte("{}"))
	}))
	defer web.Close()
	b, err := NewBackend(web.URL, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"../../auths/admin/config", "..", ".", "", `..\..\x`, "a/b", `a\b`, "/x"} {
		_, err := b.Knowledge(t.Context(), id)
		_, fileErr := b.ContentType(t.Context(), id)
		if id == "" { // asks for all of them, as the browser does
			continue
		}
		if err == nil || fileErr == nil || !strings.Contains(err.Error(), "an id that cannot be one") {
			t.Errorf("%q: %v, %v", id, err, fileErr)
		}
	}
	asked = nil
	for _, id := range []string{"7f2c0f6e-6a0f-4a8e-9a53-1f2f1f0a9a10", "Ärger & mehr", "a%2Fb"} {
		if _, err := b.Knowledge(t.Context(), id); err != nil {
			t.Errorf("%q: %v", id, err)
		}
	}
	if got := strings.Join(asked, " "); got != "/api/v1/knowledge/7f2c0f6e-6a0f-4a8e-9a53-1f2f1f0a9a10 /api/v1/knowledge/%C3%84rger%20&%20mehr /api/v1/knowledge/a%252Fb" {
		t.Errorf("asked for %s", got)
	}
}
