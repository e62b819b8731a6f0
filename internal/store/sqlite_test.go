package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func openFile(t *testing.T) *Store {
	t.Helper()
	return openStore(t, filepath.Join(t.TempDir(), "flow.db"))
}

// TestTable compares the columns and indexes of flow with those agreed on.
func TestTable(t *testing.T) {
	s := openFile(t)
	columns := map[string]string{
		"seq": "INTEGER", "id": "VARCHAR NOT NULL", "user_id": "VARCHAR NOT NULL", "name": "TEXT NOT NULL", "description": "TEXT", "nodes": "JSON NOT NULL", "edges": "JSON NOT NULL",
		"created_at": "BIGINT NOT NULL", "updated_at": "BIGINT NOT NULL", "meta": "JSON NOT NULL",
		"access_control": "JSON", "extra": "JSON", "revision": "TEXT NOT NULL", "digest": "TEXT NOT NULL",
		"version": "BIGINT NOT NULL", "version_by": "VARCHAR", "version_at": "BIGINT", "message": "TEXT",
	}
	type column struct {
		name, kind string
		notNull    bool
	}
	list, err := all(t.Context(), s.db, func(c *column) []any { return []any{&c.name, &c.kind, &c.notNull} },
		`SELECT name, type, "notnull" FROM pragma_table_info('flow')`)
	must(t, err)
	if len(list) != len(columns) {
		t.Errorf("flow has the columns %v", list)
	}
	for _, c := range list {
		kind := c.kind
		if c.notNull {
			kind += " NOT NULL"
		}
		if columns[c.name] != kind {
			t.Errorf("column %s is %s, want %q", c.name, kind, columns[c.name])
		}
	}
	for index, want := range map[string]string{
		"flow_name_idx": "name, user_id", "flow_updated_at_idx": "updated_at",
	} {
		if n := number(t, s, "SELECT count(*) FROM sqlite_schema WHERE name = $1 AND sql LIKE $2", index, "% ON flow ("+want+")"); n != 1 {
			t.Errorf("there is no index %s on %s", index, want)
		}
	}
}

// TestSettings looks at what the durability and safety of the file rest on.
func TestSettings(t *testing.T) {
	s := openFile(t)
	f := addFlow(t, s, Flow{UserID: "ann"})
	w := s.db.(*sqliteDB).writer
	for pragma, want := range map[string]int64{"synchronous": 2, "foreign_keys": 1} {
		got, err := one(t.Context(), w, value[int64], "PRAGMA "+pragma)
		if err != nil || *got != want {
			t.Errorf("%s of the writer is %d, %v; want %d", pragma, *got, err, want)
		}
	}
	getFlow(t, s, f.ID) // only with that a connection from before sees the mode
	mode, err := one(t.Context(), s.db, value[string], "PRAGMA journal_mode")
	if err != nil || *mode != "wal" {
		t.Errorf("journal_mode is %s, %v", *mode, err)
	}
	info, err := os.Stat(s.db.(*sqliteDB).path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file has the mode %v, %v", info.Mode(), err)
	}
	if _, err := one(t.Context(), s.db, value[int64], "DELETE FROM flow RETURNING created_at"); err == nil || errors.Is(err, ErrNotFound) {
		t.Error("a reader wrote")
	}
}

// TestOneFile sees that nothing stays next to the file but the reserve for a full disk.
func TestOneFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "folder", "a b?c%20#d.db")
	s := openStore(t, path)
	addFlow(t, s, Flow{UserID: "ann"})
	must(t, s.Close())
	s = openStore(t, path)
	must(t, s.Ping(t.Context()))
	must(t, s.Close())
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 2 || entries[0].Name() != filepath.Base(path) || entries[1].Name() != filepath.Base(path)+"-reserve" {
		t.Errorf("the folder has %v, %v", entries, err)
	}
}

// TestPlans sees that lists find their rows by an index and in its order.
func TestPlans(t *testing.T) {
	s := openFile(t)
	fillFlows(t, s, 10, "ann", "bob")
	for _, scope := range []Scope{Own, Accessible, All} {
		for _, graph := range []bool{false, true} {
			for _, after := range []*cursor{nil, {updatedAt: 5, seq: 7}} {
				q := listSQL{ListQuery: ListQuery{UserID: "ann", Scope: scope, Graph: graph, Limit: 30}, dialect: s.db.dialect(), after: after}
				checkPlan(t, s, scope, q.rows("id, updated_at, flow.seq"), q.args)
				q = listSQL{ListQuery: q.ListQuery, dialect: s.db.dialect()}
				checkPlan(t, s, scope, q.count(), q.args)
			}
		}
		// What few flows are is found first, and sorted then.
		for _, few := range []ListQuery{{Name: "flow 1"}, {Prefix: "ab"}, {Search: "low 1"}} {
			few.UserID, few.Scope, few.Limit = "ann", scope, 30
			few.rare = few.Search != ""
			q := listSQL{ListQuery: few, dialect: s.db.dialect()}
			page := q.rows("id, updated_at, flow.seq")
			for _, step := range plan(t, s, page, q.args) {
				if strings.Contains(step, "SCAN flow") && !strings.Contains(step, "VIRTUAL TABLE") ||
					strings.Contains(step, "updated_at") {
					t.Errorf("%s: %s", page, step)
				}
			}
		}
	}
}

