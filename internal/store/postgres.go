package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// postgresPool is a Postgres database with a pool of connections. pgx keeps
// prepared statements by itself.
type postgresPool struct {
	db      *sql.DB
	dsn     string
	speaks  *dialect
	timeout time.Duration // queryTimeout, but in tests
}

func (p *postgresPool) dialect() *dialect { return p.speaks }

func postgresDialect() *dialect {
	return &dialect{
		name:       goose.DialectPostgres,
		migrations: migrationsIn("postgres"),
		has: func(column, text string, arg func(any) string) string {
			return "lower(" + column + ") LIKE lower(" + arg("%"+likeEscaper().Replace(text)+"%") + ")" // as flow_search_idx has it
		},
		texts:      "SELECT json_array_elements_text($1::json)",
		idFrom:     "id ~>=~ %s AND id ~<~ %s", // as flow_id_idx has it
		skipLocked: " FOR UPDATE SKIP LOCKED",
		clock:      "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)",
		references: "SELECT CAST(c.conrelid::regclass AS text), a.attname, CAST(c.confrelid::regclass AS text), b.attname FROM pg_constraint c" +
			" JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]" +
			" JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1]" +
			" WHERE c.contype = 'f' AND c.connamespace = current_schema()::regnamespace",
		noTable: func(err error) bool {
			e := (*pgconn.PgError)(nil)
			return errors.As(err, &e) && e.Code == "42P01"
		},
	}
}

