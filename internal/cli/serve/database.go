package serve

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/store"
)

// database is what 'flowctl server' and the commands below it work on.
type database struct {
	app    *cmdutil.App
	dbFlag string // --db
}

// dsn is the path of a SQLite file, or the URL of Postgres.
func (d *database) dsn() (string, error) {
	if dsn := d.named(); dsn != "" {
		return dsn, nil
	}
	return cmdutil.LocalDB()
}

// named is the database that the user named, "" for the local store.
func (d *database) named() string { return cmp.Or(d.dbFlag, os.Getenv("FLOWCTL_DB")) }

// open opens the database until the command ends, and makes it if need be.
func (d *database) open(ctx context.Context) (*store.Store, error) {
	dsn, err := d.dsn()
	if err != nil {
		return nil, err
	}
	return d.keep(store.Open(ctx, dsn))
}

// openFile opens a new database in dir.
func (d *database) openFile(ctx context.Context, dir string) (*store.Store, error) {
	return d.keep(store.Open(ctx, filepath.Join(dir, "flowctl.db")))
}

// existing opens a database that is there: a name that was mistyped makes no new
// one.
func (d *database) existing(ctx context.Context) (*store.Store, error) {
	dsn, err := d.existingDSN()
	if err != nil {
		return nil, err
	}
	st, err := d.keep(store.OpenExisting(ctx, dsn))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, missing(dsn)
	}
	return st, err
}

// existingDSN is dsn, and makes no folder for it.
func (d *database) existingDSN() (string, error) {
	if dsn := d.named(); dsn != "" {
		return dsn, nil
	}
	return cmdutil.LocalPath()
}

// missing is what is said of a database that is not there, without its password.
func missing(dsn string) missingDatabase {
	if u, err := url.Parse(dsn); err == nil && u.Host != "" {
		dsn = u.Redacted()
	}
	return missingDatabase{dsn}
}

// missingDatabase is one that should be there, and was made.
type missingDatabase struct{ path string }

func (e missingDatabase) Error() string {
	return fmt.Sprintf("there is no database %s; check --db and FLOWCTL_DB, or create it:"+
		" with 'flowctl server', or with 'flowctl server user add EMAIL --role admin'", e.path)
}

// keep has the store closed when the command ends.
func (d *database) keep(st *store.Store, err error) (*store.Store, error) {
	if err == nil {
		d.app.Closers = append(d.app.Closers, st.Close)
	}
	return st, err
}

// begin returns the printer of a command that prints what a database has, and opens the
// database, which has to be there.
func (d *database) begin(ctx context.Context, out cmdutil.OutputFlags) (*output.Printer, *store.Store, error) {
	p, err := d.app.Printer(out)
	if err != nil {
		return nil, nil, err
	}
	st, err := d.existing(ctx)
	return p, st, err
}

// account opens a database that is there, and finds an account by its e-mail.
func (d *database) account(ctx context.Context, email string) (*store.Store, *store.User, error) {
	st, err := d.existing(ctx)
	if err != nil {
		return nil, nil, err
	}
	u, err := accountIn(ctx, st, email)
	return st, u, err
}

func accountIn(ctx context.Context, st *store.Store, email string) (*store.User, error) {
	u, err := st.UserByEmail(ctx, email)
	if errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("no user %q; see 'flowctl server user list'", email)
	}
	return u, err
}

// serverFlags are the flags of other commands that name a server.
func serverFlags() []string { return []string{"server", "token", "profile", "header"} }

// hideServerFlags puts flags of the same names before those of the root, which
// the help does not show.
func hideServerFlags(cmd *cobra.Command) {
	f := cmd.PersistentFlags()
	for _, name := range serverFlags() {
		f.String(name, "", "")
		_ = f.MarkHidden(name) // it is there
	}
}

// withoutServer refuses those flags: they would suggest another place to be
// changed than the one that would be.
func withoutServer(cmd *cobra.Command, args []string) error {
	for _, name := range serverFlags() {
		if cmd.Flags().Changed(name) {
			return cmdutil.Usage(fmt.Errorf("'%s' works on --db, not on a server; leave out --%s", cmd.CommandPath(), name))
		}
	}
	return cmd.Root().PersistentPreRunE(cmd, args)
}
