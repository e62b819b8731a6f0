package provider

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
)

func TestIsPublic(t *testing.T) {
	for text, want := range map[string]bool{
		"8.8.8.8": true, "1.1.1.1": true, "2606:4700::1111": true,
		"127.0.0.1": false, "10.0.0.1": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false, "100.64.0.1": false,
		"0.0.0.0": false, "0.1.2.3": false, "255.255.255.255": false, "224.0.0.1": false, "198.18.0.1": false,
		"::1": false, "::": false, "fe80::1": false, "fc00::1": false, "fec0::1": false, "ff02::1": false,
		"::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "64:ff9b::a00:1": false, "2002:7f00:1::": false, "::7f00:1": false, "2001:db8::1": false,
	} {
		if got := isPublic(netip.MustParseAddr(text).Unmap()); got != want {
			t.Errorf("%s is public: %t", text, got)
		}
	}
}

func TestGuardHosts(t *testing.T) {
	for _, c := range []struct {
		allow, yes, no string
	}{
		{"", "", "http://example.com/ http://8.8.8.8/"},
		{"Example.com", "http://example.com https://EXAMPLE.com.:8443/x", "http://www.example.com http://notexample.com ftp://example.com http://u:p@example.com http:///x"},
		{"*.example.com", "http://a.example.com http://a.b.example.com", "http://example.com http://aexample.com"},
		{"*", "http://anything.test http://8.8.8.8 http://127.0.0.1", "file:///etc/passwd gopher://x"},
		{"10.0.0.0/8 fd00::1", "http://10.1.2.3 http://[fd00::1]:80/ http://[::ffff:10.0.0.1]/", "http://11.0.0.1 http://[fd00::2] http://wiki.internal"},
	} {
		g, err := NewGuard(strings.Fields(c.allow))
		if err != nil {
			t.Fatal(err)
		}
		for wanted, urls := range map[bool]string{true: c.yes, false: c.no} {
			for _, text := range strings.Fields(urls) {
				u, err := url.Parse(text)
				if err != nil {
					t.Fatal(err)
				}
				if got := g.check(u); (got == nil) != wanted {
					t.Errorf("with %q %s: %v", c.allow, text, got)
				}
			}
		}
	}
	for _, bad := range []string{"", "*.", "http://example.com", "example.com:80", "a*b", "10.0.0.0/99"} {
		if _, err := NewGuard([]string{bad}); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

// TestWebStaysOut: names, addresses and redirects that lead into the server's
// network are refused where they lead, not where they are named.
func TestWebStaysOut(t *testing.T) {
	reached := false
	inside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		reached = true
		w.Header().Set("Content-Type", "text/plain")
		_, _ = w.Write([]byte("secret"))
	}))
	defer inside.Close()
	port := inside.URL[strings.LastIndexByte(inside.URL, ':'):]
	for _, address := range []string{inside.URL, "http://localhost" + port, "http://[::ffff:127.0.0.1]" + port, "http://0.0.0.0" + port} {
		g, err := NewGuard([]string{"*"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := NewWeb(g, nil, Options{UserAgent: "test"}).Page(t.Context(), address); err == nil || !strings.Contains(err.Error(), "not a public one") {
			t.Errorf("%s: %v", address, err)
		}
	}
	for target, want := range map[string]string{
		"http://127.0.0.2" + port: "not a public one", "http://elsewhere.test/": `"elsewhere.test" is not one`, "file:///etc/passwd": "only http",
	} {
		front := httptest.NewServer(http.RedirectHandler(target, http.StatusFound))
		defer front.Close()
		for _, allow := range [][]string{{"*", "127.0.0.1"}, {"127.0.0.1", "127.0.0.2"}} {
			g, err := NewGuard(allow)
			if err != nil {
				t.Fatal(err)
			}
			_, err = NewWeb(g, nil, Options{UserAgent: "test"}).Page(t.Context(), front.URL)
			reachable := allow[1] == "127.0.0.2" && strings.Contains(target, "127.0.0.2") || allow[0] == "*" && strings.Contains(target, "elsewhere")
			if !reachable && (err == nil || !strings.Contains(err.Error(), want)) {
				t.Errorf("with %q redirected to %s: %v", allow, target, err)
			}
		}
	}
	if reached {
		t.Error("the server inside was reached")
	}
}

func TestWebText(t *testing.T) {
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind, body, _ := strings.Cut(strings.TrimPrefix(r.URL.RawQuery, "t="), "&")
		body, _ = url.QueryUnescape(body)
		w.Header().Set("Content-Type", kind)
		if r.URL.Path == "/big" {
			body = strings.Repeat("x", maxPage+1)
		}
		_, _ = w.Write([]byte(body))
	}))
	defer web.Close()
	g, err := NewGuard([]string{"127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	w := NewWeb(g, nil, Options{UserAgent: "test"})
	for path, want := range map[string]string{
		"/?t=text/plain&" + url.QueryEscape("a  <b>"): "a  <b>",
		"/?t=text/html&" + url.QueryEscape("<title>T</title><style>no</style><p>one <b>two</b></p><script>no</script>&lt;x&gt;"): "one\ntwo\n<x>",
		"/?t=application/json&{}": "{}",
		"/?t=image/png&x":         "no text",
		"/big?t=text/plain&":      "larger than",
	} {
		answer, err := w.Page(t.Context(), web.URL+path)
		if err != nil {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v", path, err)
			}
			continue
		}
		var p page
		if err := json.Unmarshal(answer, &p); err != nil || !p.Status || p.File.Data.Content != want {
			t.Errorf("%s: %s, %v; want %q", path, answer, err, want)
		}
		if strings.Contains(path, "title") && p.File.Meta.Name != "T" {
			t.Errorf("the title is %q", p.File.Meta.Name)
		}
	}
	if _, err := w.Search(t.Context(), "x"); err == nil {
		t.Error("it can search")
	}
}
