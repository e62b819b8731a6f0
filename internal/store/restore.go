package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"modernc.org/sqlite"

	"github.com/flowctl/flowctl/internal/disk"
)

// Contents is how much a database has.
type Contents struct{ Flows, Users int64 }

// Restore puts the database of a backup into the place of the SQLite database dsn, which need
// not be there, and brings it up to this program's version. The backup is verified first.
// A database with flows or users is [ErrExists], unless force is set; one that anybody has
// open is refused. On an error, also if the process is killed, what was there stays.
func Restore(ctx context.Context, dsn string, backup io.Reader, force bool) (Contents, error) {
	d, err := openSQLite(dsn)
	if err == nil {
		err = errors.Join(d.restore(ctx, backup, force), d.close())
	}
	ctx = context.WithoutCancel(ctx) // it is restored
	if err == nil {
		_, err = MigrateUp(ctx, dsn)
	}
	if err != nil {
		return Contents{}, fmt.Errorf("restore database: %w", err)
	}
	return contentsOf(ctx, dsn)
}

func contentsOf(ctx context.Context, dsn string) (c Contents, err error) {
	d, err := openSQLite(dsn)
	if err != nil {
		return c, err
	}
	c, err = d.contents(ctx, d.readers)
	return c, errors.Join(d.explain(err), d.close())
}

func (d *sqliteDB) restore(ctx context.Context, backup io.Reader, force bool) error {
	err := d.prepare(false)
	missing := errors.Is(err, fs.ErrNotExist)
	switch {
	case missing && hasLog(d.path):
		return fmt.Errorf("%s-wal has writes of a database that is not there: move it away and try again", d.path)
	case missing:
	case err != nil:
		return err
	case !force: // soon, and once more when nobody else has the database open
		if err := d.checkEmpty(ctx, d.readers); err != nil {
			return err
		}
	}
	disk.Sweep(filepath.Dir(d.path))
	f, err := disk.Temp(filepath.Dir(d.path))
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() //nolint:gosec // the operator named the folder
	if err = unpackBackup(disk.Reader(ctx, backup), f); err == nil && missing {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("unpack the backup in %s: %w", filepath.Dir(d.path), disk.WithoutPath(err))
	}
	if missing {
		return d.moveIn(f.Name())
	}
	return d.copyIn(ctx, f.Name(), force)
}

// moveIn makes the file at path the database, of which there is none.
func (d *sqliteDB) moveIn(path string) error {
	err := os.Link(path, d.path) // which replaces nothing
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s %w, somebody has just made it", d.path, ErrExists)
	}
	if err != nil {
		err = os.Rename(path, d.path) //nolint:gosec // a file system without links; the operator named the path
	}
	if err != nil {
		return err
	}
	return disk.SyncDir(filepath.Dir(d.path))
}

// copyIn copies the database at path over this one in one transaction. Nobody else has it
// open meanwhile: a new file in its place would not be seen by those who wait for the old one.
func (d *sqliteDB) copyIn(ctx context.Context, path string, force bool) (err error) {
	if err := d.readers.Close(); err != nil {
		return err
	}
	db := d.writePool("_pragma=locking_mode(EXCLUSIVE)&")
	defer func() { err = errors.Join(err, db.Close()) }()
	switch err := d.lock(ctx, db, aloneTimeout); {
	case errors.Is(err, ErrLocked):
		return errInUse
	case err != nil:
		return err
	}
	if !force {
		if err := d.checkEmpty(ctx, db); err != nil {
			return err
		}
	}
	// The lock is kept.
	if _, err := db.ExecContext(ctx, "COMMIT"); err != nil {
		return d.explain(err)
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	err = conn.Raw(func(conn any) error { return copyPages(ctx, conn, path) })
	return errors.Join(d.explain(err), conn.Close())
}

// copyPages copies the database at path to that of a connection.
func copyPages(ctx context.Context, conn any, path string) error {
	const step = 1024 // pages
	pages, err := conn.(interface {
		NewRestore(path string) (*sqlite.Backup, error)
	}).NewRestore(path)
	if err != nil {
		return err
	}
	for more := true; more && err == nil; {
		if err = ctx.Err(); err == nil {
			more, err = pages.Step(step)
		}
	}
	return errors.Join(err, pages.Finish()) // which takes back what is not complete
}

// checkEmpty returns an error if there are flows or users in the database.
func (d *sqliteDB) checkEmpty(ctx context.Context, db *sql.DB) error {
	c, err := d.contents(ctx, db)
	if err != nil {
		return d.explain(err)
	}
	if c != (Contents{}) {
		return fmt.Errorf("%s %w and has flows or users", d.path, ErrExists)
	}
	return nil
}

// contents counts flows and users. Of tables that are not there it counts none.
func (d *sqliteDB) contents(ctx context.Context, db *sql.DB) (c Contents, err error) {
	for _, count := range []struct {
		n     *int64
		query string
	}{{&c.Flows, "SELECT count(*) FROM flow"}, {&c.Users, "SELECT count(*) FROM users"}} {
		err := db.QueryRowContext(ctx, count.query).Scan(count.n)
		if err != nil && !d.speaks.noTable(err) {
			return c, err
		}
	}
	return c, nil
}
