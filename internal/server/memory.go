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

// DefaultMemory is how many bytes everything that is under way holds at most unless
// [Options] say otherwise: 384 MiB. The process needs about twice as much.
const DefaultMemory = 384 << 20

const (
	// reserveTime is how long a request waits for memory that others hold, and reservePause
	// how often it looks.
	reserveTime  = 5 * time.Second
	reservePause = 10 * time.Millisecond
)

// memory is the one budget of bytes of the server: bodies, stored flows and records that
// are being read or answered, parts of lists, and what runs hold are taken from it. One
// user gets a part of it, as of the places of runs. As much is left to users who hold
// little: others may hold theirs for hours.
type memory struct {
	all   *engine.Budget
	share int64         // of one user
	time  time.Duration // reserveTime, but in tests

	mu    sync.Mutex
	users map[string]*userMemory
}

// userMemory is the budget of one user, as long as there are so many holds on it.
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

// of returns the budget of a user, and what to call when nothing is held of it any more.
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

// reserve takes n bytes for a user, for which it waits a little if need be, until release
// is called. What is larger than a user's part takes all of that.
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

// full is the answer to who found no memory.
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

// handOver lets somebody else give back what the call holds.
func (c *call) handOver() (release func()) {
	reserved := c.reserved
	c.reserved = nil
	return func() {
		for _, release := range reserved {
			release()
		}
	}
}

// release returns what the call holds.
func (c *call) release() { c.handOver()() }

// reserveFlow is reserve for a flow that is about to be read. One that is not there needs none.
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
