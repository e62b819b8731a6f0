package store

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func testMigrations(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	must(t, s.Close())
	applied := func() (n int) {
		t.Helper()
		status, err := MigrationStatus(t.Context(), dsn)
		must(t, err)
		if len(status) != schemaVersion {
			t.Fatalf("there are %d migrations; schemaVersion is %d", len(status), schemaVersion)
		}
		for i, m := range status {
			if m.Version != int64(i+1) || !strings.HasSuffix(m.Name, ".sql") {
				t.Errorf("migration %d is %+v", i, m)
			}
			if m.AppliedAt != 0 {
				n++
			}
		}
		return n
	}
	if n := applied(); n != schemaVersion {
		t.Errorf("%d migrations are applied, want all", n)
	}
	for version := int64(schemaVersion); version > 0; version-- {
		m, err := MigrateDown(t.Context(), dsn)
		if err != nil || m == nil || m.Version != version {
			t.Fatalf("took back %+v, %v; want %d", m, err, version)
		}
		if n := applied(); n != int(version)-1 {
			t.Errorf("%d migrations are applied, want %d", n, version-1)
		}
	}
	if m, err := MigrateDown(t.Context(), dsn); err != nil || m != nil {
		t.Errorf("took back %+v, %v; want nothing", m, err)
	}
	if done, err := MigrateUp(t.Context(), dsn); err != nil || len(done) != schemaVersion {
		t.Errorf("applied %+v, %v", done, err)
	}
	if done, err := MigrateUp(t.Context(), dsn); err != nil || len(done) != 0 {
		t.Errorf("applied %+v, %v again", done, err)
	}
	addFlow(t, openStore(t, dsn), Flow{UserID: "ann"})
}

// testMigrationsKeepFlows goes back to the tables of the first migration and forth
// again, from each version: the flows stay, and so does what is derived from them.
func testMigrationsKeepFlows(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	f := addFlow(t, s, Flow{UserID: "ann", Name: "x", Nodes: []byte(nasty()["numbers"]), AccessControl: []byte(`{"read":{"user_ids":["bob"]}}`)})
	addFlow(t, s, Flow{UserID: "eve", Name: "public", UpdatedAt: 1})
	for steps := 1; steps < schemaVersion; steps++ {
		must(t, s.Close())
		for range steps {
			if m, err := MigrateDown(t.Context(), dsn); err != nil || m == nil {
				t.Fatal(m, err)
			}
		}
		s = openStore(t, dsn)
		if got := getFlow(t, s, f.ID); !reflect.DeepEqual(got, f) {
			t.Errorf("after %d steps got %q, want %q", steps, got, f)
		}
		for _, q := range []ListQuery{{UserID: "bob", Scope: Accessible}, {UserID: "bob", Scope: Accessible, Search: "LIC"}} {
			want := map[string]string{"": "x public", "LIC": "public"}[q.Search]
			if list := names(t, s, q); list != want {
				t.Errorf("after %d steps bob reads %q, want %q", steps, list, want)
			}
		}
		page, err := s.ListFlows(t.Context(), ListQuery{Scope: All, Limit: 1})
		if err != nil || page.Total != 2 {
			t.Errorf("after %d steps the total is %v, %v; want 2", steps, page, err)
		}
	}
}

// testMigrateDownInUse: the newest migration stays while somebody has the database open,
// even if they do nothing, and goes right after.
func testMigrateDownInUse(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	m, err := MigrateDown(t.Context(), dsn)
	if !errors.Is(err, errInUse) || m != nil {
		t.Errorf("took back %+v, %v; want %v", m, err, errInUse)
	}
	addFlow(t, s, Flow{UserID: "ann"})
	must(t, s.Close())
	if m, err := MigrateDown(t.Context(), dsn); err != nil || m == nil || m.Version != schemaVersion {
		t.Errorf("took back %+v, %v", m, err)
	}
}

func testTooNew(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	execute(t, s, "INSERT INTO "+versionTable+" (version_id, is_applied) VALUES ($1, $2)", int64(schemaVersion+1), true)
	must(t, s.Close())
	_, openErr := Open(t.Context(), dsn)
	_, upErr := MigrateUp(t.Context(), dsn)
	_, downErr := MigrateDown(t.Context(), dsn)
	for _, err := range []error{openErr, upErr, downErr} {
		if !errors.Is(err, ErrTooNew) || !strings.Contains(err.Error(), fmt.Sprintf("it has version %d, this program knows %d", schemaVersion+1, schemaVersion)) {
			t.Errorf("error is %v, want ErrTooNew with both versions", err)
		}
	}
}