func plan(t *testing.T, s *Store, query string, args []any) []string {
	t.Helper()
	plan, err := all(t.Context(), s.db, func(step *string) []any { return []any{new(int), new(int), new(int), step} }, "EXPLAIN QUERY PLAN "+query, args...)
	must(t, err)
	return plan
}

func checkPlan(t *testing.T, s *Store, scope Scope, query string, args []any) {
	t.Helper()
	sorts := 0
	for _, step := range plan(t, s, query, args) {
		if strings.HasPrefix(step, "SCAN flow") && !strings.Contains(step, "INDEX") {
			t.Errorf("%s: the whole table is read: %s", query, step)
		}
		if strings.Contains(step, "TEMP B-TREE") {
			sorts++
		}
	}
	// What is shared with a user is sorted, and the first rows of each part.
	if want := map[Scope]int{Accessible: 4}[scope]; sorts > want {
		t.Errorf("%s sorts %d times", query, sorts)
	}
}

func TestUnusableFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		must(t, os.WriteFile(path, data, 0o600))
		return path
	}
	text := write("notes.txt", []byte(strings.Repeat("this is no database. ", 100)))
	short := write("short.txt", []byte("x"))
	foreign := filepath.Join(dir, "webui.db")
	d, err := newSQLite(write("webui.db", nil))
	must(t, err)
	db := d.writePool("")
	_, err = db.Exec("CREATE TABLE flow (id VARCHAR PRIMARY KEY)")
	must(t, errors.Join(err, db.Close(), d.close()))
	before, err := os.ReadFile(foreign)
	must(t, err)

	for _, c := range []struct{ dsn, want string }{
		{text, "notes.txt is not a SQLite database: name another file"},
		{short, "short.txt is not a SQLite database: name another file"},
		{foreign, "webui.db is a database of another program: name another file"},
		{dir, "is a folder: name a file"},
		{filepath.Join(text, "x.db"), "not a directory"},
		{"", "no database named"},
		{"mysql://root@localhost/flow", `no such kind of database, "mysql"`},
		{"/sys/flowctl.db", "cannot be made, its folder is not writable"},
		{"/sys/flowctl/flow.db", "cannot be made, its folder is not writable"},
		{"postgres://user:secret@127.0.0.1:1/flow", "connect"},
		{"postgres://user:secret@127.0.0.1:port/flow", "invalid port"},
	} {
		s, err := Open(t.Context(), c.dsn)
		if err == nil {
			t.Errorf("%s was opened; %v", c.dsn, s.Close())
		} else if !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: error is %q, want %q", c.dsn, err, c.want)
		}
	}
	if after, err := os.ReadFile(foreign); err != nil || !bytes.Equal(after, before) {
		t.Errorf("the other program's database has changed, or %v", err)
	}
	if data, err := os.ReadFile(text); err != nil || !strings.HasPrefix(string(data), "this is no database") {
		t.Errorf("the text file has %.30q, %v now", data, err)
	}
	if _, err := MigrationStatus(t.Context(), filepath.Join(dir, "none.db")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error is %v, want that there is no such file", err)
	}
}

func TestStatusChangesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "empty.db")
	must(t, os.WriteFile(path, nil, 0o600))
	list, err := MigrationStatus(t.Context(), path)
	if err != nil || len(list) != schemaVersion || list[0].AppliedAt != 0 {
		t.Errorf("got %v, %v; want all pending", list, err)
	}
	if info, err := os.Stat(path); err != nil || info.Size() != 0 {
		t.Errorf("the file has %d bytes now, %v", info.Size(), err)
	}
}

// TestDamaged overwrites pages in the middle of the file.
func TestDamaged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "flow.db")
	s := openStore(t, path)
	fillFlows(t, s, 200, "ann")
	must(t, s.Close())
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	must(t, err)
	info, err := f.Stat()
	must(t, err)
	for at := int64(200 << 10); at < info.Size(); at += 4096 {
		_, err := f.WriteAt([]byte(strings.Repeat("x", 4096)), at)
		must(t, err)
	}
	must(t, f.Close())
	s = openStore(t, path)
	if _, err := s.ListFlows(t.Context(), ListQuery{UserID: "ann", Graph: true}); err == nil || !strings.Contains(err.Error(), "flow.db is damaged: move it away") {
		t.Errorf("error is %v", err)
	}
}

