package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// IdempotencyTTL is how long a request with an idempotency key is remembered.
const IdempotencyTTL = 24 * time.Hour

// Idempotency is a request for a run that has an idempotency key.
type Idempotency struct {
	UserID    string
	Key       string   // unique for the user, at most 255 bytes
	Request   [32]byte // SHA-256 of what was asked: method, path, body
	Made      string   // id of the execution
	CreatedAt int64    // epoch seconds; the store's own, not looked at in what is to be kept
}

// Idempotent returns the record of a key, or [ErrNotFound] if there is none or it
// is older than [IdempotencyTTL].
func (s *Store) Idempotent(ctx context.Context, userID, key string) (*Idempotency, error) {
	r, err := idempotent(ctx, s.db, userID, key)
	if err != nil {
		return nil, fmt.Errorf("get idempotency record: %w", err)
	}
	return r, nil
}

func idempotent(ctx context.Context, q reader, userID, key string) (*Idempotency, error) {
	if !findable(userID) || !findable(key) {
		return nil, ErrNotFound
	}
	return one(ctx, q, scanIdempotency, "SELECT user_id, key, request, made, created_at FROM idempotency"+
		" WHERE user_id = $1 AND key = $2 AND created_at > $3", userID, key, forgotten())
}

// forgotten is the time at and before which records do not count any more.
func forgotten() int64 { return now() - int64(IdempotencyTTL/time.Second) }

func scanIdempotency(rows *sql.Rows, r *Idempotency) error {
	var request, made []byte
	err := rows.Scan(&r.UserID, &r.Key, &request, &made, &r.CreatedAt)
	r.Made = string(made)
	copy(r.Request[:], request)
	return err
}

// remember keeps r, if there is one. Each record that comes takes a few that have
// expired with it, so that they never heap up and no one waits for their removal.
func (s *Store) remember(ctx context.Context, tx queryer, r *Idempotency) error {
	if r == nil {
		return nil
	}
	if err := checkID("idempotency key", r.Key); err != nil {
		return err
	}
	n, err := tx.exec(ctx, "INSERT INTO idempotency (user_id, key, request, made, created_at)"+
		" VALUES ($1, $2, $3, $4, $5)"+
		" ON CONFLICT (user_id, key) DO UPDATE SET request = excluded.request, made = excluded.made,"+
		" created_at = excluded.created_at"+
		" WHERE idempotency.created_at <= $6",
		r.UserID, r.Key, r.Request[:], []byte(r.Made), now(), forgotten())
	if err != nil {
		return err
	}
	if n == 0 {
		first, err := idempotent(ctx, tx, r.UserID, r.Key)
		if err != nil {
			return err
		}
		return &ReplayError{First: *first}
	}
	_, err = tx.exec(ctx, s.db.dialect().purge, forgotten())
	return err
}
