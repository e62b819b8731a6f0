package server

import (
	"context"
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/store"
	"github.com/flowctl/flowctl/pkg/flow"
)

// beside gives another server on the database of f, as a fixture.
func (f *fixture) beside(g *gate) *fixture {
	other := *f
	opts := Options{}
	if g != nil {
		opts.Runs = &Runs{Services: engine.Services{Model: g}, Max: 2}
	}
	other.srv = New(f.st, opts)
	f.t.Cleanup(other.srv.EndRuns)
	web := httptest.NewServer(other.srv)
	f.t.Cleanup(web.Close)
	other.url = web.URL
	return &other
}

// keeping lets the server look after its lease until the test ends.
func (f *fixture) keeping() *fixture {
	f.srv.lease.beat = 20 * time.Millisecond
	f.t.Cleanup(f.srv.startLease(context.Background()))
	return f
}

// TestTwoServers: what one of two servers on a database runs is left alone by the
// other, which can end it all the same.
func TestTwoServers(t *testing.T) {
	f, g := running(t, 1)
	f.keeping()
	id := f.create(f.ann, fmt.Sprintf(asks, "slow"))
	first, waits := f.async(f.ann, id), f.async(f.ann, id)
	<-g.asked
	for _, models := range []*gate{g, nil} {
		other := f.beside(models)
		serveOnce(t, other.srv) // its start, and its end
	}
	f.status(first, "running")
	f.status(waits, "pending")

	other := f.beside(nil)
	for _, path := range []string{first, waits} {
		if r := other.want(200, f.ann, "POST", path+"/cancel", ""); r.field(t, "status") != `"aborted"` {
			t.Errorf("cancel at the other server answered %s", r.body)
		}
		other.want(409, f.ann, "POST", path+"/cancel", "")
	}
	if r := f.want(200, f.ann, "GET", first, ""); r.field(t, "node_results") != `{"in":"hello"}` {
		t.Errorf("kept is %s", r.body)
	}
	// A flow that is deleted at the other server.
	f.async(f.ann, id)
	<-g.asked
	other.want(200, f.ann, "DELETE", "/api/v1/flows/"+id, "")
	for g.inside.Load() != 0 {
		time.Sleep(time.Millisecond)
	}
	f.srv.EndRuns()
	if n, err := f.st.AbortExecutions(t.Context(), "", 0); n != 0 || err != nil {
		t.Errorf("%d were left, %v", n, err)
	}
}

// TestServerGone: the runs of a server that says nothing any more are marked as
// aborted by another, at its start, while it runs, and for who cancels them.
func TestServerGone(t *testing.T) {
	f := newFixture(t, Options{})
	id := f.create(f.ann, hello)
	at := "/api/v1/flows/" + id + "/executions/"
	die := func(name string) string {
		t.Helper()
		e := store.Execution{ID: name, FlowID: id, UserID: f.ann.id, Status: flow.RunRunning, Runner: name}
		if err := f.st.RenewRunner(t.Context(), name); err != nil {
			t.Fatal(err)
		}
		if err := f.st.CreateExecution(t.Context(), &e, 0, nil); err != nil {
			t.Fatal(err)
		}
		return at + name
	}
	dead := die("start")
	serveOnce(t, f.srv)
	f.status(dead, "running") // it may be there still
	f.srv.lease.time = time.Millisecond
	time.Sleep(5 * time.Millisecond)
	serveOnce(t, f.srv)
	f.status(dead, "aborted")

	dead = die("cancel")
	f.srv.lease.time, f.srv.lease.beat = 100*time.Millisecond, 16*time.Millisecond
	if r := f.want(200, f.ann, "POST", dead+"/cancel", ""); r.field(t, "status") != `"aborted"` {
		t.Errorf("cancel answered %s", r.body)
	}
	dead = die("loop")
	f.keeping()
	f.status(dead, "aborted")
}

// TestServerBusy: a server that is asked to end a run and does not is told of.
func TestServerBusy(t *testing.T) {
	f, g := running(t, 1)
	f.srv.lease.beat = time.Hour // it never looks
	id := f.create(f.ann, fmt.Sprintf(asks, "slow"))
	path := f.async(f.ann, id)
	<-g.asked
	other := f.beside(nil)
	other.srv.lease.beat, other.srv.lease.time = 10*time.Millisecond, 100*time.Millisecond
	if err := f.st.RenewRunner(t.Context(), f.srv.lease.id); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { // it says that it is there
		defer close(done)
		for t.Context().Err() == nil {
			_ = f.st.RenewRunner(context.Background(), f.srv.lease.id)
			time.Sleep(5 * time.Millisecond)
		}
	}()
	t.Cleanup(func() { <-done })
	other.want(503, f.ann, "POST", path+"/cancel", "")
	f.status(path, "running")
	g.let <- struct{}{}
	f.status(path, "success")
}
