package server

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/store"
	"github.com/flowctl/flowctl/pkg/flow"
)

// second returns another server on the database of f, as a fixture.
func (f *fixture) second(g *gate) *fixture {
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
		other := f.second(models)
		serveOnce(t, other.srv) // its start, and its end
	}
	f.status(first, "running")
	f.status(waits, "pending")

	other := f.second(nil)
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
// aborted by another, at its start, while it runs, and for the caller that cancels them.
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
		if err := f.st.CreateExecution(t.Context(), &e, 0); err != nil {
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

// TestServerBusy: a server that is asked to end a run and does not is reported.
func TestServerBusy(t *testing.T) {
	f, g := running(t, 1)
	f.srv.lease.beat = time.Hour // it never looks
	id := f.create(f.ann, fmt.Sprintf(asks, "slow"))
	path := f.async(f.ann, id)
	<-g.asked
	other := f.second(nil)
	other.srv.lease.beat, other.srv.lease.time = 10*time.Millisecond, 100*time.Millisecond
	if err := f.st.RenewRunner(t.Context(), f.srv.lease.id); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { // it renews its lease
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

// TestTakenForDead: a run that another server took for dead while it goes on here
// is not deleted under its hands, and becomes what it really was.
func TestTakenForDead(t *testing.T) {
	f, g := running(t, 1)
	id := f.create(f.ann, fmt.Sprintf(asks, "slow"))
	path := f.async(f.ann, id)
	<-g.asked
	if n, err := f.st.AbortExecutions(t.Context(), "another", 0); n != 1 || err != nil {
		t.Fatalf("%d were taken for dead, %v", n, err)
	}
	f.status(path, "aborted")
	if err := f.srv.runs.heartbeat(t.Context()); err != nil {
		t.Error(err)
	}
	if r := f.want(409, f.ann, "DELETE", path, ""); !strings.Contains(r.text(), "has not ended") {
		t.Errorf("delete answered %s", r.body)
	}
	f.want(200, f.ann, "DELETE", "/api/v1/flows/"+id+"/executions", "")
	f.want(200, f.ann, "GET", path, "")
	g.let <- struct{}{}
	f.status(path, "success")
	f.want(200, f.ann, "DELETE", path, "")
}

// TestRecordGone: a run whose record is deleted elsewhere is ended, for that reason.
func TestRecordGone(t *testing.T) {
	f, g := running(t, 1)
	f.async(f.ann, f.create(f.ann, fmt.Sprintf(asks, "slow")))
	<-g.asked
	why := make(chan error, 1)
	f.srv.runs.mu.Lock()
	for _, run := range f.srv.runs.active {
		cancel := run.cancel
		run.cancel = func(cause error) { why <- cause; cancel(cause) }
	}
	f.srv.runs.mu.Unlock()
	if _, err := f.st.AbortExecutions(t.Context(), "another", 0); err != nil {
		t.Fatal(err)
	}
	for id := range f.srv.runs.recorded() {
		e, err := f.st.Execution(t.Context(), f.srv.runs.find(id).flowID, id)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.st.DeleteExecution(t.Context(), e.FlowID, id); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.srv.runs.heartbeat(t.Context()); err != nil {
		t.Error(err)
	}
	if err := <-why; !errors.Is(err, errRecordGone) {
		t.Errorf("it ended because %v", err)
	}
}

// TestDatabaseHangs: a database that does not answer holds up neither who wants a
// run nor the lease.
func TestDatabaseHangs(t *testing.T) {
	f, g := running(t, 2)
	id := f.create(f.ann, fmt.Sprintf(asks, "slow"))
	f.async(f.ann, id)
	<-g.asked
	f.srv.lease.beat, f.srv.lease.wait = 0, 200*time.Millisecond
	free := f.block()
	begun := time.Now()
	if err := f.srv.runs.heartbeat(t.Context()); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the lease was renewed: %v", err)
	}
	if r := f.want(503, f.ann, "POST", "/api/v1/flows/"+id+"/execute", ""); !strings.Contains(r.text(), "not available at present") {
		t.Errorf("execute answered %s", r.body)
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("that took %s", took)
	}
	if running, waiting := f.srv.runs.count(); running != 1 || waiting != 0 {
		t.Errorf("%d run and %d wait, want the first alone", running, waiting)
	}
	free()
	if err := f.srv.runs.heartbeat(t.Context()); err != nil {
		t.Error(err)
	}
}

// block keeps everybody from writing to the database until free is called.
func (f *fixture) block() (free func()) {
	f.t.Helper()
	db, err := sql.Open("sqlite", f.path)
	if err == nil {
		db.SetMaxOpenConns(1)
		_, err = db.ExecContext(f.t.Context(), "BEGIN IMMEDIATE")
	}
	if err != nil {
		f.t.Fatal(err)
	}
	return func() { _ = db.Close() }
}

// TestStoppedHasNoLease: who wants a run of a server that is about to stop does not
// make it a lease that nobody releases.
func TestStoppedHasNoLease(t *testing.T) {
	f, _ := running(t, 1)
	id := f.create(f.ann, fmt.Sprintf(asks, "echo"))
	f.want(200, f.ann, "POST", "/api/v1/flows/"+id+"/execute", "")
	f.srv.EndRuns()
	f.want(503, f.ann, "POST", "/api/v1/flows/"+id+"/execute", "")
	left := store.Execution{FlowID: id, UserID: f.ann.id, Status: flow.RunRunning, Runner: f.srv.lease.id}
	if err := f.st.CreateExecution(t.Context(), &left, 0); err != nil {
		t.Fatal(err)
	}
	if n, err := f.st.AbortExecutions(t.Context(), "", time.Minute); n != 1 || err != nil {
		t.Errorf("%d were found abandoned, %v: there is a lease", n, err)
	}
}
