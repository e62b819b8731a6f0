package store

import (
	"embed"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations
var migrationFiles embed.FS

// schemaVersion is the version of the newest migration.
const schemaVersion = 10

// versionTable is where goose keeps which migrations were applied. It is not the
// table of its default name: a Postgres database may be shared with another
// program that uses goose.
const versionTable = "flowctl_migration"

// dialect is where the SQL of the databases differs.
type dialect struct {
	name       goose.Dialect
	migrations fs.FS
	// nameHas is the condition that a flow's name contains the text for which %s
	// stands, whatever the case.
	nameHas string
	// purge deletes a few idempotency records made at or before $1.
	purge string
	// noTable tells the error of a query on a table that is not there.
	noTable func(error) bool
	// merges says that the database merges the parts of a union, when each has an
	// index in the order asked for, row by row; Postgres rather sorts all of them.
	merges bool
	// counts says that there is a table flow_count.
	counts bool
	// skipLocked ends a query for rows to be deleted: two transactions that delete
	// what is too much must not wait for each other.
	skipLocked string
	// clock is the database's time in milliseconds since 1970. Servers on several
	// machines have it in common.
	clock string
}

func migrationsIn(folder string) fs.FS {
	sub, err := fs.Sub(migrationFiles, "migrations/"+folder)
	if err != nil {
		panic(err) // only a folder name that is none can fail
	}
	return sub
}
