package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"sync"
	"testing"
	"time"
)

const signInPath = "/api/v1/auths/signin"

func TestFailedSignInsSlowDown(t *testing.T) {
	f := newFixture(t, Options{})
	setPassword(t, f, f.ann, "correct horse")
	const right, wrong = `{"email":"ann@example.org","password":"correct horse"}`, `{"email":"ann@example.org","password":"no"}`
	f.want(401, caller{}, "POST", signInPath, wrong)
	f.want(200, caller{}, "POST", signInPath, right) // and the count begins again
	for range freeTogether {
		f.want(401, caller{}, "POST", signInPath, wrong)
	}
	for _, body := range []string{wrong, right} {
		r := f.want(429, caller{}, "POST", signInPath, body)
		if r.header.Get("Retry-After") != "1" {
			t.Errorf("Retry-After is %q, want 1", r.header.Get("Retry-After"))
		}
	}
	f.want(401, caller{}, "POST", signInPath, `{"email":"ben@example.org","password":"no"}`) // others are not kept waiting
}

// TestSignInIsNotKeptShut: guesses from elsewhere keep nobody out, nor do those of
// others behind the same proxy.
func TestSignInIsNotKeptShut(t *testing.T) {
	f := newFixture(t, Options{Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	setPassword(t, f, f.ann, "correct horse")
	setPassword(t, f, f.ben, "correct horse")
	signIn := func(want int, from, email, password string) {
		t.Helper()
		f.want(want, caller{}, "POST", signInPath, fmt.Sprintf(`{"email":%q,"password":%q}`, email, password), "X-Forwarded-For", from)
	}
	for range freeTogether {
		signIn(401, "192.0.2.66", "ann@example.org", "guess")
	}
	signIn(429, "192.0.2.66", "ann@example.org", "guess")
	signIn(200, "192.0.2.1", "ann@example.org", "correct horse")

	// Many guesses at other e-mails from an office: who signed in there before still does.
	signIn(200, "192.0.2.2", "ben@example.org", "correct horse")
	for i := range freeByAddress {
		f.srv.signIns.failed(pair{fmt.Sprint(i, "@example.org"), "192.0.2.2"}, time.Now())
	}
	signIn(429, "192.0.2.2", "ann@example.org", "correct horse")
	signIn(200, "192.0.2.2", "ben@example.org", "correct horse")
	signIn(200, "192.0.2.3", "ann@example.org", "correct horse") // others behind the proxy
}

func TestSignInsWait(t *testing.T) {
	start := time.Now()
	ann := func(address any) pair { return pair{"ann", fmt.Sprint(address)} }
	waits := func(s *signIns, p pair, after time.Duration) time.Duration {
		wait, _ := s.wait(p, start.Add(after))
		return max(wait, 0)
	}
	var s signIns
	s.succeeded(ann("home"), start.Add(-time.Hour))
	for i := range freeByEmail + 10 {
		s.failed(ann(i), start)
	}
	for _, c := range []struct {
		from  string
		after time.Duration
		want  time.Duration
	}{
		{"elsewhere", 0, maxWait}, {"elsewhere", maxWait, 0}, {"elsewhere", maxWait - time.Second, time.Second},
		{"elsewhere", forgetAfter + 1, 0}, {"home", 0, 0},
	} {
		if got := waits(&s, ann(c.from), c.after); got != c.want {
			t.Errorf("from %s after %v wait %v, want %v", c.from, c.after, got, c.want)
		}
	}
	if got := waits(&s, ann("home"), knownFor); got != 0 { // all is long over
		t.Errorf("wait %v", got)
	}
	for range freeTogether {
		s.failed(ann("home"), start)
	}
	if got := waits(&s, ann("home"), 0); got != time.Second {
		t.Errorf("guesses from where she signed in before wait %v, want 1s", got)
	}
	for i, want := range map[int]time.Duration{4: 0, 5: 1, 6: 2, 7: 4, 8: 8, 9: 16, 10: 32, 11: 60, 1000: 60} {
		if got := (tries{failures: i, last: start}).wait(5, start); got != want*time.Second {
			t.Errorf("after %d failures wait %v, want %v", i, got, want*time.Second)
		}
	}
	var byAddress signIns
	for i := range freeByAddress {
		byAddress.failed(pair{fmt.Sprint(i), "a"}, start)
	}
	if waits(&byAddress, pair{"new", "a"}, 0) != time.Second || waits(&byAddress, pair{"new", "b"}, 0) != 0 {
		t.Error("an address that tries many e-mails has to wait, and no other")
	}
	byAddress.succeeded(pair{"mine", "a"}, start)
	if waits(&byAddress, pair{"new", "a"}, 0) == 0 {
		t.Error("one good sign-in washed off the address's failures")
	}
}

func TestSignInsAreBounded(t *testing.T) {
	start := time.Now()
	var s signIns
	for i := range maxTracked {
		s.failed(pair{fmt.Sprint("e", i), "address"}, start.Add(time.Duration(i)))
	}
	if len(s.tries) > maxTracked {
		t.Errorf("%d are tracked, want %d at most", len(s.tries), maxTracked)
	}
	if s.tries["aaddress"].failures != maxTracked {
		t.Errorf("the address has %d failures, want %d", s.tries["aaddress"].failures, maxTracked)
	}
	for i := range maxTracked / 5 {
		s.failed(pair{fmt.Sprint("late", i), "address"}, start.Add(2*forgetAfter))
	}
	if _, old := s.tries["e"+fmt.Sprint("e", maxTracked-1)]; old || len(s.tries) > maxTracked/2 {
		t.Errorf("%d are tracked after all was over", len(s.tries))
	}
	for i := range maxKnown + 5 {
		s.succeeded(pair{fmt.Sprint("e", i), "address"}, start.Add(time.Duration(i)))
	}
	if _, known := s.wait(pair{fmt.Sprint("e", maxKnown+4), "address"}, start.Add(time.Second)); len(s.known) != maxKnown || !known {
		t.Errorf("%d are known, the last: %v", len(s.known), known)
	}
}

// TestSignInsQueue: so many wait for a password to be compared, further ones are sent
// away, and those who are known do not wait behind strangers.
func TestSignInsQueue(t *testing.T) {
	var s signIns
	for range hashing() {
		if _, err := s.enter(t.Context(), false); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range maxGuessing {
		wg.Go(func() {
			if _, err := s.enter(ctx, false); !errors.Is(err, context.Canceled) {
				t.Errorf("who waits got %v", err)
			}
		})
	}
	for s.fromNew.waiting.Load() < maxGuessing {
		time.Sleep(time.Millisecond)
	}
	var p *problem
	if _, err := s.enter(t.Context(), false); !errors.As(err, &p) || p.status != http.StatusServiceUnavailable || p.retry == 0 {
		t.Errorf("one more got %v", err)
	}
	leave, err := s.enter(t.Context(), true)
	if err != nil {
		t.Errorf("who is known got %v", err)
	}
	leave()
	cancel()
	wg.Wait()
	if n := s.fromNew.waiting.Load(); n != 0 {
		t.Errorf("%d wait still", n)
	}
}

func TestAddressOf(t *testing.T) {
	direct := &Server{}
	for remote, want := range map[string]string{
		"192.0.2.1:80": "192.0.2.1", "[2001:db8:1:2:3::4]:80": "2001:db8:1:2::", "in-process": "in-process", "[::ffff:192.0.2.1]:1": "192.0.2.1",
		"[fe80::1%eth0]:1": "fe80::",
	} {
		r := &http.Request{RemoteAddr: remote, Header: http.Header{"X-Forwarded-For": {"198.51.100.9"}}}
		if got := direct.addressOf(r); got != want {
			t.Errorf("%s is %s, want %s", remote, got, want)
		}
		if got := direct.remoteOf(r); got != remote {
			t.Errorf("%s is logged as %s", remote, got)
		}
	}
	behind := &Server{proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8:ffff::/48")}}
	for _, c := range []struct {
		remote string
		header []string
		want   string
	}{
		{"127.0.0.1:1", []string{"192.0.2.1"}, "192.0.2.1"},
		{"127.0.0.1:1", []string{"made.up, 198.51.100.9, 192.0.2.1"}, "192.0.2.1"},
		{"127.0.0.1:1", []string{"198.51.100.9", "192.0.2.1, 10.1.2.3"}, "192.0.2.1"},
		{"127.0.0.1:1", []string{"192.0.2.1:4711"}, "192.0.2.1"},
		{"127.0.0.1:1", []string{"[2001:db8:1:2:3::4]:4711"}, "2001:db8:1:2::"},
		{"127.0.0.1:1", []string{"2001:db8:1:2:3::4"}, "2001:db8:1:2::"},
		{"[2001:db8:ffff::1]:1", []string{"192.0.2.1"}, "192.0.2.1"},
		{"127.0.0.1:1", nil, "127.0.0.1"},
		{"127.0.0.1:1", []string{"nonsense"}, "127.0.0.1"},
		{"127.0.0.1:1", []string{"192.0.2.1, nonsense, 10.1.2.3"}, "10.1.2.3"},
		{"127.0.0.1:1", []string{"10.1.1.1, 10.1.2.3"}, "10.1.1.1"},
		{"192.0.2.7:1", []string{"198.51.100.9"}, "192.0.2.7"}, // no proxy of ours
	} {
		r := &http.Request{RemoteAddr: c.remote, Header: http.Header{"X-Forwarded-For": c.header}}
		if got := behind.addressOf(r); got != c.want {
			t.Errorf("%s with %q is %s, want %s", c.remote, c.header, got, c.want)
		}
	}
}

func TestParseProxies(t *testing.T) {
	got, err := ParseProxies([]string{"127.0.0.1", "10.1.2.3/8", "::1", "[2001:db8::1]"})
	want := "[127.0.0.1/32 10.0.0.0/8 ::1/128 2001:db8::1/128]"
	if fmt.Sprint(got) != want || err != nil {
		t.Errorf("got %v, %v, want %s", got, err, want)
	}
	for _, bad := range []string{"", "proxy", "10.0.0.0/99", "10.0.0.0/8/8"} {
		if got, err := ParseProxies([]string{bad}); err == nil {
			t.Errorf("%q is %v", bad, got)
		}
	}
}
