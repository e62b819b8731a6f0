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

	// prepare sees that there is a database; with create it may make one.
	prepare(create bool) error
	// migrate runs step while nobody else migrates. With alone nobody else may have the
	// database open, or the error is errInUse.
	migrate(ctx context.Context, alone bool, step migrationStep) ([]Migration, error)
	// write runs op in a transaction. When it returns without an error, what op did
	// is durable; an error means that nothing was done.
	write(ctx context.Context, op op) error
	// writeLess is write for an op that makes the database smaller, which is to work on
	// a full disk, too.
	writeLess(ctx context.Context, op op) error
	// release reports whether it has made some room on a full disk.
	release() bool
	dialect() *dialect
	close() error
}

// op is what a write does. It may be run again if its transaction failed for
// another reason, so it must not change anything but the database.
type op func(ctx context.Context, tx queryer) error

// Open opens a database and brings it up to this program's version: a file's path
// is SQLite (the file and its folder are made if need be), a postgres:// URL is
// Postgres. A database that a newer program has migrated is [ErrTooNew].
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

// connect chooses the kind of database by its address. It does not yet look for it.
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

// bringUp makes and migrates the database as far as need be. One that is up to
// date costs one query.
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

// Close finishes the writes that wait and closes the database.
func (s *Store) Close() error {
	s.touches.Wait()
	return wrap("close database", s.db.close())
}

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	if _, err := one(ctx, s.db, value[int64], "SELECT 1"); err != nil {
		return fmt.Errorf("ask database: %w", err)
	}
	return nil
}
