package server

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/flowctl/flowctl/internal/store"
)

// waits makes a run of a user.
func waits(user string) *activeRun {
	return &activeRun{userID: user, turn: make(chan struct{})}
}

func (r *activeRun) hasTurn() bool {
	select {
	case <-r.turn:
		return true
	default:
		return false
	}
}

// refused is the status that a run is refused with, 0 if it is taken.
func refused(t *turns, run *activeRun) int {
	var p *problem
	if errors.As(t.enter(run), &p) {
		return p.status
	}
	return 0
}

// TestTurnsAreFair: the users who wait have one turn each, whatever one of them asks
// for, and nobody takes all places.
func TestTurnsAreFair(t *testing.T) {
	q := newTurns(4, 2)
	var greedy []*activeRun
	for range maxWaiting / userPart {
		run := waits("greedy")
		greedy = append(greedy, run)
		if status := refused(&q, run); status != 0 {
			t.Fatalf("run %d is refused with %d", len(greedy), status)
		}
	}
	for range 2 { // those that have their turn do not wait
		if status := refused(&q, waits("greedy")); status != 0 {
			t.Fatalf("refused with %d", status)
		}
	}
	if status := refused(&q, waits("greedy")); status != http.StatusTooManyRequests {
		t.Errorf("one more than a user may have waiting is answered %d", status)
	}
	if !greedy[0].hasTurn() || !greedy[1].hasTurn() || greedy[2].hasTurn() || q.running != 2 {
		t.Fatalf("%d run of one user, want 2", q.running)
	}
	ann, ben := waits("ann"), waits("ben")
	for _, run := range []*activeRun{ann, ben} {
		if status := refused(&q, run); status != 0 || !run.hasTurn() {
			t.Errorf("%s: %d, and waits beside free places", run.userID, status)
		}
	}
	// Now all places are taken: those who come later do not wait for all of greedy's.
	carl, ann2 := waits("carl"), waits("ann")
	for _, run := range []*activeRun{carl, ann2} {
		if status := refused(&q, run); status != 0 || run.hasTurn() {
			t.Errorf("%s: %d", run.userID, status)
		}
	}
	end := func(run *activeRun) {
		q.leave(run)
		q.next()
	}
	end(greedy[0])
	if !greedy[2].hasTurn() || carl.hasTurn() { // greedy waited first
		t.Error("the first in the line did not have the next turn")
	}
	end(greedy[1])
	end(greedy[2])
	if !carl.hasTurn() || !ann2.hasTurn() || greedy[3].hasTurn() {
		t.Error("the others had no turn before the next of the first one")
	}
	for _, run := range []*activeRun{ann, ben, carl, ann2} {
		end(run)
	}
	if q.running != 2 || len(q.users) != 1 {
		t.Errorf("%d run of %d users, want 2 of 1", q.running, len(q.users))
	}
}

// TestWaitingRunsHold: a run that waits holds the memory of its flow and request, of its
// user's part, until it ends.
func TestWaitingRunsHold(t *testing.T) {
	f, g := running(t, 1)
	id := f.create(f.ann, fmt.Sprintf(asks, "slow"))
	f.holding(0)
	first := f.async(f.ann, id)
	<-g.asked
	f.srv.memory = newMemory(userPart * 20_000)
	f.srv.memory.time = 0
	body := `{"inputs":{"in":"` + strings.Repeat("a", 10_000) + `"}}`
	path := "/api/v1/flows/" + id + "/execute"
	r := f.want(202, f.ann, "POST", path, body, "Prefer", "respond-async")
	second := strings.Trim(r.field(t, "executionId"), `"`)
	if used := f.srv.memory.all.Used(); used < 10_000 || used > 12_000 {
		t.Errorf("%d bytes are held", used)
	}
	r = f.want(429, f.ann, "POST", path, body, "Prefer", "respond-async")
	if !strings.Contains(r.text(), "which is the most for one user") {
		t.Errorf("answered %s", r.body)
	}
	f.want(200, f.ann, "POST", "/api/v1/flows/"+id+"/executions/"+second+"/cancel", "")
	f.holding(0)
	g.let <- struct{}{}
	f.status(first, "success")
}

func TestPlacesOfAUser(t *testing.T) {
	for most, want := range map[int]int{1: 1, 3: 1, 4: 1, 8: 2, 0: DefaultMaxRuns / userPart} {
		if q := newTurns(most, 0); q.perUser != want {
			t.Errorf("of %d places a user gets %d, want %d", most, q.perUser, want)
		}
	}
}

// TestFairShares: a user who takes all that there is leaves others their places, and
// whoever is refused is told when to try again.
func TestFairShares(t *testing.T) {
	f, g := running(t, 2)
	f.srv.runs.turns.perUser = 1
	id := f.create(f.ann, fmt.Sprintf(asks, "slow"))
	for range 1 + maxWaiting/userPart {
		f.async(f.ann, id)
	}
	r := f.want(429, f.ann, "POST", "/api/v1/flows/"+id+"/execute", "", "Prefer", "respond-async")
	if r.header.Get("Retry-After") != "10" || !strings.Contains(r.text(), "250 of your runs are waiting") {
		t.Errorf("answered %s, Retry-After %q", r.body, r.header.Get("Retry-After"))
	}
	<-g.asked
	theirs := f.create(f.ben, fmt.Sprintf(asks, "echo"))
	f.want(200, f.ben, "POST", "/api/v1/flows/"+theirs+"/execute", "")
}

