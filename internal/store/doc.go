// Package store keeps flows, users and keys in a database: SQLite in one file,
// which several processes may use at once, or Postgres.
//
// What a write has answered is durable. SQLite runs with synchronous=FULL in WAL
// mode, and the writes that wait while one is being committed go into the next
// transaction together, so that many share one fsync. Postgres groups commits by
// itself.
//
// JSON is kept as the text that it came as, byte for byte; the store looks only
// into access_control, for whom a flow is shared with. The columns of Postgres are
// json, not jsonb: that type checks the grammar and keeps the text, 1e400, lone
// surrogates and \u0000 included, and fails on the last two only when it is asked
// for a part, which the store does not do. Texts that are no JSON (names, ids)
// cannot hold U+0000 in Postgres, so that they may not in SQLite either:
// [ErrBadText].
package store
