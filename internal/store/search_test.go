package store

import (
	"crypto/rand"
	"net/url"
	"os"
	"strings"
	"testing"
)

// TestPostgresWithoutExtension: who may not make pg_trgm has searches all the same, and
// learns what to do.
func TestPostgresWithoutExtension(t *testing.T) {
	server := os.Getenv("FLOWCTL_TEST_POSTGRES")
	if server == "" {
		t.Skip("FLOWCTL_TEST_POSTGRES is not set")
	}
	database := newDatabase(t, server)
	admin := newSchema(t, database)
	u, err := url.Parse(admin)
	must(t, err)
	role := "flowctl_test_" + strings.ToLower(rand.Text())
	askPostgres(t, server, "CREATE ROLE "+role+" LOGIN PASSWORD 'x'")
	t.Cleanup(func() { askPostgres(t, server, "DROP ROLE "+role) })
	t.Cleanup(func() { askPostgres(t, database.String(), "DROP OWNED BY "+role+" CASCADE") })
	askPostgres(t, database.String(), "ALTER SCHEMA "+u.Query().Get("search_path")+" OWNER TO "+role)
	u.User = url.UserPassword(role, "x")
	s := openStore(t, u.String())
	addFlow(t, s, Flow{UserID: "ann", Name: "Content review"})
	if ok, err := s.HasSearchIndex(t.Context()); ok || err != nil {
		t.Errorf("it has an index: %t, %v", ok, err)
	}
	if got := names(t, s, ListQuery{UserID: "ann", Search: "T REV"}); got != "Content review" {
		t.Errorf("the search gives %q", got)
	}
	for _, statement := range strings.SplitAfter(MakeSearchIndex, ";") {
		if statement != "" {
			askPostgres(t, admin, statement)
		}
	}
	if ok, err := s.HasSearchIndex(t.Context()); !ok || err != nil {
		t.Errorf("it has no index, %v", err)
	}
	must(t, s.Close())
	if m, err := MigrateDown(t.Context(), u.String()); err != nil || m.Version != schemaVersion {
		t.Error(m, err)
	}
}

func TestTrigrams(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "ab": "", "äB": "", "ÄbC": `"äbc"`, "aB\"c": `"ab""" AND "b""c"`,
	} {
		if got := trigrams(text); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	if n := strings.Count(trigrams(strings.Repeat("x", 1000)), "AND"); n != 31 {
		t.Errorf("of a long text there are %d", n+1)
	}
}
