package store

import (
	"errors"
	"fmt"
)

// What the store's errors match with errors.Is.
var (
	ErrNotFound  = errors.New("not found")
	ErrExists    = errors.New("exists already")
	ErrExpired   = errors.New("expired")
	ErrInUse     = errors.New("in use")
	ErrBadCursor = errors.New("bad cursor: use the one of the last page, or none")
	ErrBadText   = errors.New("text cannot be stored")
	ErrTooNew    = errors.New("database is newer than this flowctl")
	ErrFull      = errors.New("no space left")
	ErrReadOnly  = errors.New("not writable")
	ErrLocked    = errors.New("locked by another program")
	ErrClosed    = errors.New("store is closed")
	ErrDamaged   = errors.New("damaged")

	// ErrUnavailable is a database server that is away, does not answer, or takes no
	// connections at present.
	ErrUnavailable = errors.New("the database does not answer")
	ErrBadKind     = errors.New("no such kind of database")
)

// InUseError reports that a user cannot be removed because they own flows. It matches
// [ErrInUse].
type InUseError struct{ Flows int64 }

func (e *InUseError) Error() string {
	return fmt.Sprintf("user owns %d flows: delete those first", e.Flows)
}

// Is reports whether target is [ErrInUse].
func (e *InUseError) Is(target error) bool { return target == ErrInUse }
