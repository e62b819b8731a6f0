package server

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"
)

// How failed sign-ins slow down the next ones. Nobody is locked out for good:
// otherwise anybody could lock out anybody.
const (
	freeByEmail   = 5  // failures in a row before waiting begins
	freeByAddress = 20 // the same for an address, which many people may share
	maxWait       = time.Minute
	forgetAfter   = 15 * time.Minute // without another failure
	maxTracked    = 10_000           // e-mails and addresses; beyond it the stalest is forgotten
)

// signIns counts failed sign-ins, and bounds how many passwords are compared at
// once.
type signIns struct {
	mu    sync.Mutex
	tries map[string]tries
	once  sync.Once
	slots chan struct{}
}

// tries are the failures of an e-mail or an address.
type tries struct {
	failures int
	last     time.Time
}

// wait is how long the caller has to hold back still.
func (s *signIns) wait(email, address string, now time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return max(s.tries["e"+email].wait(freeByEmail, now), s.tries["a"+address].wait(freeByAddress, now))
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

func (s *signIns) failed(email, address string, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tries == nil {
		s.tries = make(map[string]tries)
	}
	for _, who := range []string{"e" + email, "a" + address} {
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

// forgetStalest makes room: all that is over, or else the one whose last failure
// is longest ago.
func (s *signIns) forgetStalest(now time.Time) {
	var stalest string
	for who, t := range s.tries {
		if now.Sub(t.last) > forgetAfter {
			delete(s.tries, who)
		} else if stalest == "" || t.last.Before(s.tries[stalest].last) {
			stalest = who
		}
	}
	if len(s.tries) >= maxTracked {
		delete(s.tries, stalest)
	}
}

// succeeded forgets the failures of an e-mail. Those of the address stay: one's
// own account would otherwise wash off guesses at others'.
func (s *signIns) succeeded(email string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.tries, "e"+email)
}

// enter waits for a turn to compare a password.
func (s *signIns) enter(ctx context.Context) error {
	s.once.Do(func() { s.slots = make(chan struct{}, hashing()) })
	select {
	case s.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *signIns) leave() { <-s.slots }

// addressOf is what tells callers apart that are not signed in: the IPv4 address,
// or the /64 network of an IPv6 one, in which anybody has addresses to spare.
// X-Forwarded-For is not looked at, since anybody may write one.
func addressOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	ip := net.ParseIP(host)
	if ip == nil || ip.To4() != nil {
		return host
	}
	return ip.Mask(net.CIDRMask(64, 128)).String()
}
