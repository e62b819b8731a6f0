package server

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/bcrypt"

	"github.com/flowctl/flowctl/internal/store"
)

// sessionTTL is how long a sign-in lasts.
const sessionTTL = 30 * 24 * time.Hour

// EnsureAdmin returns the oldest admin, and makes one in a database without users.
// It has neither a key nor a password until [FirstKey] or somebody adds one.
func EnsureAdmin(ctx context.Context, st *store.Store) (*store.User, error) {
	u, _, err := st.EnsureAdmin(ctx, store.User{Email: "admin@localhost", Name: "Admin", Role: store.RoleAdmin})
	if err != nil {
		return nil, fmt.Errorf("find the admin: %w", err)
	}
	return u, nil
}

// FirstKey makes a key for an admin who has neither a key nor a password, else it returns "".
func FirstKey(ctx context.Context, st *store.Store, admin *store.User) (secret string, err error) {
	if admin.PasswordHash != "" {
		return "", nil
	}
	keys, err := st.Keys(ctx, admin.ID)
	if err != nil || len(keys) > 0 {
		return "", err
	}
	secret, _, err = addKey(ctx, st, "sk-", store.Key{ID: admin.ID, UserID: admin.ID, Name: "first start", Kind: store.APIKey})
	if errors.Is(err, store.ErrExists) {
		return "", nil
	}
	return secret, err
}

// NewKey makes an API key of 256 random bits for a user. The secret cannot be read again: the
// store only has its SHA-256.
func NewKey(ctx context.Context, st *store.Store, userID, name string) (secret string, key store.Key, err error) {
	return NewKeyUntil(ctx, st, userID, name, 0)
}

// NewKeyUntil is [NewKey] for a key that expires at a time in epoch seconds; 0 is never.
func NewKeyUntil(ctx context.Context, st *store.Store, userID, name string, until int64) (secret string, key store.Key, err error) {
	return addKey(ctx, st, "sk-", store.Key{UserID: userID, Name: name, Kind: store.APIKey, ExpiresAt: until})
}

// newSession makes a key that lasts for one sign-in.
func newSession(ctx context.Context, st *store.Store, userID string) (string, store.Key, error) {
	return addKey(ctx, st, "session-", store.Key{
		UserID: userID, Name: "sign-in", Kind: store.SessionKey, ExpiresAt: time.Now().Add(sessionTTL).Unix(),
	})
}

func addKey(ctx context.Context, st *store.Store, prefix string, key store.Key) (string, store.Key, error) {
	var random [32]byte
	_, _ = rand.Read(random[:]) // never fails
	secret := prefix + base64.RawURLEncoding.EncodeToString(random[:])
	key.Hint = prefix + "…" + secret[len(secret)-4:]
	if err := st.AddKey(ctx, &key, HashKey(secret)); err != nil {
		return "", store.Key{}, fmt.Errorf("make a key: %w", err)
	}
	return secret, key, nil
}

// HashKey returns the SHA-256 of a key, by which the store finds it. A slow hash is not
// needed: 256 random bits cannot be guessed.
func HashKey(secret string) [sha256.Size]byte { return sha256.Sum256([]byte(secret)) }

// Limits of a password: what is shorter is guessed, and bcrypt does not read on
// beyond 72 bytes.
const (
	minPassword = 8
	maxPassword = 72
)

// ErrPassword is the error for a password that is not accepted.
var ErrPassword = errors.New("a password has 8 to 72 bytes of UTF-8 text, without NUL")

// HashPassword returns the bcrypt hash of a password, or [ErrPassword].
func HashPassword(password string) (string, error) {
	if len(password) < minPassword || len(password) > maxPassword || !utf8.ValidString(password) || strings.IndexByte(password, 0) >= 0 {
		return "", ErrPassword
	}
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.DefaultCost)
	if err != nil {
		return "", fmt.Errorf("hash the password: %w", err)
	}
	return string(hash), nil
}
