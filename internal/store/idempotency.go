package store

import (
	"context"
	"time"
)

// IdempotencyTTL is how long the answer to a request with an idempotency key is
// remembered.
const IdempotencyTTL = 24 * time.Hour

// Idempotency is the answer that was given to a request with an idempotency key.
type Idempotency struct {
	UserID    string
	Key       string   // unique for the user
	Request   [32]byte // SHA-256 of what was asked: method, path, body
	Status    int      // HTTP status
	Body      []byte
	Revision  string // of the flow in the answer
	CreatedAt int64  // epoch seconds; set by the store if 0
}

// Idempotent gives the record of a key, or [ErrNotFound] if there is none or it
// is older than [IdempotencyTTL].
func (s *Store) Idempotent(ctx context.Context, userID, key string) (*Idempotency, error) {
	return nil, errPending
}
