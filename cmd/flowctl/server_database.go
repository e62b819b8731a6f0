package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/flowctl/flowctl/internal/store"
)

// database is what 'flowctl server' and the commands below it work on.
type database struct {
	app    *app
	dbFlag string // --db
}

// dsn is the path of a SQLite file, or the URL of Postgres.
func (d *database) dsn() (string, error) {
	if dsn := cmp.Or(d.dbFlag, os.Getenv("FLOWCTL_DB")); dsn != "" {
		return dsn, nil
	}
	return localDB()
}

// open opens the database until the command ends.
func (d *database) open(ctx context.Context) (*store.Store, error) {
	dsn, err := d.dsn()
	if err != nil {
		return nil, err
	}
	return d.openDSN(ctx, dsn)
}

// openFile opens a new database in dir.
func (d *database) openFile(ctx context.Context, dir string) (*store.Store, error) {
	return d.openDSN(ctx, filepath.Join(dir, "flowctl.db"))
}

func (d *database) openDSN(ctx context.Context, dsn string) (*store.Store, error) {
	st, err := store.Open(ctx, dsn)
	if err != nil {
		return nil, err
	}
	d.app.closers = append(d.app.closers, st.Close)
	return st, nil
}

// user finds an account by its e-mail.
func (d *database) user(ctx context.Context, st *store.Store, email string) (*store.User, error) {
	u, err := st.UserByEmail(ctx, email)
	if errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("no user %q; see 'flowctl server user list'", email)
	}
	return u, err
}
