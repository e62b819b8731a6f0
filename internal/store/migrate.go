package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"time"

	"github.com/pressly/goose/v3"
)

// Migration is a step of the schema.
type Migration struct {
	Version   int64  `json:"version"`
	Name      string `json:"name"`       // of its file
	AppliedAt int64  `json:"applied_at"` // epoch seconds; 0 while it is pending
}

// MigrateUp applies the pending migrations, as Open does, and returns them.
func MigrateUp(ctx context.Context, dsn string) ([]Migration, error) {
	return atDatabase(dsn, true, func(db database) ([]Migration, error) { return db.migrate(ctx, false, migrateUp) })
}

// MigrateDown reverts the newest migration, with the data that only it has columns for, and
// returns it; nil if there is none left. It is an error if others have the database open,
// since a server relies on the newest tables.
func MigrateDown(ctx context.Context, dsn string) (*Migration, error) {
	done, err := atDatabase(dsn, false, func(db database) ([]Migration, error) {
		return db.migrate(ctx, true, migrateDown)
	})
	if err != nil || len(done) == 0 {
		return nil, err
	}
	done[0].AppliedAt = 0 // it is pending now
	return &done[0], nil
}

// MigrationStatus lists all migrations, changing nothing.
func MigrationStatus(ctx context.Context, dsn string) ([]Migration, error) {
	return atDatabase(dsn, false, func(db database) ([]Migration, error) { return status(ctx, db) })
}

func atDatabase(dsn string, create bool, do func(database) ([]Migration, error)) (list []Migration, err error) {
	db, err := connect(dsn)
	if err == nil {
		if err = db.prepare(create); err == nil {
			list, err = do(db)
		}
		err = errors.Join(err, db.close())
	}
	return list, wrap("migrate database", err)
}

// migrationStep is a change of a database that is locked against other migrations.
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

// errInUse is the error of a step for which nobody else may have the database open.
var errInUse = errors.New("the database is in use: stop the servers and other flowctl commands that have it open, and try again")

// aloneTimeout is how long such a step waits for others to close the database.
const aloneTimeout = 2 * time.Second

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
			list = append(list, Migration{Version: r.Source.Version, Name: path.Base(r.Source.Path), AppliedAt: time.Now().Unix()})
		}
	}
	return list
}

// status returns all migrations, and when they were applied.
func status(ctx context.Context, db database) ([]Migration, error) {
	applied, err := all(ctx, db, value[time.Time], "SELECT tstamp FROM "+versionTable+" WHERE version_id > 0 ORDER BY version_id")
	if err != nil && !db.dialect().noTable(err) {
		return nil, err
	}
	files, err := fs.ReadDir(db.dialect().migrations, ".")
	if err != nil {
		return nil, err
	}
	list := make([]Migration, len(files))
	for i, file := range files {
		list[i] = Migration{Version: int64(i + 1), Name: file.Name()}
		if i < len(applied) {
			list[i].AppliedAt = applied[i].Unix()
		}
	}
	return list, nil
}

// versionOf returns the number of the newest migration that was applied, 0 for none,
// by one query. One that this program does not know is [ErrTooNew].
func versionOf(ctx context.Context, db database) (int64, error) {
	version, err := one(ctx, db, value[int64], "SELECT coalesce(max(version_id), 0) FROM "+versionTable)
	if err != nil {
		if db.dialect().noTable(err) {
			return 0, nil
		}
		return 0, err
	}
	return *version, tooNew(*version)
}