// TestDiskFull lets the file grow no more, as on a full disk: what was
// acknowledged is there, small writes do not fail for the sake of a big one in
// their group, and with space everything goes on.
func TestDiskFull(t *testing.T) {
	path := filepath.Join(t.TempDir(), "flow.db")
	s := openStore(t, path)
	fillFlows(t, s, 20, "ann")
	w := s.db.(*sqliteDB).writer
	maxPages := func(n int) {
		t.Helper()
		_, err := one(t.Context(), w, value[int64], fmt.Sprint("PRAGMA max_page_count = ", n))
		must(t, err)
	}
	maxPages(200)
	big := &Flow{UserID: "ann", Nodes: []byte(`["` + strings.Repeat("x", 1<<20) + `"]`)}
	small := []*Flow{benchFlow("ann", "1"), benchFlow("ann", "2")}
	errs := together(t, s, func() error { return s.CreateFlow(t.Context(), small[0]) },
		func() error { return s.CreateFlow(t.Context(), big) },
		func() error { return s.CreateFlow(t.Context(), small[1]) })
	if errs[0] != nil || errs[2] != nil {
		t.Errorf("small flows beside a big one: %v, %v", errs[0], errs[2])
	}
	if !errors.Is(errs[1], ErrFull) || !strings.Contains(errs[1].Error(), path+": free some and try again") {
		t.Errorf("error is %v, want ErrFull with the path", errs[1])
	}

	ids := []string{small[0].ID, small[1].ID}
	for {
		f := benchFlow("ann", "x")
		if err := s.CreateFlow(t.Context(), f); err != nil {
			if !errors.Is(err, ErrFull) || len(ids) < 10 {
				t.Fatalf("after %d flows the error is %v", len(ids), err)
			}
			break
		}
		ids = append(ids, f.ID)
	}
	checkAcknowledged(t, s, ids[2:])
	maxPages(1 << 20)
	must(t, s.CreateFlow(t.Context(), big))
	if page, err := s.ListFlows(t.Context(), ListQuery{UserID: "ann", Limit: 1}); err != nil || page.Total != int64(20+len(ids)+1) {
		t.Errorf("the total is %v, %v; want %d", page, err, 20+len(ids)+1)
	}
}

// TestReadOnly opens a database as somebody who may not write to its folder.
func TestReadOnly(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "flow.db")
	s := openStore(t, path)
	addFlow(t, s, Flow{UserID: "ann"})
	must(t, s.Close())
	must(t, os.Chmod(path, 0o644))
	must(t, os.Chmod(dir, 0o555))
	t.Cleanup(func() { must(t, os.Chmod(dir, 0o755)) })
	out := asNobody(t, "some", path)
	if want := "open database: " + path + " is not writable: check its permissions and its folder's"; !strings.Contains(out, want) {
		t.Errorf("it says %q, want %q", out, want)
	}
	must(t, os.Chmod(dir, 0o777))
	must(t, os.Chmod(path, 0o444))
	if out := asNobody(t, "some", path); !strings.Contains(out, path+" is not writable: check its permissions") {
		t.Errorf("with a file that is read-only it says %q", out)
	}
}

// TestForeignLock holds the write lock as another program would.
func TestForeignLock(t *testing.T) {
	s := openFile(t)
	addFlow(t, s, Flow{UserID: "ann"})
	s.db.(*sqliteDB).writer.timeout = 150 * time.Millisecond
	unlock := lockFile(t, s)
	if page, err := s.ListFlows(t.Context(), ListQuery{UserID: "ann"}); err != nil || page.Total != 1 {
		t.Errorf("reading while somebody writes: %v, %v", page, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := s.CreateFlow(ctx, &Flow{UserID: "ann"}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error is %v, want DeadlineExceeded", err)
	}
	if err := s.CreateFlow(t.Context(), &Flow{UserID: "ann"}); !errors.Is(err, ErrLocked) {
		t.Errorf("error is %v, want ErrLocked", err)
	}
	unlock()
	addFlow(t, s, Flow{UserID: "ann"})
	if page, err := s.ListFlows(t.Context(), ListQuery{UserID: "ann"}); err != nil || page.Total != 2 {
		t.Errorf("%v, %v; want 2 flows: those that failed were not to be made", page, err)
	}
}

// A database that must be there is not made.
func TestOpenExisting(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{filepath.Join(dir, "none.db"), filepath.Join(dir, "none", "none.db")} {
		if _, err := OpenExisting(t.Context(), path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("error is %v, want fs.ErrNotExist", err)
		}
	}
	if made, err := os.ReadDir(dir); len(made) != 0 || err != nil {
		t.Errorf("there is %v, %v", made, err)
	}
	empty := filepath.Join(dir, "empty.db")
	must(t, os.WriteFile(empty, nil, 0o600))
	if _, err := OpenExisting(t.Context(), empty); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a database without tables: %v, want fs.ErrNotExist", err)
	}
	if info, err := os.Stat(empty); err != nil || info.Size() != 0 {
		t.Errorf("it is not left as it was: %v, %v", info, err)
	}
	path := filepath.Join(dir, "flow.db")
	must(t, openStore(t, path).Close())
	s, err := OpenExisting(t.Context(), path)
	must(t, err)
	must(t, s.Ping(t.Context()))
	must(t, s.Close())
}
