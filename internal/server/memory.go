package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/flowctl/flowctl/internal/engine"
)

// DefaultMemory is the memory for all requests and runs unless [Options] sets another: 384
// MiB. The process needs about twice as much.
const DefaultMemory = 384 << 20

const (
	// reserveTime is how long a request waits for memory that others hold, and reservePause
	// how often it looks.
	reserveTime  = 5 * time.Second
	reservePause = 10 * time.Millisecond
)

// memory is the server's budget of bytes, for bodies, for stored flows and records that are
// being read or sent, for parts of lists and for runs. One user gets a part of it. The same
// part is kept for users who use little, since others may use theirs for hours.
type memory struct {
	all   *engine.Budget
	share int64         // of one user
	time  time.Duration // reserveTime, but in tests

	mu    sync.Mutex
	users map[string]*userMemory
}

// userMemory is the budget of one user, with the number of its uses.
type userMemory struct {
	*engine.Budget
	holds int
}

func newMemory(most int64) *memory {
	if most <= 0 {
		most = DefaultMemory
	}
	m := &memory{
		all: engine.NewBudget(most, nil), share: max(most/userPart, 1), time: reserveTime,
		users: map[string]*userMemory{},
	}
	m.all.Reserve(m.share, m.share/userPart)
	return m
}

// of returns the budget of a user, and a function to call when it is not used any more.
func (m *memory) of(userID string) (budget *engine.Budget, done func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	u := m.users[userID]
	if u == nil {
		u = &userMemory{Budget: engine.NewBudget(m.share, m.all)}
		m.users[userID] = u
	}
	u.holds++
	return u.Budget, sync.OnceFunc(func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		if u.holds--; u.holds == 0 {
			delete(m.users, userID)
		}
	})
}

// reserve takes n bytes for a user until release is called. If they are in use by others it
// waits for a while. If n is larger than a user's part it takes the whole part.
func (m *memory) reserve(ctx context.Context, userID string, n int64) (release func(), err error) {
	budget, done := m.of(userID)
	n = min(n, m.share)
	for deadline := time.Now().Add(m.time); ; {
		if err = budget.Take(n); err == nil {
			return sync.OnceFunc(func() {
				budget.Give(n)
				done()
			}), nil
		}
		if time.Now().After(deadline) {
			done()
			return nil, m.full(err)
		}
		select {
		case <-time.After(reservePause):
		case <-ctx.Done():
			done()
			return nil, ctx.Err()
		}
	}
}

// full returns the answer to a request for which there is no memory.
func (m *memory) full(err error) error {
	var limit *engine.LimitError
	if errors.As(err, &limit) && limit.Limit == engine.LimitMemory {
		return &problem{
			status: http.StatusTooManyRequests, retry: defaultRetry,
			detail: fmt.Sprintf("Your requests and runs under way take %s already, which is the most for one user: try again when some have ended", byteSize(m.share)),
		}
	}
	return &problem{status: http.StatusServiceUnavailable, detail: "The server has no memory left at present: try again later"}
}

// reserve takes n bytes from the user's memory until the call is over. A caller in the same
// process has its flows in the same memory anyhow, and a stranger's body is small.
func (c *call) reserve(n int64) error {
	if c.local != nil || c.user == nil {
		return nil
	}
	release, err := c.s.memory.reserve(c.r.Context(), c.user.ID, n)
	if err == nil {
		c.reserved = append(c.reserved, release)
	}
	return err
}

// handOver passes the call's bytes to the caller, who has to call release.
func (c *call) handOver() (release func()) {
	reserved := c.reserved
	c.reserved = nil
	return func() {
		for _, release := range reserved {
			release()
		}
	}
}

// release returns the bytes of the call.
func (c *call) release() { c.handOver()() }

// reserveFlow reserves memory for a flow that is about to be read, nothing if it does not
// exist.
func (c *call) reserveFlow(id string) error {
	if c.local != nil {
		return nil
	}
	n, err := c.s.st.FlowSize(c.r.Context(), id)
	if err != nil {
		return err
	}
	return c.reserve(n)
}
