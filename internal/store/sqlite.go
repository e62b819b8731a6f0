package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

// sqliteDB is a SQLite file: a pool of connections that read, and one that
// writes, opened when it is first needed.
type sqliteDB struct {
	path    string
	driver  *sqlite.Driver
	speaks  *dialect
	readers *sql.DB
	stmts   sync.Map // SQL -> *sql.Stmt of readers

	opening sync.Mutex
	writer  *writer
	writes  *sql.DB
	closed  bool
	spent   atomic.Bool // the reserve was needed, see release
}

func (d *sqliteDB) dialect() *dialect { return d.speaks }

func sqliteDialect() *dialect {
	return &dialect{
		name:       goose.DialectSQLite3,
		migrations: migrationsIn("sqlite"),
		has: func(column, text string, arg func(any) string) string {
			return "name_has(" + column + ", " + arg(text) + ")"
		},
		nameIndex:  true,
		idFrom:     "id >= %s AND id < %s",
		texts:      "SELECT value FROM json_each($1)",
		noTable:    func(err error) bool { return code(err) == lib.SQLITE_ERROR },
		clock:      "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
		integrity:  "SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
		references: `SELECT s.name, f."from", f."table", f."to" FROM sqlite_schema s, pragma_foreign_key_list(s.name) f WHERE s.type = 'table'`,
	}
}

func newSQLite(path string) (*sqliteDB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	d := &sqliteDB{path: path, driver: &sqlite.Driver{}, speaks: sqliteDialect()}
	d.readers = d.pool("_busy_timeout=10000&_query_only=1", max(4, 2*runtime.GOMAXPROCS(0)))
	return d, errors.Join(
		d.driver.RegisterDeterministicScalarFunction("name_has", 2, nameHas),
		d.driver.RegisterDeterministicScalarFunction("name_fold", 1, nameFold))
}

func (d *sqliteDB) prepare(create bool) error {
	if create {
		made, err := makeFile(d.path)
		if made || err != nil {
			return err
		}
	}
	return checkFile(d.path)
}

// makeFile makes an empty file that only its owner can read, and its folder: a
// database holds hashes of passwords and keys.
func makeFile(path string) (made bool, err error) {
	f, err := newFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = os.MkdirAll(filepath.Dir(path), 0o700); err == nil { //nolint:gosec // the operator named the path
			f, err = newFile(path)
		}
	}
	switch {
	case errors.Is(err, fs.ErrExist):
		return false, nil
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return false, fmt.Errorf("%s cannot be made, its folder is %w: %w", path, ErrReadOnly, err)
	case err != nil:
		return false, err
	}
	return true, f.Close()
}

func newFile(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // the operator named the path
}

// checkFile refuses what SQLite would make a new database of, or say nothing
// helpful about.
func checkFile(path string) error {
	info, err := os.Stat(path) //nolint:gosec // the operator named the path
	switch {
	case err != nil:
		return err
	case info.IsDir():
		return fmt.Errorf("%s is a folder: name a file", path)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a file: name one", path)
	case info.Size() == 0 && hasLog(path):
		return fmt.Errorf("%s is %w, it is empty, and %s-wal has writes of the database that was there: move both files away,"+
			" and restore a backup or begin anew", path, ErrDamaged, path)
	case 0 < info.Size() && info.Size() < 512:
		return notSQLite(path)
	}
	return nil
}

// hasLog reports whether there is a log of writes to the database at path.
func hasLog(path string) bool {
	info, err := os.Stat(path + "-wal") //nolint:gosec // the operator named the path
	return err == nil && info.Size() > 0
}

// pool returns up to n connections to the file.
func (d *sqliteDB) pool(options string, n int) *sql.DB {
	u := url.URL{Scheme: "file", Path: "/" + strings.TrimPrefix(filepath.ToSlash(d.path), "/"), RawQuery: "mode=rw&" + options}
	db := sql.OpenDB(connector{driver: d.driver, dsn: u.String()})
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db
}

// connector opens connections with the functions of its driver.
type connector struct {
	driver *sqlite.Driver
	dsn    string
}

// Connect opens a connection.
func (c connector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.dsn) }

// Driver returns the driver.
func (c connector) Driver() driver.Driver { return c.driver }

// nameHas is the SQL function name_has(name, part).
func nameHas(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
	name, _ := args[0].(string)
	part, _ := args[1].(string)
	return strings.Contains(fold(name), fold(part)), nil
}

// nameFold is the SQL function name_fold(name).
func nameFold(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
	name, _ := args[0].(string)
	return fold(name), nil
}

// fold takes the case out of s. By way of the capitals it also joins letters with
// two small forms, such as the sigmas.
func fold(s string) string { return strings.ToLower(strings.ToUpper(s)) }

// query reads outside of a transaction. It does not watch ctx while it waits for a
// row: a goroutine for each query costs more than most of the queries do.
func (d *sqliteDB) query(ctx context.Context, each func(*sql.Rows) error, query string, args ...any) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	st, err := d.stmt(query) //nolint:sqlclosecheck // it is kept for the next time
	if err != nil {
		return d.explain(err)
	}
	rows, err := st.QueryContext(context.Background(), args...)
	if err == nil {
		err = eachRow(ctx, rows, each)
	}
	return d.explain(err)
}

func (d *sqliteDB) stmt(query string) (*sql.Stmt, error) {
	if st, ok := d.stmts.Load(query); ok {
		return st.(*sql.Stmt), nil
	}
	st, err := d.readers.PrepareContext(context.Background(), query) //nolint:gosec // our own SQL; what users say is in arguments
	if err != nil {
		return nil, err
	}
	first, taken := d.stmts.LoadOrStore(query, st)
	if taken {
		defer func() { _ = st.Close() }()
	}
	return first.(*sql.Stmt), nil
}

func (d *sqliteDB) write(ctx context.Context, o op) error {
	w, err := d.openWriter(ctx)
	if err != nil {
		return err
	}
	return w.write(ctx, o)
}

func (d *sqliteDB) openWriter(ctx context.Context) (*writer, error) {
	d.opening.Lock()
	defer d.opening.Unlock()
	if d.writer != nil {
		return d.writer, nil
	}
	if d.closed {
		return nil, ErrClosed
	}
	d.keepReserve()
	d.writes = d.writePool("")
	conn, err := d.writes.Conn(ctx)
	if err != nil {
		return nil, errors.Join(d.explain(err), d.writes.Close())
	}
	d.writer = newWriter(conn, d.explain)
	return d.writer, nil
}

// writePool is for the one connection that writes. It does not wait for other
// processes, the writer does.
func (d *sqliteDB) writePool(options string) *sql.DB {
	// A longer log between checkpoints, of 16 MB, writes pages that change often
	// less often into the file. After a very big transaction the log shrinks again.
	return d.pool(options+"_foreign_keys=1&_synchronous=FULL&_pragma=wal_autocheckpoint(4000)&_pragma=journal_size_limit(67108864)", 1)
}

func (d *sqliteDB) close() error {
	d.opening.Lock()
	defer d.opening.Unlock()
	d.closed = true
	var err error
	if d.writer != nil {
		err = errors.Join(d.writer.close(), d.writes.Close())
	}
	return errors.Join(err, d.readers.Close())
}
