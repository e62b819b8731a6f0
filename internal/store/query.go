package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// reader asks the database, in a transaction or outside of one. Placeholders are
// $1, $2, … in both databases.
type reader interface {
	// query calls each for every row, and returns its error, if it has one.
	query(ctx context.Context, each func(*sql.Rows) error, query string, args ...any) error
}

// queryer is a transaction.
type queryer interface {
	reader
	exec(ctx context.Context, query string, args ...any) (affected int64, err error)
}

// one returns the first row of a query, or [ErrNotFound].
func one[T any](ctx context.Context, q reader, scan func(*sql.Rows, *T) error, query string, args ...any) (*T, error) {
	var v *T
	err := q.query(ctx, func(rows *sql.Rows) error {
		v = new(T)
		if err := scan(rows, v); err != nil {
			return err
		}
		return errEnough
	}, query, args...)
	switch {
	case errors.Is(err, errEnough):
		return v, nil
	case err != nil:
		return nil, err
	}
	return nil, ErrNotFound
}

// errEnough ends a query of which no further row is wanted.
var errEnough = errors.New("enough rows")

// all returns the rows of a query.
func all[T any](ctx context.Context, q reader, scan func(*sql.Rows, *T) error, query string, args ...any) ([]T, error) {
	list, _, err := some(ctx, q, scan, bound[T]{}, query, args...)
	return list, err
}

// bound specifies how many rows of a query are read at once. The zero value is all of them.
type bound[T any] struct {
	rows  int          // at most so many; 0 means no bound
	bytes int          // none after the one that makes up so many; 0 means no bound
	size  func(*T) int // bytes of a row; asked only with bytes
}

// some returns the first rows of a query, and whether there are more.
func some[T any](ctx context.Context, q reader, scan func(*sql.Rows, *T) error, b bound[T], query string, args ...any) (list []T, more bool, err error) {
	size := 0
	var v T
	err = q.query(ctx, func(rows *sql.Rows) error {
		if b.rows > 0 && len(list) == b.rows || b.bytes > 0 && size >= b.bytes {
			more = true
			return errEnough
		}
		v = *new(T)
		if err := scan(rows, &v); err != nil {
			return err
		}
		if list = append(list, v); b.bytes > 0 {
			size += b.size(&v)
		}
		return nil
	}, query, args...)
	if errors.Is(err, errEnough) {
		err = nil
	}
	return list, more, err
}

// eachRow calls each for every row, and closes rows.
func eachRow(ctx context.Context, rows *sql.Rows, each func(*sql.Rows) error) error {
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		// A SQLite query does not watch ctx by itself, see sqliteDB.query.
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := each(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func scanInt(rows *sql.Rows, n *int64) error { return rows.Scan(n) }

func scanText(rows *sql.Rows, s *string) error { return rows.Scan(s) }

// storable reports whether s can be a text in both databases: Postgres takes
// neither U+0000 nor invalid UTF-8.
func storable(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

// maxID is the longest id or idempotency key, in bytes. Postgres cannot index
// texts of more than some 2,700.
const maxID = 255

// findable reports whether s can be the id of anything.
func findable(s string) bool { return s != "" && len(s) <= maxID && storable(s) }

func checkText(what, s string) error {
	if !storable(s) {
		return fmt.Errorf("%s has a character U+0000 or is not UTF-8: %w", what, ErrBadText)
	}
	return nil
}

func checkID(what, s string) error {
	if !findable(s) {
		return fmt.Errorf("%s %.80q is empty, longer than %d bytes, has a character U+0000 or is not UTF-8: %w", what, s, maxID, ErrBadText)
	}
	return nil
}
