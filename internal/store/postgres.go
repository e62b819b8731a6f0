package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// postgresPool is a Postgres database behind a pool of connections. pgx keeps
// prepared statements by itself.
type postgresPool struct {
	db     *sql.DB
	speaks *dialect
}

func (p *postgresPool) dialect() *dialect { return p.speaks }

func postgresDialect() *dialect {
	return &dialect{
		name:       goose.DialectPostgres,
		migrations: migrationsIn("postgres"),
		nameHas:    "strpos(lower(name), lower(%s)) > 0",
		// Two transactions that purge at once must not wait for each other.
		purge: "DELETE FROM idempotency WHERE (user_id, key) IN" +
			" (SELECT user_id, key FROM idempotency WHERE created_at <= $1 ORDER BY created_at LIMIT 4 FOR UPDATE SKIP LOCKED)",
		skipLocked: " FOR UPDATE SKIP LOCKED",
		clock:      "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)",
		noTable: func(err error) bool {
			e := (*pgconn.PgError)(nil)
			return errors.As(err, &e) && e.Code == "42P01"
		},
	}
}

func newPostgres(dsn string) (*postgresPool, error) {
	db, err := postgresConns(dsn)
	if err != nil {
		return nil, err
	}
	return &postgresPool{db: db, speaks: postgresDialect()}, nil
}

// prepare has nothing to do: databases are made by the operator, and whether there
// is one shows at the first query.
func (p *postgresPool) prepare(bool) error { return nil }

func postgresConns(dsn string) (*sql.DB, error) {
	cfg, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, err
	}
	if cfg.RuntimeParams["application_name"] == "" {
		cfg.RuntimeParams["application_name"] = "flowctl"
	}
	db := stdlib.OpenDB(*cfg)
	db.SetMaxOpenConns(16)
	db.SetMaxIdleConns(16)
	db.SetConnMaxIdleTime(5 * time.Minute)
	return db, nil
}

// migrate runs step under an advisory lock, which one session of the database can
// hold; each migration has its own transaction.
func (p *postgresPool) migrate(ctx context.Context, step migrationStep) ([]Migration, error) {
	if err := p.checkEncoding(ctx); err != nil {
		return nil, err
	}
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, uint64(lockPatience/time.Second)))
	if err != nil {
		return nil, err
	}
	provider, err := goose.NewProvider(p.dialect().name, p.db, p.dialect().migrations,
		goose.WithTableName(versionTable),
		goose.WithDisableGlobalRegistry(true),
		goose.WithSessionLocker(locker))
	if err != nil {
		return nil, err
	}
	return step(ctx, provider)
}

// checkEncoding refuses a database that cannot keep every character.
func (p *postgresPool) checkEncoding(ctx context.Context) error {
	encoding, err := one(ctx, p, scanText, "SHOW server_encoding")
	if err == nil && *encoding != "UTF8" {
		err = fmt.Errorf("encoding of the database is %s: make one with ENCODING 'UTF8'", *encoding)
	}
	return err
}

func (p *postgresPool) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := p.db.QueryContext(ctx, query, args...)
	return rows, explainPostgres(err)
}

// postgresTx is a transaction.
type postgresTx struct{ *sql.Tx }

func (tx postgresTx) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	return rows, explainPostgres(err)
}

func (tx postgresTx) exec(ctx context.Context, query string, args ...any) (int64, error) {
	res, err := tx.ExecContext(ctx, query, args...) //nolint:gosec // our own SQL; what users say is in args
	if err != nil {
		return 0, explainPostgres(err)
	}
	return res.RowsAffected()
}

func (p *postgresPool) write(ctx context.Context, o op) error {
	tx, err := p.db.BeginTx(ctx, nil)
	if err != nil {
		return explainPostgres(err)
	}
	if err := o(ctx, postgresTx{tx}); err != nil {
		_ = tx.Rollback() // a connection that is gone has rolled back
		return err
	}
	return explainPostgres(tx.Commit())
}

func (p *postgresPool) close() error { return p.db.Close() }

// explainPostgres gives the errors of Postgres that mean one of ours.
func explainPostgres(err error) error {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
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
	}
	return err
}
