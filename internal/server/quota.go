package server

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/flowctl/flowctl/internal/store"
)

// Quotas bound what one user who is not an admin may have in the database; 0 means no bound.
type Quotas struct {
	Flows int64 // flows that they own
	Bytes int64 // bytes of those, and of the records of the runs that they made
}

const (
	// usageTime is how long a user's usage is cached. Other servers on the database write,
	// too, and records of runs are pruned.
	usageTime = 30 * time.Second
	// usageAgain is the age from which it is read again before a write is refused.
	usageAgain = time.Second
	// usageUsers is the largest number of users in the cache; then it is emptied.
	usageUsers = 4096
)

// quotas count what users have, so that not every write has to count it anew.
type quotas struct {
	Quotas
	st *store.Store

	mu    sync.Mutex
	users map[string]*userUsage
}

// userUsage is what a user has, and what writes under way are about to add.
type userUsage struct {
	store.Usage
	read                       time.Time
	pendingFlows, pendingBytes int64
}

// charge is what a write in progress adds to a user's usage. The zero value adds nothing.
type charge struct {
	q            *quotas
	u            *userUsage
	flows, bytes int64
}

// take charges flows and bytes to a user. Beyond the quota the error is a *problem; negative
// amounts are never refused. The caller settles the charge.
func (q *quotas) take(ctx context.Context, userID string, flows, bytes int64) (charge, error) {
	if q.Flows <= 0 && q.Bytes <= 0 {
		return charge{}, nil
	}
	var err error
	for _, age := range []time.Duration{usageTime, usageAgain} {
		var u *userUsage
		if u, err = q.usage(ctx, userID, age); err != nil {
			return charge{}, err
		}
		if err = q.add(u, flows, bytes); err == nil {
			return charge{q, u, flows, bytes}, nil
		}
	}
	return charge{}, err
}

// usage returns what a user has, as read no longer ago than age.
func (q *quotas) usage(ctx context.Context, userID string, age time.Duration) (*userUsage, error) {
	q.mu.Lock()
	u := q.users[userID]
	fresh := u != nil && time.Since(u.read) <= age
	q.mu.Unlock()
	if fresh {
		return u, nil
	}
	has, err := q.st.Usage(ctx, userID)
	if err != nil {
		return nil, err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if u = q.users[userID]; u == nil {
		if q.users == nil || len(q.users) >= usageUsers {
			q.users = map[string]*userUsage{}
		}
		u = &userUsage{}
		q.users[userID] = u
	}
	u.Usage, u.read = *has, time.Now()
	return u, nil
}

func (q *quotas) add(u *userUsage, flows, bytes int64) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	over := func(has, more, limit int64) bool { return limit > 0 && more > 0 && has+more > limit }
	switch {
	case u.Admin:
	case over(u.Flows+u.pendingFlows, flows, q.Flows):
		return overQuota(fmt.Sprintf("%d flows", q.Flows))
	case over(u.Bytes+u.pendingBytes, bytes, q.Bytes):
		return overQuota(byteSize(q.Bytes) + " of flows and executions, with earlier versions and what was deleted and can be restored")
	}
	u.pendingFlows, u.pendingBytes = u.pendingFlows+flows, u.pendingBytes+bytes
	return nil
}

func overQuota(limit string) error {
	return &problem{
		status: http.StatusForbidden,
		detail: "One user has at most " + limit + " on this server: delete some, or ask who runs it for more",
	}
}

// settle ends the charge: err is what became of the write.
func (c *charge) settle(err error) {
	if c.q == nil {
		return
	}
	c.q.mu.Lock()
	defer c.q.mu.Unlock()
	u := c.u
	u.pendingFlows, u.pendingBytes = u.pendingFlows-c.flows, u.pendingBytes-c.bytes
	if err == nil {
		u.Flows, u.Bytes = u.Flows+c.flows, u.Bytes+c.bytes
	}
	*c = charge{}
}

// forget empties the cache.
func (q *quotas) forget() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, u := range q.users {
		u.read = time.Time{}
	}
}
