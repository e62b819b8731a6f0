package store

import "context"

// KeyKind tells a key made for a program from the session of a sign-in.
type KeyKind string

// The kinds of keys.
const (
	APIKey     KeyKind = "api"
	SessionKey KeyKind = "session"
)

// Key is what is known of a key that lets in; the key itself is not kept, only
// its SHA-256.
type Key struct {
	ID         string
	UserID     string
	Name       string
	Hint       string // what may be shown of the key to tell it from others
	Kind       KeyKind
	CreatedAt  int64 // epoch seconds
	ExpiresAt  int64 // epoch seconds; 0 for never
	LastUsedAt int64 // epoch seconds, a few minutes late at most; 0 for never
}

// AddKey adds a key by the SHA-256 of its text, giving k an id and the time if it
// has none.
func (s *Store) AddKey(ctx context.Context, k *Key, sum [32]byte) error { return errPending }

// UserByKey finds the user whom a key lets in, by the SHA-256 of its text. An
// unknown key is [ErrNotFound], one past its time [ErrExpired].
func (s *Store) UserByKey(ctx context.Context, sum [32]byte) (*User, *Key, error) {
	return nil, nil, errPending
}

// Keys lists a user's keys, or everybody's for "", oldest first, expired ones too.
func (s *Store) Keys(ctx context.Context, userID string) ([]Key, error) { return nil, errPending }

// RevokeKey removes a key, or gives [ErrNotFound].
func (s *Store) RevokeKey(ctx context.Context, id string) error { return errPending }
