package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// maxGroup is the most writes in one transaction, so that the first does not wait too
	// long.
	maxGroup = 256

	// lockTimeout is how long a write waits for another process to unlock the database.
	// flowctl locks it for milliseconds.
	lockTimeout = time.Minute
)

// writer is the only connection of this process that writes to a SQLite file.
// Writes that come while one is being committed are committed together.
type writer struct {
	conn    *sql.Conn
	explain func(error) error
	stmts   map[string]*sql.Stmt
	timeout time.Duration // lockTimeout, but in tests
	queue   chan *queued
	stopped chan struct{}
	closing sync.RWMutex // held for reading while a write is under way
	closed  bool
	commits atomic.Int64

	freed bool // rows were deleted since space was given back

	// Of the write that is being done:
	changed bool // a statement has changed rows
	broken  bool // one has failed in a way that ends the transaction
}

// queued is a write in the queue.
type queued struct {
	op
	ctx   context.Context //nolint:containedctx // the write is not begun when it is done
	asked time.Time
	err   error // valid when done is closed
	done  chan struct{}
}

func newWriter(conn *sql.Conn, explain func(error) error) *writer {
	w := &writer{
		conn:    conn,
		explain: explain,
		stmts:   map[string]*sql.Stmt{},
		timeout: lockTimeout,
		queue:   make(chan *queued),
		stopped: make(chan struct{}),
	}
	go w.run()
	return w
}

// write runs o in a transaction. If ctx ends before the transaction begins, o does not run and
// the error is ctx's.
func (w *writer) write(ctx context.Context, o op) error {
	w.closing.RLock()
	defer w.closing.RUnlock()
	if w.closed {
		return ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	q := &queued{op: o, ctx: ctx, asked: time.Now(), done: make(chan struct{})}
	select {
	case w.queue <- q:
	case <-ctx.Done():
		return ctx.Err()
	}
	<-q.done
	return q.err
}

// close waits for the queued writes, and accepts no more.
func (w *writer) close() error {
	w.closing.Lock()
	defer w.closing.Unlock()
	if w.closed {
		return nil
	}
	w.closed = true
	close(w.queue)
	<-w.stopped
	for _, st := range w.stmts { // SQLite keeps a connection open that has statements
		_ = st.Close()
	}
	return w.conn.Close()
}

func (w *writer) run() {
	defer close(w.stopped)
	var group []*queued
	idle := time.NewTimer(vacuumAfter)
	idle.Stop()
	for {
		select {
		case q, ok := <-w.queue:
			if !ok {
				return
			}
			group = w.gather(append(group[:0], q))
			w.commit(group)
			for i, q := range group {
				close(q.done)
				group[i] = nil
			}
			if w.freed {
				idle.Reset(vacuumAfter)
			}
			runtime.Gosched() // those who go on writing join the next group
		case <-idle.C:
			if w.freed = w.vacuum(); w.freed {
				idle.Reset(vacuumPause)
			}
		}
	}
}

// gather adds the waiting writes to group.
func (w *writer) gather(group []*queued) []*queued {
	for len(group) < maxGroup {
		select {
		case q, ok := <-w.queue:
			if !ok {
				return group
			}
			group = append(group, q)
		default:
			return group
		}
	}
	return group
}

// commit runs the group in one transaction. If that fails, as on a full disk, each write gets a
// transaction of its own, so that none fails because of another.
func (w *writer) commit(group []*queued) {
	err := w.begin(group)
	if err == nil {
		if err = w.finish(group); err != nil && len(group) > 1 {
			for i := range group {
				w.commit(group[i : i+1])
			}
			return
		}
	}
	if err != nil {
		for _, q := range group {
			q.err = cmp.Or(q.ctx.Err(), err)
		}
	}
}

// finish runs the group in the transaction that has begun, and ends it. If it returns nil,
// each write of the group has its own error; otherwise nothing is changed.
//
// SQLite reverts a failed statement itself, so that a write whose first statement fails has
// changed nothing. If a later statement fails the whole group fails: that is rare, and
// savepoints would make writes half as slow again.
func (w *writer) finish(group []*queued) error {
	for _, q := range group {
		if q.err = q.ctx.Err(); q.err != nil {
			continue
		}
		w.changed, w.broken = false, false
		if q.err = q.op(context.Background(), w); q.err != nil && (w.changed || w.broken) {
			_ = w.raw("ROLLBACK") // SQLite may have done so by itself
			return q.err
		}
	}
	if err := w.raw("COMMIT"); err != nil {
		_ = w.raw("ROLLBACK")
		return err
	}
	w.commits.Add(1)
	return nil
}

// begin takes the write lock. SQLite's own busy timeout does not end with the contexts of the
// group, and retries too seldom.
func (w *writer) begin(group []*queued) error {
	deadline := group[0].asked.Add(w.timeout) // however long it waited for others
	for pause := time.Millisecond / 2; ; pause = min(pause*2, 8*time.Millisecond) {
		err := w.raw("BEGIN IMMEDIATE")
		switch {
		case !errors.Is(err, ErrLocked), time.Now().After(deadline):
			return err
		case !slices.ContainsFunc(group, func(q *queued) bool { return q.ctx.Err() == nil }):
			return context.Canceled // nobody is there to see it
		}
		time.Sleep(pause/2 + rand.N(pause)) //nolint:gosec // no secret
	}
}

// raw runs a statement without arguments, such as COMMIT.
func (w *writer) raw(query string) error {
	_, err := w.exec(context.Background(), query)
	return err
}

func (w *writer) stmt(query string) (*sql.Stmt, error) {
	if st := w.stmts[query]; st != nil {
		return st, nil
	}
	st, err := w.conn.PrepareContext(context.Background(), query)
	if err == nil {
		w.stmts[query] = st
	}
	return st, err
}

func (w *writer) exec(_ context.Context, query string, args ...any) (int64, error) {
	st, err := w.stmt(query) //nolint:sqlclosecheck // it is kept for the next time
	if err != nil {
		return 0, w.failed(err)
	}
	res, err := st.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, w.failed(err)
	}
	n, err := res.RowsAffected()
	w.changed = w.changed || n > 0
	w.freed = w.freed || n > 0 && strings.HasPrefix(query, "DELETE")
	return n, err
}

func (w *writer) query(_ context.Context, each func(*sql.Rows) error, query string, args ...any) error {
	st, err := w.stmt(query) //nolint:sqlclosecheck // it is kept for the next time
	if err != nil {
		return w.failed(err)
	}
	rows, err := st.QueryContext(context.Background(), args...)
	if err == nil {
		err = eachRow(context.Background(), rows, each)
	}
	return w.failed(err)
}

func (w *writer) failed(err error) error {
	w.broken = w.broken || isBroken(err)
	return w.explain(err)
}
