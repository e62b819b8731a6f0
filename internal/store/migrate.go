package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path"
	"time"

	"github.com/pressly/goose/v3"
)

// Migration is a step of the schema.
type Migration struct {
	Version   int64
	Name      string    // of its file
	AppliedAt time.Time // zero while it is pending
}

// MigrateUp applies what is pending, as Open does, and says what it applied.
func MigrateUp(ctx context.Context, dsn string) ([]Migration, error) {
	return migrateDSN(ctx, dsn, migrateUp)
}

// MigrateDown takes back the newest migration, with what only it has room for, and
// says which it was; nil when there was none left.
func MigrateDown(ctx context.Context, dsn string) (*Migration, error) {
	done, err := migrateDSN(ctx, dsn, migrateDown)
	if err != nil || len(done) == 0 {
		return nil, err
	}
	return &done[0], nil
}

// MigrationStatus lists all migrations, changing nothing.
func MigrationStatus(ctx context.Context, dsn string) ([]Migration, error) {
	return migrateDSN(ctx, dsn, migrationStatus)
}

func migrateDSN(ctx context.Context, dsn string, step migrationStep) (done []Migration, err error) {
	kind, err := kindOf(dsn)
	if err == nil {
		if kind == postgresDB {
			done, err = migratePostgres(ctx, dsn, step)
		} else {
			done, err = migrateSQLite(ctx, dsn, step)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("migrate database: %w", err)
	}
	return done, nil
}

// migrationStep is what is to be done with a database that is locked against
// other migrations.
type migrationStep func(context.Context, *goose.Provider) ([]Migration, error)

func migrateUp(ctx context.Context, p *goose.Provider) ([]Migration, error) {
	if err := checkVersion(ctx, p); err != nil {
		return nil, err
	}
	results, err := p.Up(ctx)
	return migrations(results), err
}

func migrateDown(ctx context.Context, p *goose.Provider) ([]Migration, error) {
	if err := checkVersion(ctx, p); err != nil {
		return nil, err
	}
	result, err := p.Down(ctx)
	if errors.Is(err, goose.ErrNoNextVersion) {
		return nil, nil
	}
	return migrations([]*goose.MigrationResult{result}), err
}

func checkVersion(ctx context.Context, p *goose.Provider) error {
	version, err := p.GetDBVersion(ctx)
	if err != nil {
		return err
	}
	return tooNew(version)
}

func tooNew(version int64) error {
	if version <= schemaVersion {
		return nil
	}
	return fmt.Errorf("%w: it has version %d, this program knows %d: use a newer one", ErrTooNew, version, schemaVersion)
}

func migrations(results []*goose.MigrationResult) []Migration {
	var list []Migration
	for _, r := range results {
		if r != nil {
			list = append(list, Migration{Version: r.Source.Version, Name: path.Base(r.Source.Path), AppliedAt: time.Now()})
		}
	}
	return list
}

func migrationStatus(ctx context.Context, p *goose.Provider) ([]Migration, error) {
	status, err := p.Status(ctx)
	var list []Migration
	for _, st := range status {
		list = append(list, Migration{Version: st.Source.Version, Name: path.Base(st.Source.Path), AppliedAt: st.AppliedAt})
	}
	return list, err
}

// upToDate tells whether the database has all migrations, by one query.
func upToDate(ctx context.Context, db database) (bool, error) {
	version, err := one(ctx, db, scanVersion, "SELECT max(version_id) FROM "+versionTable)
	if err != nil {
		if db.dialect().noTable(err) {
			return false, nil
		}
		return false, err
	}
	return version.Int64 == schemaVersion, tooNew(version.Int64)
}

func scanVersion(rows *sql.Rows, v *sql.NullInt64) error { return rows.Scan(v) }
