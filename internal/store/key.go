package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// KeyKind distinguishes a key made for a program from the session of a sign-in.
type KeyKind string

// The kinds of keys.
const (
	APIKey     KeyKind = "api"
	SessionKey KeyKind = "session"
)

// Key describes a key; the key itself is not stored, only its SHA-256.
type Key struct {
	ID         string  `json:"id"`
	UserID     string  `json:"-"`
	Hint       string  `json:"hint"` // what may be shown of the key to tell it from others
	Name       string  `json:"name"`
	Email      string  `json:"email"` // the user's; read and not written
	Kind       KeyKind `json:"kind"`
	CreatedAt  int64   `json:"created_at"`   // epoch seconds
	LastUsedAt int64   `json:"last_used_at"` // epoch seconds, a few minutes late at most; 0 for never
	ExpiresAt  int64   `json:"expires_at"`   // epoch seconds; 0 for never
}

const (
	keyColumns   = "api_key.id, user_id, api_key.name, hint, kind, api_key.created_at, expires_at, last_used_at, users.email"
	keysAndUsers = " FROM api_key JOIN users ON users.id = user_id"

	lastUsedStep = 5 * 60          // seconds that LastUsedAt may be too old
	touchTimeout = 5 * time.Second // how long Close waits at most for LastUsedAt to be written
	keepSessions = 24 * 60 * 60    // seconds for which an expired session is told from an unknown key
)

func (k *Key) columns() []any {
	return []any{&k.ID, &k.UserID, &k.Name, &k.Hint, &k.Kind, &k.CreatedAt, &k.ExpiresAt, &k.LastUsedAt, &k.Email}
}

// AddKey adds a key with the SHA-256 of its text, and sets id and time of k if it has none.
// The error is [ErrNotFound] for an unknown user. Adding a session removes the user's
// sessions that expired more than a day ago.
func (s *Store) AddKey(ctx context.Context, k *Key, sum [32]byte) error {
	if k.ID == "" {
		k.ID = NewID()
	}
	if k.CreatedAt == 0 {
		k.CreatedAt = now()
	}
	err := errors.Join(checkID("id", k.ID), checkID("user_id", k.UserID), checkText("name", k.Name), checkText("hint", k.Hint))
	if err == nil {
		err = s.db.write(ctx, func(ctx context.Context, tx queryer) error { return insertKey(ctx, tx, k, sum) })
	}
	return wrap("add key", err)
}

func insertKey(ctx context.Context, tx queryer, k *Key, sum [32]byte) error {
	_, err := tx.exec(ctx, "INSERT INTO api_key (id, user_id, name, hint, kind, created_at, expires_at, last_used_at, hash)"+
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		k.ID, k.UserID, k.Name, k.Hint, string(k.Kind), k.CreatedAt, k.ExpiresAt, k.LastUsedAt, sum[:])
	if err != nil || k.Kind != SessionKey {
		return err
	}
	_, err = tx.exec(ctx, "DELETE FROM api_key WHERE user_id = $1 AND kind = 'session' AND expires_at > 0 AND expires_at <= $2",
		k.UserID, now()-keepSessions)
	return err
}

// UserByKey returns the user of a key, given the SHA-256 of its text. The error is
// [ErrNotFound] for an unknown key, [ErrExpired] for an expired one.
func (s *Store) UserByKey(ctx context.Context, sum [32]byte) (*User, *Key, error) {
	type userKey struct {
		user   User
		key    Key
		groups string
	}
	found, err := one(ctx, s.db, func(uk *userKey) []any {
		return append(append(uk.user.columns(), uk.key.columns()...), &uk.groups)
	}, "SELECT "+userColumns+", "+keyColumns+", "+groupsOfUser+keysAndUsers+" WHERE hash = $1", sum[:])
	if err != nil {
		return nil, nil, fmt.Errorf("find key: %w", err)
	}
	t := now()
	if found.key.ExpiresAt > 0 && found.key.ExpiresAt <= t {
		return nil, nil, fmt.Errorf("find key: %w", ErrExpired)
	}
	if t-found.key.LastUsedAt >= lastUsedStep {
		s.touch(found.key.ID, t)
	}
	if found.groups != "" {
		found.user.GroupIDs = strings.Split(found.groups, " ")
	}
	return &found.user, &found.key, nil
}

// touch records that a key was used at t, at most once a while and in the background, so that
// reading requests do not wait for a write. Errors, as on a full disk, are ignored.
func (s *Store) touch(id string, t int64) {
	if last, ok := s.touched.Load(id); ok && t-last.(int64) < lastUsedStep {
		return
	}
	s.touched.Store(id, t)
	s.touches.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), touchTimeout)
		defer cancel()
		_ = s.change(ctx, "UPDATE api_key SET last_used_at = $1 WHERE id = $2 AND last_used_at < $1", t, id)
	})
}

// Keys lists a user's keys, or everybody's for "", oldest first, expired ones too.
func (s *Store) Keys(ctx context.Context, userID string) ([]Key, error) {
	query, args := "SELECT "+keyColumns+keysAndUsers, []any(nil)
	if userID != "" {
		query, args = query+" WHERE user_id = $1", []any{userID}
	}
	list, err := all(ctx, s.db, (*Key).columns, query+" ORDER BY api_key.created_at, api_key.id", args...)
	return list, wrap("list keys", err)
}

// RevokeKey removes a key, or returns [ErrNotFound].
func (s *Store) RevokeKey(ctx context.Context, id string) error {
	return wrap("revoke key", s.change(ctx, "DELETE FROM api_key WHERE id = $1", id))
}

// EndSession removes a session, given the SHA-256 of its key. The error is [ErrNotFound] also
// for an API key.
func (s *Store) EndSession(ctx context.Context, sum [32]byte) error {
	return wrap("end session", s.change(ctx, "DELETE FROM api_key WHERE hash = $1 AND kind = 'session'", sum[:]))
}
