package main

import (
	"context"
	"database/sql"
	_ "modernc.org/sqlite"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/flowctl/flowctl/internal/store"
)

// scriptAdminless makes a SQLite database whose only user is not an admin, as an older
// flowctl did.
func scriptAdminless(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: adminless FILE")
	}
	st, err := store.Open(context.Background(), ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Check(st.AddUser(context.Background(), &store.User{Email: "ann@example.com", Role: store.RoleUser}))
	ts.Check(st.Close())
}

// scriptNewer makes a SQLite database look as if a newer flowctl had migrated it.
func scriptNewer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: newer FILE")
	}
	db, err := sql.Open("sqlite", ts.MkAbs(args[0]))
	ts.Check(err)
	defer func() { _ = db.Close() }()
	_, err = db.Exec("INSERT INTO flowctl_migration (version_id, is_applied) VALUES (9999, 1)")
	ts.Check(err)
}
