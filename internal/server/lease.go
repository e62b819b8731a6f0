package server

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/flowctl/flowctl/internal/store"
)

const (
	// leaseTime is how long a server may be silent before others mark its runs as aborted.
	leaseTime = store.RunnerLease
	// beatTime is how often a server with runs under way renews its lease, and
	// looks whether one of them is to be ended.
	beatTime = leaseTime / 5
)

// lease is the server's record in the database that it is running. It finds servers that are
// not running any more, whose runs are then marked as aborted.
type lease struct {
	st   *store.Store
	id   string // of this server, a new one each time that it starts
	beat time.Duration
	time time.Duration
	wait time.Duration // for the database
	log  *slog.Logger

	mu      sync.Mutex
	renewed time.Time // zero before the first run
	silent  bool      // the database was asked in vain, which has been logged
}

func newLease(st *store.Store, log *slog.Logger) *lease {
	return &lease{st: st, id: uuid.NewString(), beat: beatTime, time: leaseTime, wait: leaseTime / 2, log: log}
}

// inTime returns a context for a query about runs: a database that hangs must not keep this
// server from renewing its lease in time.
func (l *lease) inTime(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, l.wait)
}

// ensure renews the lease unless it is fresh. It is called before a run is recorded, which
// other servers would otherwise mark as aborted.
func (l *lease) ensure(ctx context.Context) error {
	ctx, cancel := l.inTime(ctx)
	defer cancel()
	l.mu.Lock() // the time spent waiting here counts
	defer l.mu.Unlock()
	if !l.renewed.IsZero() && time.Since(l.renewed) < l.beat {
		return nil
	}
	return l.renew(ctx)
}

// renew records that this server is there. The caller holds the lock.
func (l *lease) renew(ctx context.Context) error {
	asked := time.Now()
	err := l.st.RenewRunner(ctx, l.id)
	if err == nil {
		l.renewed = asked
	}
	return err
}

// end records that this server has no more runs.
func (l *lease) end(ctx context.Context) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.renewed.IsZero() {
		return
	}
	if err := l.st.RemoveRunner(ctx, l.id); err != nil {
		l.log.Warn("the lease on runs was not given back", "error", err)
	}
	l.renewed = time.Time{}
}

// logOnce logs an error of the database once, until it answers again.
func (l *lease) logOnce(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil && !l.silent {
		l.log.Warn("the database does not answer about runs", "error", err)
	}
	l.silent = err != nil
}

// keepLease renews the lease while there are runs, ends those that are to be
// ended, and looks for abandoned ones, until ctx is done.
func (s *Server) keepLease(ctx context.Context) {
	ticker := time.NewTicker(s.lease.beat)
	defer ticker.Stop()
	for emptied := (time.Time{}); ; {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		err := s.runs.heartbeat(ctx)
		if err == nil {
			err = s.reapDeadRuns(ctx)
		}
		if err == nil && time.Since(emptied) > time.Minute {
			emptied, err = time.Now(), s.emptyBin(ctx)
		}
		if ctx.Err() == nil {
			s.lease.logOnce(err)
		}
	}
}

// reapDeadRuns marks as aborted the runs of servers that are gone, and those of this server
// whose end it could not record.
func (s *Server) reapDeadRuns(ctx context.Context) error {
	self := ""
	if s.runs.busy() {
		self = s.lease.id // whatever the lease says
	}
	ctx, cancel := s.lease.inTime(ctx)
	defer cancel()
	n, err := s.st.AbortExecutions(ctx, self, s.lease.time)
	if n > 0 {
		s.log.Warn("runs whose server is gone are marked as aborted", "executions", n)
	}
	return err
}

// busy reports whether runs are in progress.
func (r *runs) busy() bool {
	if r == nil {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.active) > 0
}

// heartbeat renews the lease and ends the runs that another server was asked to cancel,
// or whose record was deleted there, with its flow perhaps, and those of users who
// may not run the flow any more.
func (r *runs) heartbeat(ctx context.Context) error {
	if r == nil {
		return nil
	}
	recorded := r.recorded()
	if len(recorded) == 0 {
		return nil
	}
	ctx, cancel := r.lease.inTime(ctx)
	defer cancel()
	r.lease.mu.Lock()
	err := r.lease.renew(ctx)
	r.lease.mu.Unlock()
	if err != nil {
		return err
	}
	known, err := r.st.RunnerExecutions(ctx, r.lease.id)
	if err != nil {
		return err
	}
	for _, e := range known {
		run := recorded[e.ID]
		switch {
		case run == nil: // it has just ended, or is not noted as recorded yet
		case e.Cancelled:
			run.cancel(errCancelled)
		case !e.Allowed:
			run.cancel(errNotAllowed)
		}
		delete(recorded, e.ID)
	}
	for _, run := range recorded { // of what has just ended nothing is left to cancel
		run.cancel(errRecordGone)
	}
	return nil
}

// recorded returns the runs in progress that are in the database.
func (r *runs) recorded() map[string]*activeRun {
	r.mu.Lock()
	defer r.mu.Unlock()
	recorded := make(map[string]*activeRun, len(r.active))
	for id, run := range r.active {
		if run.recorded {
			recorded[id] = run
		}
	}
	return recorded
}
