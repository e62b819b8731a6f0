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

// TestSearchNewest: a search finds the flows whose names are not in flow_search yet, too,
// and each once, whatever was renamed and deleted and whichever number is used again.
func TestSearchNewest(t *testing.T) {
	s := openFile(t)
	ids := fillFlows(t, s, 150, "ann")
	check := func(search string, want int) {
		t.Helper()
		page, err := s.ListFlows(t.Context(), ListQuery{UserID: "ann", Search: search})
		must(t, err)
		if len(page.Flows) != want || page.Total != int64(want) {
			t.Errorf("a search for %s finds %d of %d flows, want %d", search, len(page.Flows), page.Total, want)
		}
	}
	rename := func(id, name string) {
		t.Helper()
		_, err := s.UpdateFlow(t.Context(), id, func(f *Flow) error { f.Name = name; return nil })
		must(t, err)
	}
	if n := number(t, s, "SELECT count(*) FROM flow_search WHERE flow_search MATCH $1", trigrams("flow")); n != 128 {
		t.Errorf("flow_search has %d flows, want 128", n)
	}
	check("flow 14", 11)
	check("flow 3", 11)
	rename(ids[3], "renamed")
	rename(ids[149], "renamed")
	check("renamed", 2)
	check("flow 14", 10)
	check("flow 3", 10)
	for _, id := range ids[120:] { // so that 121 is the next number, in flow_search till now
		must(t, s.DeleteFlow(t.Context(), id, true, nil))
	}
	check("renamed", 1)
	check("flow 14", 1)
	for range 10 {
		addFlow(t, s, Flow{UserID: "ann", Name: "another"})
		must(t, s.DeleteFlow(t.Context(), addFlow(t, s, Flow{UserID: "ann", Name: "gone again"}).ID, true, nil))
	}
	check("another", 10)
	check("gone", 0)
	if n := number(t, s, "SELECT count(*) FROM flow_search WHERE flow_search MATCH $1", trigrams("another")); n != 8 {
		t.Errorf("flow_search has %d new flows, want 8", n)
	}
}
