package server

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

const (
	// maxWaiting is how many runs may wait for their turn; further ones are refused. Their
	// bytes are taken from the server's [memory].
	maxWaiting = 1000

	// userPart is the part of the queue, of the memory and, unless the operator sets
	// another, of the slots that one user may use: a quarter.
	userPart = 4

	// runsRetry is when it makes sense to ask for a run again that was refused.
	runsRetry = 10 * time.Second
)

// turns decides which runs have a slot and which ones wait. One user gets a part of the slots
// only, and waiting users take turns, however many runs each of them has. It is not safe for
// concurrent use.
type turns struct {
	max, perUser int // runs at once, of all users and of one

	running, waiting int // of all users
	users            map[string]*share
	line             []*share // the users who wait, the next one first
}

// share is what one user uses of the slots and of the queue.
type share struct {
	running int
	waiting []*activeRun // in the order in which they came
}

func newTurns(most, perUser int) turns {
	if most <= 0 {
		most = DefaultMaxRuns
	}
	if perUser <= 0 {
		perUser = max(most/userPart, 1)
	}
	return turns{max: most, perUser: perUser, users: map[string]*share{}}
}

// enter gives the run a slot, or lets it wait for one. The error is a *problem if the queue is
// full.
func (t *turns) enter(run *activeRun) error {
	s := t.users[run.userID]
	if s == nil {
		s = &share{}
	}
	if waits := t.running >= t.max || s.running >= t.perUser; waits {
		switch {
		case len(s.waiting) >= maxWaiting/userPart:
			return &problem{
				status: http.StatusTooManyRequests, retry: runsRetry,
				detail: fmt.Sprintf("%d of your runs are waiting already", len(s.waiting)),
			}
		case t.waiting >= maxWaiting:
			return &problem{
				status: http.StatusServiceUnavailable, retry: runsRetry,
				detail: "Too many runs are waiting",
			}
		}
	}
	t.users[run.userID] = s
	if len(s.waiting) == 0 {
		t.line = append(t.line, s)
	}
	s.waiting = append(s.waiting, run)
	t.waiting++
	t.next()
	return nil
}

// next gives the free slots to waiting runs.
func (t *turns) next() {
	for t.running < t.max {
		at := slices.IndexFunc(t.line, func(s *share) bool { return s.running < t.perUser })
		if at < 0 {
			return
		}
		s := t.line[at]
		t.line = slices.Delete(t.line, at, at+1)
		run := s.waiting[0]
		if s.waiting = slices.Delete(s.waiting, 0, 1); len(s.waiting) > 0 {
			t.line = append(t.line, s)
		}
		t.waiting--
		t.running, s.running = t.running+1, s.running+1
		close(run.turn)
	}
}

// leave frees the slot of the run.
func (t *turns) leave(run *activeRun) {
	s := t.users[run.userID]
	if at := slices.Index(s.waiting, run); at >= 0 {
		t.waiting--
		if s.waiting = slices.Delete(s.waiting, at, at+1); len(s.waiting) == 0 {
			t.line = slices.DeleteFunc(t.line, func(other *share) bool { return other == s })
		}
	} else {
		t.running, s.running = t.running-1, s.running-1
	}
	if s.running == 0 && len(s.waiting) == 0 {
		delete(t.users, run.userID)
	}
}
