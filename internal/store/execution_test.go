package store

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/flowctl/flowctl/pkg/flow"
)

// addExecution adds an execution, of second 1 if it has no time: the order of a list
// must not depend on whether the clock's second ends between two of them.
func addExecution(t *testing.T, s *Store, e Execution) *Execution {
	t.Helper()
	if e.CreatedAt == 0 {
		e.CreatedAt = 1
	}
	if e.Status == "" {
		e.Status = flow.RunSuccess
	}
	must(t, s.CreateExecution(t.Context(), &e, 0))
	return &e
}

func testExecutions(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	f := addFlow(t, s, Flow{UserID: "ann"})
	took := int64(1234)
	json := []byte(`{"1":1.0,"a":{"\u0000":"<é>\ud800","big":1152921504606846976},"A":[null]}`)
	for _, want := range []Execution{
		{FlowID: f.ID, UserID: "bob", Status: flow.RunSuccess, ExecutionTime: &took, Meta: json, Inputs: json, Outputs: json, NodeResults: json, Errors: json},
		{FlowID: f.ID, UserID: "bob", Status: flow.RunPending},
	} {
		made := want
		must(t, s.CreateExecution(t.Context(), &made, 0))
		got, err := s.Execution(t.Context(), f.ID, made.ID)
		must(t, err)
		if made.Meta == nil || made.ID == "" || made.CreatedAt == 0 || !reflect.DeepEqual(*got, made) {
			t.Errorf("got %+v, want %+v", got, made)
		}
		if _, err := s.Execution(t.Context(), "other", made.ID); !errors.Is(err, ErrNotFound) {
			t.Errorf("below another flow: %v", err)
		}
		if err := s.CreateExecution(t.Context(), &made, 0); !errors.Is(err, ErrExists) {
			t.Errorf("made twice: %v", err)
		}
	}
	for name, c := range map[string]struct {
		e    Execution
		want error
	}{
		"no flow":    {Execution{FlowID: "none", UserID: "bob", Status: "success"}, ErrNotFound},
		"bad flow":   {Execution{FlowID: "\x00", UserID: "bob", Status: "success"}, ErrNotFound},
		"no status":  {Execution{FlowID: f.ID, UserID: "bob"}, ErrBadText},
		"no user":    {Execution{FlowID: f.ID, Status: "success"}, ErrBadText},
		"no object":  {Execution{FlowID: f.ID, UserID: "bob", Status: "success", Inputs: []byte("1.0")}, ErrBadText},
		"empty text": {Execution{FlowID: f.ID, UserID: "bob", Status: "success", Errors: []byte{}}, ErrBadText},
	} {
		if err := s.CreateExecution(t.Context(), &c.e, 0); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if n := number(t, s, "SELECT count(*) FROM flow_execution"); n != 2 {
		t.Errorf("there are %d executions", n)
	}
}

// ids is what a test sees of a page.
func ids(t *testing.T, s *Store, q ExecutionQuery) (list, next string) {
	t.Helper()
	page, err := s.ListExecutions(t.Context(), q)
	must(t, err)
	for _, e := range page.Executions {
		list += e.ID
		if e.Inputs != nil || e.Meta != nil {
			t.Errorf("%s has maps", e.ID)
		}
	}
	return list, page.Next
}

func testExecutionList(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	f, other := addFlow(t, s, Flow{UserID: "ann"}), addFlow(t, s, Flow{UserID: "ann"})
	for i, id := range []string{"a", "b", "c", "d", "e", "f"} {
		user := []string{"ann", "bob"}[i%2]
		addExecution(t, s, Execution{ID: id, FlowID: f.ID, UserID: user, CreatedAt: int64(10 + i/2), Inputs: []byte("{}")})
	}
	addExecution(t, s, Execution{ID: "x", FlowID: other.ID, UserID: "ann"})
	for _, c := range []struct {
		q    ExecutionQuery
		want string
	}{
		{ExecutionQuery{Limit: 60}, "fedcba"},
		{ExecutionQuery{Limit: 2}, "fe"},
		{ExecutionQuery{Limit: 2, Offset: 2}, "dc"},
		{ExecutionQuery{Limit: 2, Offset: 6}, ""},
		{ExecutionQuery{Limit: 60, UserID: "bob"}, "fdb"},
		{ExecutionQuery{Limit: 1, Offset: 1, UserID: "bob"}, "d"},
		{ExecutionQuery{Limit: 60, UserID: "eve"}, ""},
	} {
		c.q.FlowID = f.ID
		if got, _ := ids(t, s, c.q); got != c.want {
			t.Errorf("%+v: got %q, want %q", c.q, got, c.want)
		}
	}
	for limit := 1; limit <= 7; limit++ {
		q, got := ExecutionQuery{FlowID: f.ID, Limit: limit}, ""
		for {
			page, next := ids(t, s, q)
			if got += page; next == "" {
				break
			}
			q.Cursor = next
		}
		if got != "fedcba" {
			t.Errorf("pages of %d: %q", limit, got)
		}
	}
	if _, err := s.ListExecutions(t.Context(), ExecutionQuery{FlowID: f.ID, Limit: 1, Cursor: "?"}); !errors.Is(err, ErrBadCursor) {
		t.Errorf("bad cursor: %v", err)
	}
	// Those made in one second are distinguished by their ids.
	var want string
	for range 20 {
		want = addExecution(t, s, Execution{FlowID: other.ID, UserID: "bob"}).ID + want
	}
	if got, _ := ids(t, s, ExecutionQuery{FlowID: other.ID, UserID: "bob", Limit: 60}); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func testExecutionStats(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	f := addFlow(t, s, Flow{UserID: "ann"})
	stats, err := s.ExecutionStats(t.Context(), f.ID, "")
	must(t, err)
	if !reflect.DeepEqual(*stats, flow.ExecutionStats{AverageTime: new(float64)}) {
		t.Errorf("of none: %+v", stats)
	}
	for i, status := range []flow.RunStatus{"success", "success", "error", "aborted", "running"} {
		took := int64(i)
		e := Execution{FlowID: f.ID, UserID: "ann", Status: status, ExecutionTime: &took, CreatedAt: int64(100 + i), Meta: fmt.Appendf(nil, `{"n":%d}`, i)}
		if status == "running" {
			e.ExecutionTime, e.UserID = nil, "bob"
		}
		addExecution(t, s, e)
	}
	mean, last := 1.5, int64(104)
	stats, err = s.ExecutionStats(t.Context(), f.ID, "")
	must(t, err)
	if want := (flow.ExecutionStats{Total: 5, Success: 2, Errors: 1, Aborted: 1, AverageTime: &mean, LastExecution: &last}); !reflect.DeepEqual(*stats, want) {
		t.Errorf("got %+v", stats)
	}
	if stats, err = s.ExecutionStats(t.Context(), f.ID, "bob"); err != nil || stats.Total != 1 || *stats.AverageTime != 0 {
		t.Errorf("bob's: %+v, %v", stats, err)
	}
	metas := executionMetas(t, s, f.ID, "ann", 2, 100)
	if len(metas) != 2 || string(metas[0].Meta) != `{"n":3}` || metas[1].Status != "error" || *metas[1].ExecutionTime != 2 {
		t.Errorf("got %+v", metas)
	}
	for bytes, want := range map[int]int{len(`{"n":3}`) - 1: 0, len(`{"n":3}`): 1, len(`{"n":3}`) + len(metas[1].Meta): 2} {
		if got := executionMetas(t, s, f.ID, "ann", 2, bytes); len(got) != want {
			t.Errorf("got %d with %d bytes, want %d", len(got), bytes, want)
		}
	}
}

func executionMetas(t *testing.T, s *Store, flowID, userID string, limit, bytes int) (list []Execution) {
	t.Helper()
	must(t, s.ExecutionMetas(t.Context(), flowID, userID, limit, bytes, func(e *Execution) { list = append(list, *e) }))
	return list
}

func testExecutionKeep(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	f, other := addFlow(t, s, Flow{UserID: "ann"}), addFlow(t, s, Flow{UserID: "ann"})
	addExecution(t, s, Execution{ID: "other", FlowID: other.ID, UserID: "ann", CreatedAt: 1})
	run := addExecution(t, s, Execution{ID: "run", FlowID: f.ID, UserID: "ann", CreatedAt: 2, Status: flow.RunRunning})
	for i := range 6 {
		e := Execution{ID: fmt.Sprint(i), FlowID: f.ID, UserID: "ann", Status: flow.RunError, CreatedAt: int64(10 + i)}
		must(t, s.CreateExecution(t.Context(), &e, 3))
	}
	if got, _ := ids(t, s, ExecutionQuery{FlowID: f.ID, Limit: 60}); got != "543run" {
		t.Errorf("kept %q, want the newest 3 and what runs", got)
	}
	run.Status = flow.RunSuccess
	must(t, s.FinishExecution(t.Context(), run, 3))
	if got, _ := ids(t, s, ExecutionQuery{FlowID: f.ID, Limit: 60}); got != "543" {
		t.Errorf("kept %q after the run", got)
	}
	if got, _ := ids(t, s, ExecutionQuery{FlowID: other.ID, Limit: 60}); got != "other" {
		t.Errorf("kept %q of another flow", got)
	}
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range 5 {
				if err := s.CreateExecution(t.Context(), &Execution{FlowID: f.ID, UserID: "ann", Status: "success"}, 3); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	must(t, s.CreateExecution(t.Context(), &Execution{FlowID: f.ID, UserID: "ann", Status: "success"}, 3))
	if n := number(t, s, "SELECT count(*) FROM flow_execution WHERE flow_id = $1", f.ID); n != 3 {
		t.Errorf("%d are left after many at once", n)
	}
}

// testExecutionKeepBytes: large records push out older ones before there are too many,
// and never the newest.
func testExecutionKeepBytes(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	s.keepBytes = 1000
	f := addFlow(t, s, Flow{UserID: "ann"})
	for i, c := range []struct {
		size int
		want string
	}{{400, "0"}, {400, "10"}, {200, "210"}, {201, "321"}, {2000, "4"}, {10, "5"}, {990, "65"}, {10, "76"}} {
		e := Execution{ID: fmt.Sprint(i), FlowID: f.ID, UserID: "ann", Status: flow.RunError, CreatedAt: int64(10 + i), Outputs: []byte(`{"a":"` + strings.Repeat("x", c.size-len(`{}{"a":""}`)) + `"}`)}
		if c.size == 10 {
			e.Outputs, e.Meta = nil, []byte(`{"a":1234}`)
		}
		must(t, s.CreateExecution(t.Context(), &e, 100))
		if got, _ := ids(t, s, ExecutionQuery{FlowID: f.ID, Limit: 60}); got != c.want {
			t.Errorf("after %d of %d bytes kept %q, want %q", i, e.Size(), got, c.want)
		}
	}
}

// testExecutionKeepShares: who runs a flow often, or posts records of runs, does not
// push out those of others.
func testExecutionKeepShares(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	f := addFlow(t, s, Flow{UserID: "ann"})
	add := func(user string, n int) {
		t.Helper()
		for range n {
			must(t, s.CreateExecution(t.Context(), &Execution{FlowID: f.ID, UserID: user, Status: flow.RunError}, 6))
		}
	}
	kept := func(want string) {
		t.Helper()
		page, err := s.ListExecutions(t.Context(), ExecutionQuery{FlowID: f.ID, Limit: 60})
		must(t, err)
		got := ""
		for _, e := range page.Executions {
			got += e.UserID + " "
		}
		if got != want {
			t.Errorf("kept %q, want %q", got, want)
		}
	}
	add("ann", 2)
	add("bob", 20)
	kept("bob bob bob bob ann ann ") // there is room for them
	add("ann", 2)
	kept("ann ann bob bob bob ann ") // ann has as many as bob then
	add("bob", 1)
	kept("bob ann ann bob bob ann ")
	add("eve", 1)
	kept("eve bob ann ann bob bob ")
}

// statuses is what a test sees of the executions of a flow.
func statuses(t *testing.T, s *Store, flowID string) string {
	t.Helper()
	page, err := s.ListExecutions(t.Context(), ExecutionQuery{FlowID: flowID, Limit: 60})
	must(t, err)
	var got []string
	for _, e := range page.Executions {
		got = append(got, e.ID+" "+string(e.Status))
	}
	return strings.Join(got, ", ")
}

func testExecutionAbort(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	f := addFlow(t, s, Flow{UserID: "ann"})
	abort := func(self string, lease time.Duration, want int64) {
		t.Helper()
		if n, err := s.AbortExecutions(t.Context(), self, lease); n != want || err != nil {
			t.Errorf("%q marked %d, %v; want %d", self, n, err, want)
		}
	}
	abort("", time.Minute, 0)
	for _, status := range []flow.RunStatus{"success", "pending", "running", "error"} {
		addExecution(t, s, Execution{ID: string(status), FlowID: f.ID, UserID: "ann", Status: status})
	}
	must(t, s.StartExecution(t.Context(), "pending"))
	for _, id := range []string{"pending", "success", "none"} {
		if err := s.StartExecution(t.Context(), id); !errors.Is(err, ErrNotFound) {
			t.Errorf("started %s: %v", id, err)
		}
	}
	abort("", time.Minute, 2)
	if got := statuses(t, s, f.ID); got != "success success, running aborted, pending aborted, error error" {
		t.Errorf("there are %s", got)
	}
}

// testRunners: a server's runs are left alone while it says that it is there.
func testRunners(t *testing.T, dsn string) {
	ctx, s := t.Context(), openStore(t, dsn)
	f := addFlow(t, s, Flow{UserID: "ann"})
	for _, runner := range []string{"a", "b", "c"} {
		must(t, s.RenewRunner(ctx, runner))
		addExecution(t, s, Execution{ID: runner, FlowID: f.ID, UserID: "ann", Status: flow.RunRunning, Runner: runner})
	}
	must(t, s.RenewRunner(ctx, "a"))
	must(t, s.RemoveRunner(ctx, "c"))
	if n, err := s.AbortExecutions(ctx, "a", time.Minute); n != 1 || err != nil {
		t.Errorf("marked %d, %v; want that of c alone", n, err)
	}
	time.Sleep(5 * time.Millisecond)
	if n, err := s.AbortExecutions(ctx, "b", time.Millisecond); n != 1 || err != nil {
		t.Errorf("marked %d, %v; want that of a alone", n, err)
	}
	if got := statuses(t, s, f.ID); got != "c aborted, b running, a aborted" {
		t.Errorf("there are %s", got)
	}
	if n := number(t, s, "SELECT count(*) FROM flow_runner"); n != 1 {
		t.Errorf("%d runners are left, want b", n)
	}

	// What a server knows of its own runs.
	owned := func(want ...RunnerExecution) {
		t.Helper()
		got, err := s.RunnerExecutions(ctx, "b")
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("b has %+v, %v; want %+v", got, err, want)
		}
	}
	owned(RunnerExecution{ID: "b"})
	must(t, s.AddUser(ctx, &User{ID: "ann", Email: "ann@x", Role: RoleUser}))
	owned(RunnerExecution{ID: "b", Allowed: true})
	must(t, s.CancelExecution(ctx, "b"))
	owned(RunnerExecution{ID: "b", Cancelled: true, Allowed: true})
	for _, id := range []string{"a", "none"} {
		if err := s.CancelExecution(ctx, id); !errors.Is(err, ErrNotFound) {
			t.Errorf("cancelled %s: %v", id, err)
		}
	}
	must(t, s.FinishExecution(ctx, &Execution{ID: "b", FlowID: f.ID, UserID: "ann", Status: flow.RunAborted, Meta: []byte("{}")}, 0))
	owned()
	if err := s.RenewRunner(ctx, ""); !errors.Is(err, ErrBadText) {
		t.Errorf("renewed nobody: %v", err)
	}
}

// testClockSetBack: a server that said that it is there at a time that has not come
// yet may be gone all the same. A clock that is corrected by little kills nobody's
// runs.
func testClockSetBack(t *testing.T, dsn string) {
	ctx, s := t.Context(), openStore(t, dsn)
	f := addFlow(t, s, Flow{UserID: "ann"})
	for name, ahead := range map[string]time.Duration{"far": time.Hour, "near": 5 * time.Second} {
		must(t, s.RenewRunner(ctx, name))
		execute(t, s, "UPDATE flow_runner SET renewed_at = renewed_at + $1 WHERE id = $2", ahead.Milliseconds(), name)
		addExecution(t, s, Execution{ID: name, FlowID: f.ID, UserID: "ann", Status: flow.RunRunning, Runner: name})
	}
	if n, err := s.AbortExecutions(ctx, "", 10*time.Second); n != 1 || err != nil {
		t.Errorf("marked %d, %v; want that of far alone", n, err)
	}
	if e, err := s.Execution(ctx, f.ID, "far"); err != nil || e.Status != flow.RunAborted {
		t.Errorf("far is %+v, %v", e, err)
	}
}

// testAllowedRuns: whose runs a server may go on with.
func testAllowedRuns(t *testing.T, dsn string) {
	ctx, s := t.Context(), openStore(t, dsn)
	for _, name := range []string{"owner", "reader", "writer", "stranger", "pending", "admin"} {
		role := RoleUser
		if name == "pending" || name == "admin" {
			role = Role(name)
		}
		must(t, s.AddUser(ctx, &User{ID: name, Email: name + "@x", Role: role}))
	}
	access := `{"read":{"user_ids":["reader","pending","gone"]},"write":{"user_ids":["writer"]}}`
	private := addFlow(t, s, Flow{UserID: "owner", AccessControl: []byte(access)})
	public := addFlow(t, s, Flow{UserID: "owner", AccessControl: []byte("null")})
	want := map[string]bool{}
	for user, allowed := range map[string][2]bool{
		"owner": {true, true}, "reader": {true, true}, "writer": {false, true}, "stranger": {false, true},
		"pending": {false, false}, "admin": {true, true}, "gone": {false, false},
	} {
		for i, f := range []*Flow{private, public} {
			id := fmt.Sprint(user, i)
			addExecution(t, s, Execution{ID: id, FlowID: f.ID, UserID: user, Status: flow.RunRunning, Runner: "r"})
			want[id] = allowed[i]
		}
	}
	got, err := s.RunnerExecutions(ctx, "r")
	must(t, err)
	for _, e := range got {
		if e.Allowed != want[e.ID] {
			t.Errorf("%s is allowed: %v, want %v", e.ID, e.Allowed, want[e.ID])
		}
	}
	if len(got) != len(want) {
		t.Errorf("there are %d runs, want %d", len(got), len(want))
	}
}

func testUnderWay(t *testing.T, dsn string) {
	ctx, s := t.Context(), openStore(t, dsn)
	must(t, s.AddUser(ctx, &User{ID: "ann", Email: "ann@x", Role: RoleUser}))
	anns, bobs := addFlow(t, s, Flow{UserID: "ann", Name: "of ann"}), addFlow(t, s, Flow{UserID: "bob", Name: "of bob"})
	for i, e := range []Execution{
		{ID: "a", FlowID: anns.ID, UserID: "ann", Status: flow.RunRunning},
		{ID: "b", FlowID: anns.ID, UserID: "bob", Status: flow.RunPending},
		{ID: "c", FlowID: bobs.ID, UserID: "ann", Status: flow.RunRunning},
		{ID: "d", FlowID: bobs.ID, UserID: "bob", Status: flow.RunRunning},
		{ID: "e", FlowID: anns.ID, UserID: "ann", Status: flow.RunSuccess},
	} {
		e.CreatedAt = int64(10 + i)
		addExecution(t, s, e)
	}
	for user, want := range map[string]string{
		"":    "d of bob , c of bob ann@x, b of ann , a of ann ann@x",
		"ann": "c of bob ann@x, b of ann , a of ann ann@x",
		"bob": "d of bob , c of bob ann@x, b of ann ",
		"eve": "",
	} {
		list, err := s.UnderWay(ctx, user)
		must(t, err)
		var got []string
		for _, u := range list {
			got = append(got, u.ID+" "+u.FlowName+" "+u.UserEmail)
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%q sees %q, want %q", user, got, want)
		}
	}
}

// testTakenForDead: a run that was taken for dead and is not tells the truth later,
// unless somebody was told that it is cancelled.
func testTakenForDead(t *testing.T, dsn string) {
	ctx, s := t.Context(), openStore(t, dsn)
	f := addFlow(t, s, Flow{UserID: "ann"})
	for _, id := range []string{"dead", "cancelled", "quick"} {
		addExecution(t, s, Execution{ID: id, FlowID: f.ID, UserID: "ann", Status: flow.RunRunning, Runner: "a", CreatedAt: 1})
	}
	finish := func(id string, want flow.RunStatus) {
		t.Helper()
		e := Execution{ID: id, FlowID: f.ID, UserID: "ann", Status: flow.RunSuccess, Meta: []byte("{}"), NodeResults: []byte(`{"in":1}`)}
		must(t, s.FinishExecution(ctx, &e, 0))
		kept, err := s.Execution(ctx, f.ID, id)
		must(t, err)
		if e.Status != want || kept.Status != want || string(kept.NodeResults) != `{"in":1}` {
			t.Errorf("%s is told to be %s and kept as %s with %s, want %s", id, e.Status, kept.Status, kept.NodeResults, want)
		}
	}
	must(t, s.CancelExecution(ctx, "quick"))
	finish("quick", flow.RunSuccess) // it was done before it saw that
	must(t, s.CancelExecution(ctx, "cancelled"))
	if n, err := s.AbortExecutions(ctx, "b", time.Minute); n != 2 || err != nil {
		t.Errorf("marked %d, %v; want 2", n, err)
	}
	mine, err := s.RunnerExecutions(ctx, "a")
	must(t, err)
	slices.SortFunc(mine, func(a, b RunnerExecution) int { return strings.Compare(a.ID, b.ID) })
	if want := []RunnerExecution{{ID: "cancelled", Cancelled: true}, {ID: "dead"}}; !slices.Equal(mine, want) {
		t.Errorf("a has %+v, want %+v", mine, want)
	}
	finish("dead", flow.RunSuccess)
	finish("cancelled", flow.RunAborted)
	if mine, err = s.RunnerExecutions(ctx, "a"); len(mine) != 0 || err != nil {
		t.Errorf("a has %+v, %v after all have ended", mine, err)
	}
}

func testExecutionDelete(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	f := addFlow(t, s, Flow{UserID: "ann"})
	for _, id := range []string{"a", "b", "c", "d"} {
		addExecution(t, s, Execution{ID: id, FlowID: f.ID, UserID: map[string]string{"b": "bob"}[id] + "x"})
	}
	addExecution(t, s, Execution{ID: "run", FlowID: f.ID, UserID: "x", Status: flow.RunRunning})
	must(t, s.DeleteExecution(t.Context(), f.ID, "a"))
	for id, want := range map[string]error{"a": ErrNotFound, "": ErrNotFound, "run": ErrInUse} {
		if err := s.DeleteExecution(t.Context(), f.ID, id); !errors.Is(err, want) {
			t.Errorf("delete %q: %v, want %v", id, err, want)
		}
	}
	if n, err := s.DeleteExecutions(t.Context(), f.ID, "x", nil); n != 2 || err != nil {
		t.Errorf("deleted %d, %v of x", n, err)
	}
	if got, _ := ids(t, s, ExecutionQuery{FlowID: f.ID, Limit: 60}); got != "runb" {
		t.Errorf("left are %q", got)
	}
	if n, err := s.DeleteExecutions(t.Context(), f.ID, "", nil); n != 1 || err != nil {
		t.Errorf("deleted %d, %v of all", n, err)
	}
	must(t, s.DeleteFlow(t.Context(), f.ID, true, nil))
	if n := number(t, s, "SELECT count(*) FROM flow_execution"); n != 0 {
		t.Errorf("%d outlive their flow", n)
	}
	gone := Execution{ID: "run", FlowID: f.ID, UserID: "x", Status: "success", Meta: []byte("{}")}
	if err := s.FinishExecution(t.Context(), &gone, 3); !errors.Is(err, ErrNotFound) {
		t.Errorf("finished what is gone: %v", err)
	}
}
