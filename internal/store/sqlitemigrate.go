package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/pressly/goose/v3"
)

// migrate runs step in one transaction that holds SQLite's write lock: of several
// processes one migrates, the others find the work done, and a migration that
// fails leaves no trace. Every open connection has a lock on the file, which the
// exclusive mode of alone does not go with.
func (d *sqliteDB) migrate(ctx context.Context, alone bool, step migrationStep) (done []Migration, err error) {
	options, timeout := "", lockTimeout
	if alone {
		options, timeout = "_pragma=locking_mode(EXCLUSIVE)&", aloneTimeout
		err = d.readers.Close() // our own
	}
	db := d.writePool(options)
	defer func() { err = errors.Join(err, db.Close()) }()
	if err == nil {
		err = d.lock(ctx, db, timeout)
	}
	if alone && errors.Is(err, ErrLocked) {
		err = errInUse
	}
	if err != nil {
		return nil, err
	}
	p, err := goose.NewProvider(d.dialect().name, db, d.dialect().migrations,
		goose.WithTableName(versionTable),
		goose.WithDisableGlobalRegistry(true),
		goose.WithIsolateDDL(true)) // without transactions of its own: there is ours
	if err != nil {
		return nil, err
	}
	if done, err = step(ctx, p); err != nil {
		return nil, d.explain(err)
	}
	_, err = db.ExecContext(ctx, "COMMIT")
	return done, d.explain(err)
}

// lock begins the transaction, waiting for others. Closing the connection takes it
// back.
func (d *sqliteDB) lock(ctx context.Context, db *sql.DB, timeout time.Duration) error {
	deadline := time.Now().Add(timeout)
	for {
		err := d.begin(ctx, db)
		if !isBusy(err) || time.Now().After(deadline) {
			return d.explain(err)
		}
		select {
		case <-time.After(time.Millisecond + rand.N(4*time.Millisecond)): //nolint:gosec // no secret
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (d *sqliteDB) begin(ctx context.Context, db *sql.DB) error {
	if err := d.checkOwner(ctx, db); err != nil {
		return err
	}
	// Space that deletions leave can be given back; only of a file that is new.
	if _, err := db.ExecContext(ctx, "PRAGMA auto_vacuum = INCREMENTAL"); err != nil {
		return err
	}
	// The mode is kept in the file. SQLite does not wait for the lock that changing
	// it takes.
	if _, err := db.ExecContext(ctx, "PRAGMA journal_mode = WAL"); err != nil {
		return err
	}
	_, err := db.ExecContext(ctx, "BEGIN IMMEDIATE")
	return err
}

// checkOwner refuses a database that has tables, but not ours: it is another
// program's, perhaps the backend's own, which has a table flow too.
func (d *sqliteDB) checkOwner(ctx context.Context, db *sql.DB) error {
	var tables, ours int
	err := db.QueryRowContext(ctx, "SELECT count(*), count(*) FILTER (WHERE name = $1) FROM sqlite_schema WHERE type = 'table'", versionTable).Scan(&tables, &ours)
	if err != nil {
		return err
	}
	if tables > 0 && ours == 0 {
		return fmt.Errorf("%s is a database of another program: name another file", d.path)
	}
	return nil
}
