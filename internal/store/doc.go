// Package store keeps flows, users and keys in a database: SQLite in one file,
// which several processes may use at once, or Postgres.
//
// A write that has returned without an error is durable. SQLite runs with synchronous=FULL in WAL
// mode, and the writes that wait while one is being committed go into the next
// transaction together, so that many share one fsync. Postgres groups commits by
// itself.
//
// JSON is stored as text, byte for byte; the store only reads access_control, for the users
// with whom a flow is shared. The columns of Postgres are json, not jsonb: json checks the
// grammar and keeps the text, including 1e400, lone surrogates and \u0000; the last two only
// fail in queries for parts of a value, which the store does not use. Texts that are not JSON
// (names, ids) cannot contain U+0000 in Postgres, so that the store does not accept it for
// SQLite either: [ErrBadText].
package store
