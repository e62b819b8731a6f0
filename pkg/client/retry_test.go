package client_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/client/clienttest"
)

func TestIdempotentCallsAreTriedAgain(t *testing.T) {
	for name, fault := range map[string]clienttest.Fault{
		"dropped":     {Drop: true},
		"429":         {Status: 429},
		"502":         {Status: 502},
		"503":         {Status: 503, Header: http.Header{"Retry-After": {"0"}}},
		"504":         {Status: 504},
		"cut answer":  {Cut: true},
		"three times": {Status: 503, Times: 3},
	} {
		t.Run(name, func(t *testing.T) {
			c, b := upstream(t, clienttest.Options{})
			f := create(t, c, twoNodes)
			fault.Method = "GET"
			b.Fail(fault)
			if _, err := c.Flows.Get(t.Context(), f.ID); err != nil {
				t.Errorf("Get: %v", err)
			}
			b.Fail(fault)
			if flows, err := c.Flows.List(t.Context(), client.ListOptions{}); err != nil || len(flows) != 1 {
				t.Errorf("List: %d flows, %v", len(flows), err)
			}
			if fault.Cut {
				return // a half answer to a DELETE is an answer
			}
			fault.Method = "DELETE"
			b.Fail(fault)
			if err := c.Flows.Delete(t.Context(), f.ID); err != nil {
				t.Errorf("Delete: %v", err)
			}
		})
	}
}

func TestTriesEnd(t *testing.T) {
	c, b := upstream(t, clienttest.Options{})
	b.Fail(clienttest.Fault{Times: -1, Status: 503})
	_, err := c.Flows.Get(t.Context(), "x")
	var failed *client.Error
	if !errors.As(err, &failed) || failed.StatusCode != 503 || len(b.Requests()) != 1+quick().Max {
		t.Errorf("after %d requests: %v", len(b.Requests()), err)
	}
}

// What another try cannot fix is not tried again.
func TestNoSecondTry(t *testing.T) {
	for _, status := range []int{400, 401, 403, 404, 409, 412, 422, 500, 501} {
		c, b := upstream(t, clienttest.Options{})
		b.Fail(clienttest.Fault{Times: -1, Status: status})
		if _, err := c.Flows.Get(t.Context(), "x"); err == nil || len(b.Requests()) != 1 {
			t.Errorf("%d: %d requests, %v", status, len(b.Requests()), err)
		}
	}
}

// A 404 to a DELETE whose first answer was lost means that it is done; otherwise
// it means what it says.
func TestDeleteAfterALostAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		fault clienttest.Fault
		done  bool
	}{
		"dropped":  {clienttest.Fault{After: true, Drop: true}, true},
		"502":      {clienttest.Fault{After: true, Status: 502}, true},
		"429":      {clienttest.Fault{After: true, Status: 429}, false},
		"no fault": {clienttest.Fault{Path: "elsewhere"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			cl, b := upstream(t, clienttest.Options{})
			f := create(t, cl, twoNodes)
			if !c.fault.After {
				if err := cl.Flows.Delete(t.Context(), f.ID); err != nil {
					t.Fatal(err)
				}
			}
			c.fault.Method = "DELETE"
			b.Fail(c.fault)
			err := cl.Flows.Delete(t.Context(), f.ID)
			if c.done != (err == nil) || !c.done && !errors.Is(err, client.ErrNotFound) {
				t.Errorf("Delete: %v", err)
			}
		})
	}
}