// likeEscaper makes a text a pattern of LIKE that only it matches.
func likeEscaper() *strings.Replacer {
	return strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`)
}

func newPostgres(dsn string) (*postgresPool, error) {
	db, err := postgresConns(dsn, true)
	if err != nil {
		return nil, err
	}
	return &postgresPool{db: db, dsn: dsn, speaks: postgresDialect(), timeout: queryTimeout}, nil
}

// prepare has nothing to do: databases are made by the operator, and whether there
// is one shows at the first query.
func (p *postgresPool) prepare(bool) error { return nil }

// openLock is the advisory lock that each connection shares with the others, so that
// it can be seen whether the database, or the schema of it that is ours, is in use. Its
// first number is our own.
const openLock = "(1718382455, hashtext(coalesce(current_schema(), '')))"

// postgresConns makes a pool of connections, which share openLock or not.
func postgresConns(dsn string, shared bool) (*sql.DB, error) {
	cfg, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, err
	}
	if cfg.RuntimeParams["application_name"] == "" {
		cfg.RuntimeParams["application_name"] = "flowctl"
	}
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = connectTimeout
	}
	options := []stdlib.OptionOpenDB{stdlib.OptionShouldPing(isDead)}
	if shared {
		options = append(options, stdlib.OptionAfterConnect(func(ctx context.Context, conn *pgx.Conn) error {
			_, err := conn.Exec(ctx, "SELECT pg_advisory_lock_shared"+openLock)
			return err
		}))
	}
	db := stdlib.OpenDB(*cfg, options...)
	db.SetMaxOpenConns(16)
	db.SetMaxIdleConns(16)
	db.SetConnMaxIdleTime(5 * time.Minute)
	return db, nil
}

const (
	connectTimeout = 10 * time.Second // for a new connection, unless the URL sets another
	pingTimeout    = 2 * time.Second  // for the answer of one that was idle
)

// isDead asks a connection that was idle whether the server is still at its other
// end. One that does not answer soon is closed, and the query gets another one. The
// pool then sees by a ping of its own, which costs no time, that it is closed.
func isDead(ctx context.Context, conn stdlib.ShouldPingParams) bool {
	if conn.IdleDuration < time.Second {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	return conn.Conn.PgConn().Ping(ctx) != nil
}

// migrate runs step under an advisory lock, which one session of the database can
// hold; each migration has its own transaction.
func (p *postgresPool) migrate(ctx context.Context, alone bool, step migrationStep) (done []Migration, err error) {
	if err := p.checkEncoding(ctx); err != nil {
		return nil, err
	}
	db := p.db
	if alone {
		if err := p.db.Close(); err != nil { // our own share of the lock
			return nil, err
		}
		if db, err = postgresConns(p.dsn, false); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, db.Close()) }()
		release, err := lockOpen(ctx, db)
		if err != nil {
			return nil, err
		}
		defer release()
	}
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, uint64(lockTimeout/time.Second)))
	if err != nil {
		return nil, err
	}
	provider, err := goose.NewProvider(p.dialect().name, db, p.dialect().migrations,
		goose.WithTableName(versionTable),
		goose.WithDisableGlobalRegistry(true),
		goose.WithSessionLocker(locker))
	if err != nil {
		return nil, err
	}
	return step(ctx, provider)
}

// lockOpen takes openLock for itself: those who open the database wait until release.
func lockOpen(ctx context.Context, db *sql.DB) (release func(), err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, explainPostgres(ctx, err)
	}
	for deadline := time.Now().Add(aloneTimeout); ; {
		var free bool
		err = conn.QueryRowContext(ctx, "SELECT pg_try_advisory_lock"+openLock).Scan(&free)
		switch {
		case err == nil && free:
			return func() { _ = conn.Close() }, nil // and db, right after
		case err != nil:
			err = explainPostgres(ctx, err)
		case time.Now().After(deadline):
			err = errInUse
		}
		if err != nil {
			return nil, errors.Join(err, conn.Close())
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// checkEncoding refuses a database that cannot keep every character.
func (p *postgresPool) checkEncoding(ctx context.Context) error {
	encoding, err := one(ctx, p, value[string], "SHOW server_encoding")
	if err == nil && *encoding != "UTF8" {
		err = fmt.Errorf("encoding of the database is %s: make one with ENCODING 'UTF8'", *encoding)
	}
	return err
}

// queryTimeout is how long a query or a transaction may take. It is for a database that
// hangs, on a machine that is gone perhaps, and not for one that is slow.
const queryTimeout = 30 * time.Second

func (p *postgresPool) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, p.timeout, fmt.Errorf("%w: no answer within %v", ErrUnavailable, p.timeout))
}

func (p *postgresPool) query(ctx context.Context, each func(*sql.Rows) error, query string, args ...any) error {
	ctx, cancel := p.bounded(ctx)
	defer cancel()
	return ask(ctx, p.db, each, query, args)
}

// ask calls each for every row of a query.
func ask(ctx context.Context, db interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}, each func(*sql.Rows) error, query string, args []any,
) error {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return explainPostgres(ctx, err)
	}
	var own error // of each
	err = eachRow(ctx, rows, func(rows *sql.Rows) error {
		own = each(rows)
		return own
	})
	if own != nil {
		return own
	}
	return explainPostgres(ctx, err)
}

// postgresTx is a transaction.
type postgresTx struct{ *sql.Tx }

func (tx postgresTx) query(ctx context.Context, each func(*sql.Rows) error, query string, args ...any) error {
	return ask(ctx, tx.Tx, each, query, args)
}

func (tx postgresTx) exec(ctx context.Context, query string, args ...any) (int64, error) {
	res, err := tx.ExecContext(ctx, query, args...) //nolint:gosec // our own SQL; what users say is in args
	if err != nil {
		return 0, explainPostgres(ctx, err)
	}
	return res.RowsAffected()
}

func (p *postgresPool) write(ctx context.Context, o op) error {
	ctx, cancel := p.bounded(ctx)
	defer cancel()
	tx, err := p.db.BeginTx(ctx, nil)
	if err != nil {
		return explainPostgres(ctx, err)
	}
	if err := o(ctx, postgresTx{tx}); err != nil {
		_ = tx.Rollback() // a connection that is gone has rolled back
		return err
	}
	return explainPostgres(ctx, tx.Commit())
}

// writeLess is write: Postgres keeps room of its own.
func (p *postgresPool) writeLess(ctx context.Context, o op) error { return p.write(ctx, o) }

func (p *postgresPool) release() bool { return false }

func (p *postgresPool) close() error { return p.db.Close() }

// explainPostgres returns the errors of Postgres that mean one of ours. ctx is that of
// the query.
func explainPostgres(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); err != nil && errors.Is(cause, ErrUnavailable) {
		return cause
	}
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		switch {
		case err != nil && ctx.Err() != nil:
			return ctx.Err()
		case isGone(err):
			return fmt.Errorf("%w: %w", ErrUnavailable, err)
		}
		return err
	}
	switch e.Code {
	case "23505": // unique_violation
		return ErrExists
	case "23503": // foreign_key_violation
		return fmt.Errorf("user %w", ErrNotFound)
	case "53100": // disk_full
		return fmt.Errorf("%w on the database server (%w)", ErrFull, err)
	case "25006": // read_only_sql_transaction
		return fmt.Errorf("database is %w (%w)", ErrReadOnly, err)
	case "22021", "22P05": // character_not_in_repertoire, untranslatable_character
		return fmt.Errorf("%w (%s)", ErrBadText, e.Message)
	case "57014", "57P01", "57P02", "57P03", "57P05", // query_canceled, admin_shutdown, crash_shutdown, cannot_connect_now, idle_session_timeout
		"53000", "53200", "53300": // insufficient_resources, out_of_memory, too_many_connections
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return err
}

// isGone reports whether an error that is not the server's own is about the connection
// to it.
func isGone(err error) bool {
	return errors.As(err, new(net.Error)) || errors.As(err, new(*pgconn.ConnectError)) || pgconn.SafeToRetry(err) || errors.Is(err, pgconn.ErrConnClosed) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone)
}
