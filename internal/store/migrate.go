package store

import (
	"context"
	"time"
)

// Migration is a step of the schema.
type Migration struct {
	Version   int64
	Name      string    // of its file
	AppliedAt time.Time // zero while it is pending
}

// MigrateUp applies what is pending, as Open does, and says what it applied.
func MigrateUp(ctx context.Context, dsn string) ([]Migration, error) { return nil, errPending }

// MigrateDown takes back the newest migration, with what only it has room for, and
// says which it was; nil when there was none left.
func MigrateDown(ctx context.Context, dsn string) (*Migration, error) { return nil, errPending }

// MigrationStatus lists all migrations, changing nothing.
func MigrationStatus(ctx context.Context, dsn string) ([]Migration, error) { return nil, errPending }
