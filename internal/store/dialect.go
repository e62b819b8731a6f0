package store

import (
	"embed"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations
var migrationFiles embed.FS

// schemaVersion is the version of the newest migration.
const schemaVersion = 7

// versionTable is the table in which goose records the applied migrations. It does not have
// goose's default name, since a Postgres database may be shared with another program that
// uses goose.
const versionTable = "flowctl_migration"

// dialect has the differences between the SQL of the databases.
type dialect struct {
	name       goose.Dialect
	migrations fs.FS
	// has writes the condition that a column contains a text, whatever the case, and
	// adds its arguments.
	has func(column, text string, arg func(any) string) string
	// nameIndex means that the table flow_search finds names, see trigrams. Postgres has
	// an index that it uses by itself.
	nameIndex bool
	// idFrom is the condition that an id is not before the first %s and before the
	// second one, character by character.
	idFrom string
	// texts are the texts in a parameter that is a JSON array of them.
	texts string
	// noTable reports whether an error is that of a query on a missing table.
	noTable func(error) bool
	// skipLocked ends a query for rows to be deleted: two transactions that delete
	// what is too much must not wait for each other.
	skipLocked string
	// clock is the database's time in milliseconds since 1970, the same for servers on
	// several machines.
	clock string
	// integrity lists what is wrong with the file, "" if there is none; references lists
	// the foreign keys: table, column, and those that they refer to.
	integrity, references string
}

func migrationsIn(folder string) fs.FS {
	sub, err := fs.Sub(migrationFiles, "migrations/"+folder)
	if err != nil {
		panic(err) // only a folder name that is none can fail
	}
	return sub
}