// POSTs that are not idempotent are sent once.
func TestPostsAreSentOnce(t *testing.T) {
	for _, fault := range []clienttest.Fault{{Drop: true}, {Status: 502}, {Status: 503}, {After: true, Drop: true}} {
		c, b := upstream(t, clienttest.Options{})
		f := create(t, c, twoNodes)
		fault.Method = "POST"
		b.Fail(fault)
		_, err := c.Flows.Execute(t.Context(), f.ID, client.ExecuteRequest{})
		if err == nil || b.Count("POST", "/api/v1/flows/"+f.ID+"/execute") != 1 || !strings.Contains(err.Error(), "may have been done") {
			t.Errorf("%+v: %v", fault, err)
		}
		// An update sets the same content however often it is sent.
		b.Fail(fault)
		name := "again"
		if got, err := c.Flows.Update(t.Context(), f.ID, client.Patch{Name: &name}); err != nil || got.Name != name {
			t.Errorf("Update: %v", err)
		}
	}
}

// net/http does not send a POST again by itself when a connection that it had used
// before is closed on it.
func TestTransportDoesNotSendAgain(t *testing.T) {
	c, b := upstream(t, clienttest.Options{})
	f := create(t, c, twoNodes) // leaves a connection
	for range 20 {
		b.Fail(clienttest.Fault{Method: "POST", Path: "/duplicate", After: true, Drop: true})
		if _, err := c.Do(t.Context(), "POST", "/api/v1/flows/"+f.ID+"/duplicate", nil, nil); err == nil {
			t.Fatal("an answer that was dropped is not missed")
		}
	}
	if n := b.Count("POST", "/api/v1/flows/"+f.ID+"/duplicate"); n != 20 {
		t.Errorf("20 calls took %d requests", n)
	}
}

// A flow is made once on our server, and an update counts, whatever answers are lost: flows
// have ids of the client's choice.
func TestLostAnswersOfOurServer(t *testing.T) {
	var lose atomic.Int32
	c, _ := ourServer(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet && lose.Add(-1) >= 0 {
				next.ServeHTTP(discard{http.Header{}}, r)
				panic(http.ErrAbortHandler)
			}
			next.ServeHTTP(w, r)
		})
	})
	lose.Store(1) // before the client knows whose server it is
	first := create(t, c, twoNodes)
	lose.Store(2)
	second := create(t, c, twoNodes)
	lose.Store(1)
	third, err := c.Flows.Create(t.Context(), first.Spec)
	if err != nil || third.ID == first.ID || string(third.AccessControl) != "{}" {
		t.Fatal(third, err)
	}
	name := "renamed"
	got, err := c.Flows.Get(t.Context(), second.ID)
	if err != nil {
		t.Fatal(err)
	}
	lose.Store(1)
	if _, err := c.Flows.Update(t.Context(), second.ID, client.Patch{Name: &name}, client.IfUnchanged(got.Revision())); err != nil {
		t.Errorf("a lost update that was done: %v", err)
	}
	lose.Store(1)
	other := "other"
	if _, err := c.Flows.Update(t.Context(), second.ID, client.Patch{Name: &other}, client.IfUnchanged(got.Revision())); !errors.Is(err, client.ErrConflict) {
		t.Errorf("a lost update of what had changed: %v, want ErrConflict", err)
	}
	flows, err := c.Flows.List(t.Context(), client.ListOptions{})
	if err != nil || len(flows) != 3 {
		t.Errorf("there are %s, %v", names(flows), err)
	}
}

// discard takes an answer that gets lost.
type discard struct{ h http.Header }

func (d discard) Header() http.Header         { return d.h }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}

// A POST that never arrived may go again anywhere.
func TestPostIsTriedAgainWhenNobodyListens(t *testing.T) {
	b := clienttest.New(clienttest.Options{})
	url := serve(t, b)
	var dials atomic.Int32
	dialer := &net.Dialer{}
	tr := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		if dials.Add(1) <= 2 {
			addr = "127.0.0.1:1"
		}
		return dialer.DialContext(ctx, network, addr)
	}}
	c := newClient(t, url, client.WithToken("ann-token"), client.WithTransport(tr))
	f := create(t, c, twoNodes)
	if n := b.Count("POST", create1); n != 1 || dials.Load() != 4 { // the third asks which server it is
		t.Errorf("%d requests, %d dials", n, dials.Load())
	}
	dials.Store(0)
	if _, err := c.Flows.Execute(t.Context(), f.ID, client.ExecuteRequest{}); !errors.Is(err, client.ErrDelegated) {
		t.Errorf("Execute: %v", err)
	}
}

