package server

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/flowctl/flowctl/internal/store"
)

// slowBody sends the head of a request with a body of n bytes, which does not come. The
// connection is closed at the end of the test, or by the function that it returns.
func (f *fixture) slowBody(who caller, n int) (giveUp func()) {
	f.t.Helper()
	conn, err := new(net.Dialer).DialContext(f.t.Context(), "tcp", strings.TrimPrefix(f.url, "http://"))
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { _ = conn.Close() })
	if _, err := fmt.Fprintf(conn, "POST /api/v1/flows/create HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n{", who.key, n); err != nil {
		f.t.Fatal(err)
	}
	return func() { _ = conn.Close() }
}

// holding waits until so many bytes are held.
func (f *fixture) holding(n int64) {
	f.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); f.srv.memory.all.Used() != n; {
		if time.Now().After(deadline) {
			f.t.Fatalf("%d bytes are held, want %d", f.srv.memory.all.Used(), n)
		}
		time.Sleep(time.Millisecond)
	}
}

// TestMemory: the bodies under way have a bound for each user, and one for all.
func TestMemory(t *testing.T) {
	const share = 100_000
	f := newFixture(t, Options{Memory: userPart * share})
	f.srv.memory.time = 50 * time.Millisecond
	id := f.create(f.ann, hello)
	f.holding(0)
	body := func(n int) string { return `{"name":"x"` + strings.Repeat(" ", n-len(`{"name":"x"}`)) + `}` }
	f.slowBody(f.ann, share-1000)
	f.holding(share - 1000)
	f.want(200, f.ann, "POST", "/api/v1/flows/create", body(1000))
	r := f.want(429, f.ann, "POST", "/api/v1/flows/create", body(1001))
	if !strings.Contains(r.text(), "100000 bytes already, which is the most for one user") || r.header.Get("Retry-After") == "" {
		t.Errorf("answered %s, %v", r.body, r.header)
	}
	f.want(200, f.ben, "POST", "/api/v1/flows/create", body(share))
	f.want(200, f.ann, "GET", "/api/v1/flows/"+id, "")
	// A body that is larger than a user's part takes all of it.
	f.want(200, f.ben, "POST", "/api/v1/flows/create", body(share+1))

	// What three users hold leaves as much for those who need little.
	giveUp := f.slowBody(f.ben, share)
	f.slowBody(addUser(t, f.st, "u@x", store.RoleUser), share)
	f.holding(3*share - 1000)
	const little = share / userPart
	f.want(200, f.admin, "POST", "/api/v1/flows/create", body(little))
	r = f.want(503, f.admin, "POST", "/api/v1/flows/create", body(little+1))
	if !strings.Contains(r.text(), "The server has no memory left at present") || r.header.Get("Retry-After") == "" {
		t.Errorf("answered %s, %v", r.body, r.header)
	}
	// Who waits has what others give back.
	f.srv.memory.time = 10 * time.Second
	time.AfterFunc(50*time.Millisecond, giveUp)
	f.want(200, f.admin, "POST", "/api/v1/flows/create", body(share))
}

// TestMemoryOfAnswers: a flow is held while it is answered, to somebody who does not
// read, too, and given back afterwards.
func TestMemoryOfAnswers(t *testing.T) {
	f := newFixture(t, Options{})
	const size = 14 << 20 // more than the buffers of a connection take
	id := f.create(f.ann, `{"name":"x","nodes":[{"a":"`+strings.Repeat("x", size)+`"}]}`)
	f.holding(0)
	var waits []*http.Response
	for range 4 {
		waits = append(waits, f.open(id))
	}
	if used := f.srv.memory.all.Used(); used < 4*size || used > 5*size {
		t.Errorf("%d bytes are held, want 4 times %d", used, size)
	}
	_ = waits[0].Body.Close()
	if b, err := io.ReadAll(waits[1].Body); err != nil || len(b) < size {
		t.Errorf("read %d bytes, %v", len(b), err)
	}
	for _, resp := range waits[2:] {
		_ = resp.Body.Close()
	}
	f.holding(0)
	f.srv.memory.mu.Lock()
	defer f.srv.memory.mu.Unlock()
	if len(f.srv.memory.users) != 0 {
		t.Errorf("%d users are remembered", len(f.srv.memory.users))
	}
}
