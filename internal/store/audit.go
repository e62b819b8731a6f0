package store

import (
	"context"
	"fmt"
	"iter"

	"github.com/flowctl/flowctl/pkg/flow"
)

// Actor is who does something, for the audit log.
type Actor struct {
	UserID  string `json:"user_id"`
	Email   string `json:"email"`
	KeyName string `json:"key"`     // the name of the API key; "" without one
	Address string `json:"address"` // where the request came from
}

// AuditEntry is something that somebody did with a flow.
type AuditEntry struct {
	Actor
	At       int64  `json:"at"` // epoch seconds
	Action   string `json:"action"`
	FlowID   string `json:"flow_id"`
	FlowName string `json:"flow"`
	Detail   string `json:"detail"` // a version, label, execution or kind of access; never content

	seq int64
}

// The actions of an [AuditEntry].
const (
	AuditCreate  = "create"
	AuditUpdate  = "update"
	AuditShare   = "share" // or the end of it
	AuditLabel   = "label"
	AuditUnlabel = "unlabel"
	AuditDelete  = "delete"
	AuditPurge   = "purge"
	AuditRestore = "restore" // from the bin
	AuditRun     = "run"
)

type actorKey struct{}

// WithActor returns a context in which the changes that the store makes go into the audit log
// as those of a. Without an actor nothing is logged.
func WithActor(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// auditor adds to the audit log, in the transaction of what it is about.
type auditor struct {
	store *Store
	actor Actor
	ok    bool
}

// auditor returns the one for a change that ctx asks for. It has to be called before the write
// begins, which has another context.
func (s *Store) auditor(ctx context.Context) auditor {
	a := auditor{store: s}
	a.actor, a.ok = ctx.Value(actorKey{}).(Actor)
	return a
}

// auditStep is how many rows may be too many.
const auditStep = 1000

func (a auditor) add(ctx context.Context, tx queryer, action string, f *Flow, detail string) error {
	if !a.ok {
		return nil
	}
	seq, err := one(ctx, tx, value[int64], "INSERT INTO audit (at, action, flow_id, flow_name, detail, user_id, email, key_name, address)"+
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING seq",
		now(), action, f.ID, f.Name, detail, a.actor.UserID, a.actor.Email, a.actor.KeyName, a.actor.Address)
	if err != nil || a.store.KeepAudit <= 0 || *seq%auditStep != 0 {
		return err
	}
	_, err = tx.exec(ctx, "DELETE FROM audit WHERE seq <= $1", *seq-int64(a.store.KeepAudit))
	return err
}

// byID is add for a flow of which only the id is known.
func (a auditor) byID(ctx context.Context, tx queryer, action, id, detail string) error {
	if !a.ok {
		return nil
	}
	name, err := one(ctx, tx, value[string], "SELECT name FROM flow WHERE id = $1", id)
	if err != nil {
		return err
	}
	return a.add(ctx, tx, action, &Flow{ID: id, Name: *name}, detail)
}

// replaced is add for a flow that was written in the place of was. What the editor saves of a
// run is no change.
func (a auditor) replaced(ctx context.Context, tx queryer, was, f *Flow, shared bool) error {
	action, err := AuditUpdate, error(nil)
	if was.Deleted() {
		action = AuditRestore
	}
	if same := f.versionDigest() != "" && f.versionDigest() == was.versionDigest(); !same || was.Deleted() {
		err = a.add(ctx, tx, action, f, fmt.Sprint("version ", f.Version.Number))
	}
	if err == nil && shared {
		err = a.add(ctx, tx, AuditShare, f, f.accessWord())
	}
	return err
}

// accessWord returns in a word who may see a flow.
func (f *Flow) accessWord() string {
	switch {
	case f.AccessControl == nil:
		return "public"
	case flow.EqualAccess(f.AccessControl, []byte("{}")):
		return "private"
	}
	return "shared"
}

// AuditQuery chooses entries of the audit log.
type AuditQuery struct {
	Since int64  // epoch seconds; 0 for all
	User  string // an e-mail or id; "" for all
	Flow  string // a name or id; "" for all
}

// Audit returns the entries of the audit log, newest first.
func (s *Store) Audit(ctx context.Context, q AuditQuery) iter.Seq2[AuditEntry, error] {
	const some = 1000
	dest := func(e *AuditEntry) []any {
		return []any{&e.seq, &e.At, &e.Action, &e.FlowID, &e.FlowName, &e.Detail, &e.UserID, &e.Email, &e.KeyName, &e.Address}
	}
	return func(yield func(AuditEntry, error) bool) {
		for before := int64(1) << 62; ; {
			list, err := all(ctx, s.db, dest, "SELECT seq, at, action, flow_id, flow_name, detail, user_id, email, key_name, address FROM audit"+
				" WHERE seq < $1 AND at >= $2 AND ($3 = '' OR user_id = $3 OR email = $3) AND ($4 = '' OR flow_id = $4 OR flow_name = $4)"+
				" ORDER BY seq DESC LIMIT $5", before, q.Since, q.User, q.Flow, some)
			if err != nil {
				yield(AuditEntry{}, wrap("read the audit log", err))
				return
			}
			for _, e := range list {
				if !yield(e, nil) {
					return
				}
			}
			if len(list) < some {
				return
			}
			before = list[len(list)-1].seq
		}
	}
}
