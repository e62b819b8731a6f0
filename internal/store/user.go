package store

import "context"

// Role says what a user may do.
type Role string

// The roles. A pending user may nothing yet.
const (
	RoleAdmin   Role = "admin"
	RoleUser    Role = "user"
	RolePending Role = "pending"
)

// User is an account.
type User struct {
	ID           string
	Email        string // lower case, unique
	Name         string
	Role         Role
	CreatedAt    int64  // epoch seconds
	PasswordHash string // "" when no password is set: no sign-in
}

// AddUser adds u, giving it an id and the time if it has none. An id or e-mail
// that is taken is [ErrExists].
func (s *Store) AddUser(ctx context.Context, u *User) error { return errPending }

// EnsureAdmin gives the oldest admin. In a database without users it adds u as
// one first; of several processes that try at once, one adds.
func (s *Store) EnsureAdmin(ctx context.Context, u User) (admin *User, added bool, err error) {
	return nil, false, errPending
}

// FirstAdmin gives the oldest admin, or [ErrNotFound].
func (s *Store) FirstAdmin(ctx context.Context) (*User, error) { return nil, errPending }

// User gives a user, or [ErrNotFound].
func (s *Store) User(ctx context.Context, id string) (*User, error) { return nil, errPending }

// UserByEmail gives the user with that e-mail in any case, or [ErrNotFound].
func (s *Store) UserByEmail(ctx context.Context, email string) (*User, error) {
	return nil, errPending
}

// Users lists all users, oldest first.
func (s *Store) Users(ctx context.Context) ([]User, error) { return nil, errPending }

// UpdateUser writes the e-mail, name and role of the user with u's id:
// [ErrNotFound] without one, [ErrExists] when the e-mail is another's.
func (s *Store) UpdateUser(ctx context.Context, u User) error { return errPending }

// SetPassword stores the hash of a new password, "" for none, and ends the user's
// sessions.
func (s *Store) SetPassword(ctx context.Context, id, hash string) error { return errPending }

// RemoveUser removes a user with their keys. One who owns flows is not removed:
// the error is an *[InUseError] with their number.
func (s *Store) RemoveUser(ctx context.Context, id string) error { return errPending }

// RemoveUserAndFlows removes a user, their keys and their flows, and says how many
// flows those were.
func (s *Store) RemoveUserAndFlows(ctx context.Context, id string) (flows int64, err error) {
	return 0, errPending
}
