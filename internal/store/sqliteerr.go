package store

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

// code returns SQLite's result code of an error, 0 if it is not SQLite's.
func code(err error) int {
	if e := (*sqlite.Error)(nil); errors.As(err, &e) {
		return e.Code()
	}
	return 0
}

func isBusy(err error) bool { return code(err)&0xff == lib.SQLITE_BUSY }

// isBroken reports whether a transaction cannot go on after an error: it is one of SQLite's
// and not about the values of one statement.
func isBroken(err error) bool {
	switch code(err) & 0xff {
	case 0, lib.SQLITE_CONSTRAINT, lib.SQLITE_TOOBIG:
		return false
	}
	return true
}

// explain returns the package's own error for a result code of SQLite.
func (d *sqliteDB) explain(err error) error {
	c := code(err)
	switch c {
	case lib.SQLITE_CONSTRAINT_PRIMARYKEY, lib.SQLITE_CONSTRAINT_UNIQUE:
		return ErrExists
	case lib.SQLITE_CONSTRAINT_FOREIGNKEY:
		return fmt.Errorf("user %w", ErrNotFound)
	case lib.SQLITE_IOERR_SHMSIZE:
		return fmt.Errorf("%w next to %s: free some and try again", ErrFull, d.path)
	}
	switch c & 0xff {
	case lib.SQLITE_FULL:
		return fmt.Errorf("%w for %s: free some and try again", ErrFull, d.path)
	case lib.SQLITE_READONLY:
		return fmt.Errorf("%s is %w: check its permissions and its folder's", d.path, ErrReadOnly)
	case lib.SQLITE_CANTOPEN:
		if f, err := os.Open(d.path); err == nil { //nolint:gosec // the operator named the path
			_ = f.Close()
		} else if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) {
			return fmt.Errorf("%s cannot be opened: there are too many open files; raise the limit (ulimit -n)", d.path)
		}
		return fmt.Errorf("%s cannot be opened, or its folder is %w: check the permissions of both", d.path, ErrReadOnly)
	case lib.SQLITE_NOTADB:
		return notSQLite(d.path)
	case lib.SQLITE_CORRUPT:
		return fmt.Errorf("%s is %w: move it away, with %s-wal, and restore a backup (%w)", d.path, ErrDamaged, d.path, err)
	case lib.SQLITE_BUSY:
		return fmt.Errorf("%s is %w, and has been for long: see what that does, and try again", d.path, ErrLocked)
	}
	return err
}

func notSQLite(path string) error {
	return fmt.Errorf("%s is not a SQLite database: name another file", path)
}