// TestMaxRunTime: no run goes on for longer than the operator says, whatever its
// caller asks for.
func TestMaxRunTime(t *testing.T) {
	f, g := running(t, 2)
	f.srv.runs.MaxTime = 50 * time.Millisecond
	id := f.create(f.ann, fmt.Sprintf(asks, "slow"))
	for _, body := range []string{"", `{"limits":{"time":3600000}}`} {
		r := f.want(200, f.ann, "POST", "/api/v1/flows/"+id+"/execute", body)
		if r.field(t, "status") != `"error"` || !strings.Contains(r.field(t, "errors"), "longer than its limit of 50ms") {
			t.Errorf("%s answered %s", body, r.body)
		}
	}
	f.srv.runs.MaxTime = time.Hour
	r := f.want(200, f.ann, "POST", "/api/v1/flows/"+id+"/execute", `{"limits":{"time":20}}`)
	if !strings.Contains(r.field(t, "errors"), "longer than its limit of 20ms") {
		t.Errorf("a limit below the server's: %s", r.body)
	}
	if g.inside.Load() != 0 {
		t.Errorf("%d calls go on", g.inside.Load())
	}
}

// TestMaxMemory: no run holds more than the operator says, whatever its caller asks
// for, and all together no more than they share.
func TestMaxMemory(t *testing.T) {
	f, _ := running(t, 2)
	f.srv.runs.MaxMemory = 64 << 10
	id := f.create(f.ann, `{"name":"f","nodes":[{"id":"i","type":"input","position":{"x":0,"y":0},"data":{"value":"`+strings.Repeat("a", 5000)+`"}}],"edges":[]}`)
	run := func(body, want string) {
		t.Helper()
		r := f.want(200, f.ann, "POST", "/api/v1/flows/"+id+"/execute", body)
		if text := r.field(t, "errors"); want == "" && text != "null" || !strings.Contains(text, want) {
			t.Errorf("%s answered %s, want %q", body, text, want)
		}
	}
	run("", "")
	run(`{"limits":{"memory":10000}}`, "more memory than its limit of 9.8 KiB")
	f.srv.runs.MaxMemory = 20_000
	run("", "more memory than its limit of 20 KiB")
	run(`{"limits":{"memory":1000000000}}`, "more memory than its limit of 20 KiB")
	f.srv.runs.MaxMemory, f.srv.runs.memory = 64<<10, newMemory(userPart*30_000)
	run("", "")
	run("", "") // what the first one held was given back
	f.srv.runs.memory = newMemory(userPart * 20_000)
	run("", "more memory than the 20 KiB that they share; try again later")
}

// TestNotAllowedEndsRuns: the runs of a user who is removed or pending, or may not read
// the flow any more, end, those that are waited for, too.
func TestNotAllowedEndsRuns(t *testing.T) {
	for name, forbid := range map[string]func(f *fixture, id string) error{
		"removed": func(f *fixture, _ string) error { return f.st.RemoveUser(f.t.Context(), f.ben.id) },
		"pending": func(f *fixture, _ string) error {
			return f.st.UpdateUser(f.t.Context(), store.User{ID: f.ben.id, Email: "ben@example.org", Role: store.RolePending})
		},
		"private": func(f *fixture, id string) error {
			f.want(200, f.ann, "POST", "/api/v1/flows/"+id, `{"access_control":{}}`)
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			f, g := running(t, 2)
			f.keeping()
			id := f.create(f.ann, strings.Replace(fmt.Sprintf(asks, "slow"), "{", `{"access_control":null,`, 1))
			mine := f.async(f.ann, id)
			<-g.asked
			theirs := f.async(f.ben, id)
			<-g.asked
			waits := f.async(f.ben, id)
			if err := forbid(f, id); err != nil {
				t.Fatal(err)
			}
			f.status(theirs, "aborted")
			f.status(waits, "aborted")
			f.status(mine, "running")
			g.let <- struct{}{}
			f.status(mine, "success")
		})
	}
}

// TestUnderWay: an admin sees all runs and ends them, others see their own.
func TestUnderWay(t *testing.T) {
	f, g := running(t, 2)
	ids := map[string]string{}
	for name, who := range map[string]caller{"ann": f.ann, "ben": f.ben} {
		id := f.create(who, strings.Replace(fmt.Sprintf(asks, "slow"), `"asks"`, `"of `+name+`"`, 1))
		ids[name] = f.async(who, id)
		<-g.asked
	}
	for _, c := range []struct {
		who  caller
		want []string
	}{{f.admin, []string{"of ann", "of ben"}}, {f.ann, []string{"of ann"}}, {f.ben, []string{"of ben"}}} {
		r := f.want(200, c.who, "GET", "/api/v1/executions", "")
		if got := strings.Count(r.text(), `"flow_name"`); got != len(c.want) {
			t.Errorf("%d runs, want %v: %s", got, c.want, r.body)
		}
		for _, name := range c.want {
			if !strings.Contains(r.text(), `"status":"running","execution_time":null`) || !strings.Contains(r.text(), `"flow_name":"`+name+`","user_email":"`+name[3:]+`@example.org"`) {
				t.Errorf("no run %q in %s", name, r.body)
			}
		}
	}
	for _, path := range ids {
		f.want(200, f.admin, "POST", path+"/cancel", "")
	}
	if r := f.want(200, f.admin, "GET", "/api/v1/executions", ""); r.text() != "[]" {
		t.Errorf("left are %s", r.body)
	}
}
