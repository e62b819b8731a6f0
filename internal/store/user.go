package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Role is what a user may do.
type Role string

// The roles. A pending user may not do anything yet.
const (
	RoleAdmin   Role = "admin"
	RoleUser    Role = "user"
	RolePending Role = "pending"
)

// Valid reports whether r is one of the roles.
func (r Role) Valid() bool { return r == RoleAdmin || r == RoleUser || r == RolePending }

// User is an account.
type User struct {
	ID           string `json:"id"`
	Email        string `json:"email"` // lower case, unique
	Name         string `json:"name"`
	Role         Role   `json:"role"`
	CreatedAt    int64  `json:"created_at"` // epoch seconds
	PasswordHash string `json:"-"`          // "" when no password is set: no sign-in

	// GroupIDs are the groups of which the user is a member. Only [Store.UserByKey] reads them.
	GroupIDs []string `json:"-"`
}

func foldEmail(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

func (u *User) check() error {
	u.Email = foldEmail(u.Email)
	if !u.Role.Valid() {
		return fmt.Errorf("no such role, %q: use admin, user or pending", u.Role)
	}
	return errors.Join(checkID("id", u.ID), checkID("e-mail", u.Email), checkText("name", u.Name))
}

const userColumns = "users.id, email, users.name, role, users.created_at, password_hash"

func (u *User) columns() []any {
	return []any{&u.ID, &u.Email, &u.Name, &u.Role, &u.CreatedAt, &u.PasswordHash}
}

// AddUser adds u, and sets its id and time if it has none. The error is [ErrExists] if the id
// or the e-mail is taken.
func (s *Store) AddUser(ctx context.Context, u *User) error {
	err := u.fill()
	if err == nil {
		err = s.change(ctx, insertUser+" VALUES ($1, $2, $3, $4, $5, $6)", u.values()...)
	}
	return wrap("add user "+u.Email, err)
}

func (u *User) fill() error {
	if u.ID == "" {
		u.ID = NewID()
	}
	if u.CreatedAt == 0 {
		u.CreatedAt = now()
	}
	return u.check()
}

const insertUser = "INSERT INTO users (id, email, name, role, created_at, password_hash)"

// values returns the values for the columns of insertUser.
func (u *User) values() []any {
	return []any{u.ID, u.Email, u.Name, string(u.Role), u.CreatedAt, u.PasswordHash}
}

// EnsureAdmin returns the oldest admin. In a database without users it adds u as admin first;
// only one of several concurrent calls does. The error is [ErrNotFound] if there are users
// and none of them is an admin.
func (s *Store) EnsureAdmin(ctx context.Context, u User) (admin *User, added bool, err error) {
	u.Role = RoleAdmin
	admin, err = s.firstAdmin(ctx)
	if errors.Is(err, ErrNotFound) {
		if err = u.fill(); err == nil {
			// Two transactions of Postgres that both see no user get the same e-mail, and with
			// it only one of them succeeds.
			err = s.change(ctx, insertUser+" SELECT $1, $2, $3, $4, CAST($5 AS BIGINT), $6 WHERE NOT EXISTS (SELECT 1 FROM users)", u.values()...)
		}
		added = err == nil
		if added || errors.Is(err, ErrExists) || errors.Is(err, ErrNotFound) {
			admin, err = s.firstAdmin(ctx)
		}
	}
	return admin, added, wrap("find an admin", err)
}

func (s *Store) firstAdmin(ctx context.Context) (*User, error) {
	return one(ctx, s.db, (*User).columns, "SELECT "+userColumns+" FROM users WHERE role = 'admin' ORDER BY created_at, id LIMIT 1")
}

// User returns a user, or [ErrNotFound].
func (s *Store) User(ctx context.Context, id string) (*User, error) {
	return s.userBy(ctx, "id", id)
}

// UserByEmail returns the user with that e-mail in any case, or [ErrNotFound].
func (s *Store) UserByEmail(ctx context.Context, email string) (*User, error) {
	return s.userBy(ctx, "email", foldEmail(email))
}

func (s *Store) userBy(ctx context.Context, column, value string) (*User, error) {
	u, err := (*User)(nil), ErrNotFound
	if findable(value) {
		u, err = one(ctx, s.db, (*User).columns, "SELECT "+userColumns+" FROM users WHERE "+column+" = $1", value)
	}
	return u, wrap("get user", err)
}

// Users lists all users, oldest first.
func (s *Store) Users(ctx context.Context) ([]User, error) {
	list, err := all(ctx, s.db, (*User).columns, "SELECT "+userColumns+" FROM users ORDER BY created_at, id")
	return list, wrap("list users", err)
}

// SearchUsers lists the users whose name or e-mail contains a text, whatever the case, those
// whose name or e-mail it is first, and then by name: up to limit, and how many there are.
func (s *Store) SearchUsers(ctx context.Context, text string, limit int) (list []User, total int, err error) {
	if !storable(text) {
		return nil, 0, nil
	}
	var args []any
	arg := func(v any) string {
		args = append(args, v)
		return "$" + strconv.Itoa(len(args))
	}
	has := s.db.dialect().has
	query := "SELECT " + userColumns + ", count(*) OVER () FROM users WHERE " + has("users.name", text, arg) + " OR " + has("email", text, arg) +
		" ORDER BY (email = " + arg(foldEmail(text)) + " OR users.name = " + arg(text) + ") DESC, users.name, email LIMIT " + arg(limit)
	list, err = all(ctx, s.db, func(u *User) []any { return append(u.columns(), &total) }, query, args...)
	return list, total, wrap("search users", err)
}

// UpdateUser writes the e-mail, name and role of the user with u's id. The error is
// [ErrNotFound] without such a user, [ErrExists] if another user has the e-mail.
func (s *Store) UpdateUser(ctx context.Context, u User) error {
	err := u.check()
	if err == nil {
		err = s.change(ctx, "UPDATE users SET email = $1, name = $2, role = $3 WHERE id = $4", u.Email, u.Name, string(u.Role), u.ID)
	}
	return wrap("update user", err)
}

// change runs a statement in a transaction of its own. The error is [ErrNotFound] if it
// changes no row.
func (s *Store) change(ctx context.Context, query string, args ...any) error {
	return s.db.write(ctx, func(ctx context.Context, tx queryer) error { return found(tx.exec(ctx, query, args...)) })
}

// found returns [ErrNotFound] if a statement changed no row.
func found(affected int64, err error) error {
	if err == nil && affected == 0 {
		return ErrNotFound
	}
	return err
}

// SetPassword stores the hash of a new password, "" for none, and ends the user's
// sessions.
func (s *Store) SetPassword(ctx context.Context, id, hash string) error {
	return wrap("set password", s.db.write(ctx, func(ctx context.Context, tx queryer) error {
		if err := found(tx.exec(ctx, "UPDATE users SET password_hash = $1 WHERE id = $2", hash, id)); err != nil {
			return err
		}
		_, err := tx.exec(ctx, "DELETE FROM api_key WHERE user_id = $1 AND kind = 'session'", id)
		return err
	}))
}

// RemoveUser removes a user with their keys and what they have in the bin. One who owns flows is not removed:
// the error is an *[InUseError] with their number.
func (s *Store) RemoveUser(ctx context.Context, id string) error {
	return wrap("remove user", s.db.write(ctx, func(ctx context.Context, tx queryer) error {
		flows, err := one(ctx, tx, value[int64], "SELECT count(*) FROM flow WHERE user_id = $1 AND "+inUse, id)
		if err != nil {
			return err
		}
		if *flows > 0 {
			return &InUseError{Flows: *flows}
		}
		if _, err := tx.exec(ctx, "DELETE FROM flow WHERE user_id = $1", id); err != nil { // in the bin
			return err
		}
		return found(tx.exec(ctx, "DELETE FROM users WHERE id = $1", id))
	}))
}

// RemoveUserAndFlows removes a user, their keys and their flows, and returns how many
// flows those were.
func (s *Store) RemoveUserAndFlows(ctx context.Context, id string) (flows int64, err error) {
	err = s.db.write(ctx, func(ctx context.Context, tx queryer) error {
		if err := found(tx.exec(ctx, "DELETE FROM users WHERE id = $1", id)); err != nil {
			return err
		}
		flows, err = tx.exec(ctx, "DELETE FROM flow WHERE user_id = $1", id)
		return err
	})
	return flows, wrap("remove user", err)
}
