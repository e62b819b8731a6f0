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

// one returns the first row of a query, or [ErrNotFound]. dest returns the variables to
// which its columns are read.
func one[T any](ctx context.Context, q reader, dest func(*T) []any, query string, args ...any) (*T, error) {
	var first *T
	err := each(ctx, q, dest, func(v *T) error {
		first = v
		return errEnough
	}, query, args...)
	if err == nil && first == nil {
		err = ErrNotFound
	}
	return first, err
}

// all returns the rows of a query.
func all[T any](ctx context.Context, q reader, dest func(*T) []any, query string, args ...any) (list []T, err error) {
	err = each(ctx, q, dest, func(v *T) error {
		list = append(list, *v)
		return nil
	}, query, args...)
	return list, err
}

// each calls f with every row of a query, until f returns an error, which errEnough is not.
// The row is overwritten by the next one.
func each[T any](ctx context.Context, q reader, dest func(*T) []any, f func(*T) error, query string, args ...any) error {
	row, none := new(T), *new(T)
	columns := dest(row)
	err := q.query(ctx, func(rows *sql.Rows) error {
		*row = none
		if err := rows.Scan(columns...); err != nil {
			return err
		}
		return f(row)
	}, query, args...)
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// errEnough ends a query of which no further row is wanted.
var errEnough = errors.New("enough rows")

// value is the dest of a query for one column.
func value[T any](v *T) []any { return []any{v} }

// wrap adds to an error what was being done; nil stays nil.
func wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
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