func TestRetryAfter(t *testing.T) {
	const limit = 300 * time.Millisecond
	for text, want := range map[string][2]time.Duration{
		"0": {0, limit},
		time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat): {0, limit},
		"nonsense": {0, limit},
		"-5":       {0, limit},
	} {
		b := clienttest.New(clienttest.Options{})
		c := newClient(t, serve(t, b), client.WithToken("ann-token"), client.WithRetry(client.Retry{Max: 1, MinWait: time.Millisecond, MaxWait: limit}))
		b.Fail(clienttest.Fault{Status: 429, Header: http.Header{"Retry-After": {text}}})
		start := time.Now()
		if _, err := c.Flows.List(t.Context(), client.ListOptions{}); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took < want[0] || took > want[1] {
			t.Errorf("Retry-After %q: waited %v, want %v to %v", text, took, want[0], want[1])
		}
	}
}

// Where the server asks for more than the longest wait, no second try is made, and
// the error says when there may be one.
func TestRetryAfterTooLong(t *testing.T) {
	for name, text := range map[string]string{"seconds": "3600", "date": time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)} {
		for _, status := range []int{429, 503} {
			c, b := upstream(t, clienttest.Options{})
			b.Fail(clienttest.Fault{Times: -1, Status: status, Header: http.Header{"Retry-After": {text}}})
			_, get := c.Flows.Get(t.Context(), "x")
			_, made := c.Flows.Create(t.Context(), spec(t, twoNodes))
			if len(b.Requests()) != 2 {
				t.Errorf("%s, %d: %d requests, want one a call", name, status, len(b.Requests()))
			}
			for _, err := range []error{get, made} {
				if err == nil || !regexp.MustCompile(`try again in (1h0m0s|59m5\ds), as the server asks$`).MatchString(err.Error()) {
					t.Errorf("%s, %d: %v", name, status, err)
				}
			}
		}
	}
}

func TestCancelEndsAWait(t *testing.T) {
	b := clienttest.New(clienttest.Options{})
	c := newClient(t, serve(t, b), client.WithRetry(client.Retry{Max: 3, MinWait: time.Hour, MaxWait: time.Hour}))
	b.Fail(clienttest.Fault{Times: -1, Status: 503, Header: http.Header{"Retry-After": {"3600"}}})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := c.Flows.List(ctx, client.ListOptions{})
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 5*time.Second {
		t.Errorf("after %v: %v", time.Since(start), err)
	}
}

func TestTimeoutIsSilence(t *testing.T) {
	// Slow, but never silent for as long as the timeout.
	drip := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for i := range 8 {
			sep := ","
			if i == 0 {
				sep = "["
			}
			fmt.Fprintf(w, `%s{"id":"%d","name":"n"}`, sep, i)
			_ = http.NewResponseController(w).Flush()
			time.Sleep(40 * time.Millisecond)
		}
		fmt.Fprint(w, "]")
	})
	c := newClient(t, serve(t, drip), client.WithTimeout(200*time.Millisecond))
	if flows, err := c.Flows.List(t.Context(), client.ListOptions{}); err != nil || len(flows) != 8 {
		t.Errorf("slow list: %d flows, %v", len(flows), err)
	}

	stuck := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `[{"id":"1"`)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	c = newClient(t, serve(t, stuck), client.WithTimeout(50*time.Millisecond), client.WithRetry(client.Retry{}))
	start := time.Now()
	_, err := c.Flows.List(t.Context(), client.ListOptions{})
	if err == nil || !strings.Contains(err.Error(), "nothing moved for 50ms") || time.Since(start) > 5*time.Second {
		t.Errorf("stuck list, after %v: %v", time.Since(start), err)
	}
}
