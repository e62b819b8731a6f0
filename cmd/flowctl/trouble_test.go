package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// trouble stands before a server and spoils what is sent to it from the nth POST or
// PUT on: that one alone, or all that follow too.
type trouble struct {
	http.Handler // the way to the server

	kind   string
	first  int64
	delay  time.Duration // every write waits for so long
	writes atomic.Int64
	met    chan struct{} // closed when they have met
}

// scriptTrouble puts a proxy before the script's server:
//
//	trouble delay DURATION   every POST and PUT takes so much longer
//	trouble meet N           the first N of them wait for one another
//	trouble reads 0          nothing but a GET gets through
//	trouble KIND N           the Nth of them goes wrong: its answer is lost, half of
//	                         it is, it is html, or a 500; with down, nothing gets
//	                         through from there on
func scriptTrouble(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: trouble delay DURATION | meet|reads|lost|half|html|500|down N")
	}
	target, err := url.Parse(ts.Getenv("FLOWCTL_SERVER"))
	ts.Check(err)
	t := &trouble{Handler: httputil.NewSingleHostReverseProxy(target), kind: args[0], met: make(chan struct{})}
	if t.kind == "delay" {
		t.delay, err = time.ParseDuration(args[1])
	} else {
		t.first, err = strconv.ParseInt(args[1], 10, 64)
	}
	ts.Check(err)
	web := httptest.NewServer(t)
	ts.Defer(web.Close)
	ts.Setenv("FLOWCTL_SERVER", web.URL)
}

func (t *trouble) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var n int64
	if t.kind == "reads" && r.Method != http.MethodGet {
		http.Error(w, "nothing but GET", http.StatusInternalServerError)
		return
	}
	if t.kind == "meet" {
		t.meet(r)
		t.Handler.ServeHTTP(w, r)
		return
	}
	if r.Method == http.MethodPost || r.Method == http.MethodPut {
		n = t.writes.Add(1)
		// It arrives, though whoever sent it may not wait.
		body, _ := io.ReadAll(r.Body)
		ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
		defer cancel()
		r = r.WithContext(ctx)
		r.Body = io.NopCloser(bytes.NewReader(body))
		time.Sleep(t.delay)
	}
	switch {
	case t.kind == "down" && t.writes.Load() >= t.first:
		panic(http.ErrAbortHandler)
	case n == 0 || n != t.first || t.kind == "down":
		t.Handler.ServeHTTP(w, r)
	case t.kind == "html":
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<html><title>Log in</title></html>"))
	case t.kind == "500":
		http.Error(w, "Internal Server Error", http.StatusInternalServerError)
	default:
		t.cut(w, r)
	}
}

// cut lets the server answer and sends half of that, or none.
func (t *trouble) cut(w http.ResponseWriter, r *http.Request) {
	answer := httptest.NewRecorder()
	t.Handler.ServeHTTP(answer, r)
	if t.kind == "half" {
		for key, values := range answer.Header() {
			w.Header()[key] = values
		}
		_, _ = w.Write(answer.Body.Bytes()[:answer.Body.Len()/2])
		_ = http.NewResponseController(w).Flush()
	}
	panic(http.ErrAbortHandler)
}

// meet lets the first writes wait until all of them are here.
func (t *trouble) meet(r *http.Request) {
	if r.Method == http.MethodGet {
		return
	}
	if t.writes.Add(1) == t.first {
		close(t.met)
	}
	select {
	case <-t.met:
	case <-time.After(terminalWait):
	}
}
