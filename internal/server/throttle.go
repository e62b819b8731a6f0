package server

import (
	"context"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// How failed sign-ins slow down the next ones. Failures count for the pair of e-mail and
// address, so that nobody can lock out others from elsewhere. Those for an e-mail or an
// address alone have higher bounds, which do not apply to addresses from which the e-mail has
// signed in before.
const (
	freeTogether  = 5   // failures of an e-mail from an address, in a row, before waiting begins
	freeByAddress = 20  // the same for an address, which many people may share
	freeByEmail   = 100 // the same for an e-mail, from everywhere

	maxWait     = time.Minute
	forgetAfter = 15 * time.Minute // without another failure
	maxTracked  = 10_000           // of what failures are counted for; beyond it the stalest are forgotten
	maxKnown    = 10_000           // e-mails with the addresses that they signed in from; beyond it the oldest is forgotten
	knownFor    = sessionTTL

	// maxGuessing is how many wait for a password to be compared. Each takes some 70 ms.
	maxGuessing = 64
)

// signIns counts failed sign-ins, and bounds how many passwords are compared at
// once.
type signIns struct {
	mu    sync.Mutex
	tries map[string]tries
	known map[pair]time.Time // when they signed in last

	fromNew, fromKnown turnstile // sign-ins from an address that is new for the e-mail, and from one that is known
}

// pair is an e-mail and the address that it signs in from.
type pair struct{ email, address string }

// tries are the failures of an e-mail, an address, or both together.
type tries struct {
	failures int
	last     time.Time
}

// counted returns the keys for which the failures of a sign-in are counted.
func (p pair) counted() (together, address, email string) {
	return "t" + p.email + "\x00" + p.address, "a" + p.address, "e" + p.email
}

// wait returns how long the caller still has to wait, and whether the e-mail has signed in
// from the address lately.
func (s *signIns) wait(p pair, now time.Time) (wait time.Duration, known bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	together, address, email := p.counted()
	wait = s.tries[together].wait(freeTogether, now)
	if at, ok := s.known[p]; ok && now.Sub(at) < knownFor {
		return wait, true
	}
	return max(wait, s.tries[address].wait(freeByAddress, now), s.tries[email].wait(freeByEmail, now)), false
}

// wait doubles with every failure beyond the free ones: 1 s, 2 s, 4 s …
func (t tries) wait(free int, now time.Time) time.Duration {
	if t.failures < free || now.Sub(t.last) > forgetAfter {
		return 0
	}
	pause := maxWait
	if over := t.failures - free; over < 6 {
		pause = time.Second << over
	}
	return t.last.Add(pause).Sub(now)
}

func (s *signIns) failed(p pair, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tries == nil {
		s.tries = make(map[string]tries)
	}
	together, address, email := p.counted()
	for _, who := range []string{together, address, email} {
		t, known := s.tries[who]
		if !known && len(s.tries) >= maxTracked {
			s.forgetStalest(now)
		}
		if now.Sub(t.last) > forgetAfter {
			t.failures = 0
		}
		s.tries[who] = tries{failures: t.failures + 1, last: now}
	}
}

// forgetStalest makes room: it removes all entries that are over or, if there are none, the
// tenth with the oldest failures.
func (s *signIns) forgetStalest(now time.Time) {
	lasts := make([]time.Time, 0, len(s.tries))
	for _, t := range s.tries {
		lasts = append(lasts, t.last)
	}
	slices.SortFunc(lasts, time.Time.Compare)
	until := lasts[len(lasts)/10]
	for who, t := range s.tries {
		if !t.last.After(until) || now.Sub(t.last) > forgetAfter {
			delete(s.tries, who)
		}
	}
}

// succeeded removes the failures of an e-mail. Those of the address stay: otherwise a sign-in
// to one's own account would reset the count of guesses at others'.
func (s *signIns) succeeded(p pair, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	together, _, email := p.counted()
	delete(s.tries, together)
	delete(s.tries, email)
	if s.known == nil {
		s.known = make(map[pair]time.Time)
	}
	s.known[p] = now
	if len(s.known) > maxKnown {
		oldest := p
		for other, at := range s.known {
			if at.Before(s.known[oldest]) {
				oldest = other
			}
		}
		delete(s.known, oldest)
	}
}

// turnstile bounds how many sign-ins compare a password at once, and how many wait for that.
type turnstile struct {
	once    sync.Once
	slots   chan struct{}
	waiting atomic.Int32
}

// hashing returns how many passwords are compared at once: each occupies a core for a while.
func hashing() int { return max(1, runtime.GOMAXPROCS(0)/2) }

// enter waits for a turn to compare a password. Known callers have a turnstile of their own,
// so that others do not make them wait.
func (s *signIns) enter(ctx context.Context, known bool) (leave func(), err error) {
	g, size := &s.fromNew, hashing()
	if known {
		g, size = &s.fromKnown, 1
	}
	g.once.Do(func() { g.slots = make(chan struct{}, size) })
	if g.waiting.Add(1) > maxGuessing {
		err = &problem{status: http.StatusServiceUnavailable, retry: 2 * time.Second, detail: "Too many people sign in at this moment: try again"}
	} else {
		select {
		case g.slots <- struct{}{}:
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	g.waiting.Add(-1)
	return func() { <-g.slots }, err
}
