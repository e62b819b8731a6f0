package main

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// scriptMeanwhile puts a proxy before the script's server that lets something happen
// in between: when the first request METHOD of flows arrives, it runs sh FILE, to
// which FLOWCTL_SERVER is the server itself, and then hands the request on.
func scriptMeanwhile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: meanwhile METHOD FILE")
	}
	target, err := url.Parse(ts.Getenv("FLOWCTL_SERVER"))
	ts.Check(err)
	sh := exec.Command("sh", ts.MkAbs(args[1])) //nolint:gosec // the test's own
	sh.Dir = ts.MkAbs(".")
	for _, key := range []string{"HOME", "PATH", "GORACE", "GOCOVERDIR", "FLOWCTL_SERVER", "FLOWCTL_TOKEN"} {
		sh.Env = append(sh.Env, key+"="+ts.Getenv(key))
	}
	happen := sync.OnceFunc(func() {
		if out, err := sh.CombinedOutput(); err != nil {
			panic("meanwhile: " + err.Error() + "\n" + string(out)) // the request then fails
		}
	})
	proxy := httputil.NewSingleHostReverseProxy(target)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == args[0] && strings.HasPrefix(r.URL.Path, "/api/v1/flows") {
			happen()
		}
		proxy.ServeHTTP(w, r)
	}))
	ts.Defer(web.Close)
	ts.Setenv("FLOWCTL_SERVER", web.URL)
}
