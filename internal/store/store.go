package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
)

// Store is an open database. It is safe for concurrent use.
type Store struct {
	// KeepVersions is how many versions of a flow are kept, but for those with a label;
	// 0 or less is all. It is set before the store is used.
	KeepVersions int
	// KeepAudit is how many entries of the audit log are kept, 0 or less is all. It is set
	// before the store is used, too.
	KeepAudit int

	db        database
	packer    packer
	keepBytes int64 // keepBytes, but in tests

	touched sync.Map       // id of a key -> epoch seconds of its last use that was written, see touch
	touches sync.WaitGroup // the writes of touch
}

// database is a SQLite file or a Postgres database.
type database interface {
	reader // outside of a transaction

	// prepare returns an error if there is no database; with create it may make one.
	prepare(create bool) error
	// migrate runs step while nobody else migrates. With alone the error is errInUse if
	// somebody else has the database open.
	migrate(ctx context.Context, alone bool, step migrationStep) ([]Migration, error)
	// write runs op in a transaction. If it returns nil, the changes are durable; after an
	// error nothing is changed.
	write(ctx context.Context, op op) error
	// writeLess is write for an op that makes the database smaller, which has to work on a
	// full disk, too.
	writeLess(ctx context.Context, op op) error
	// release makes some room on a full disk, and reports whether it could.
	release() bool
	dialect() *dialect
	close() error
}

// op is the function of a write. It may run several times if the transaction fails, so that it
// must not change anything but the database.
type op func(ctx context.Context, tx queryer) error

// Open opens a database and migrates it to this program's version. dsn is the path of a SQLite
// file, which is made with its folder if it is missing, or a postgres:// URL. The error is
// [ErrTooNew] for a database that a newer program has migrated.
func Open(ctx context.Context, dsn string) (*Store, error) { return open(ctx, dsn, true) }

// OpenExisting is [Open] for a database that must be there: a file that is missing, or
// a database without tables, is left so, and is [fs.ErrNotExist].
func OpenExisting(ctx context.Context, dsn string) (*Store, error) { return open(ctx, dsn, false) }

func open(ctx context.Context, dsn string, create bool) (*Store, error) {
	db, err := connect(dsn)
	if err == nil {
		err = bringUp(ctx, db, create)
		if errors.Is(err, ErrFull) && db.release() {
			err = bringUp(ctx, db, create)
		}
		if err != nil {
			err = errors.Join(err, db.close())
		}
	}
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	return &Store{db: db, keepBytes: keepBytes}, nil
}

// connect returns the database for an address, without opening it.
func connect(dsn string) (database, error) {
	scheme, _, isURL := strings.Cut(dsn, "://")
	switch {
	case dsn == "":
		return nil, errors.New("no database named: give the path of a file, or a postgres:// URL")
	case !isURL:
		return newSQLite(dsn)
	case scheme == "postgres" || scheme == "postgresql":
		return newPostgres(dsn)
	}
	return nil, fmt.Errorf("%w, %q: give the path of a file, or a postgres:// URL", ErrBadKind, scheme)
}

// bringUp makes and migrates the database if necessary. If it is current that takes one
// query.
func bringUp(ctx context.Context, db database, create bool) error {
	if err := db.prepare(create); err != nil {
		return err
	}
	version, err := versionOf(ctx, db)
	if err != nil || version == schemaVersion {
		return err
	}
	if version == 0 && !create {
		return fs.ErrNotExist
	}
	if _, err = db.migrate(ctx, false, migrateUp); err != nil {
		return err
	}
	_, err = versionOf(ctx, db) // from now on a connection has it open, see MigrateDown
	return err
}

// Close finishes the waiting writes and closes the database.
func (s *Store) Close() error {
	s.touches.Wait()
	return wrap("close database", s.db.close())
}

// Ping returns an error if the database does not answer.
func (s *Store) Ping(ctx context.Context) error {
	if _, err := one(ctx, s.db, value[int64], "SELECT 1"); err != nil {
		return fmt.Errorf("ask database: %w", err)
	}
	return nil
}
