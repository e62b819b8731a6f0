package store

import "context"

// Store is an open database. It is safe for concurrent use.
type Store struct{}

// Open opens a database and brings it up to this program's version: a file's path
// is SQLite (the file and its folder are made if need be), a postgres:// URL is
// Postgres. A database that a newer program has migrated is [ErrTooNew].
func Open(ctx context.Context, dsn string) (*Store, error) { return nil, errPending }

// Close finishes the writes that wait and closes the database.
func (s *Store) Close() error { return errPending }

// Ping tells whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return errPending }
