package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

type conformanceCase struct {
	name string
	run  func(t *testing.T, dsn string)
}

// conformance is what holds for both databases. Each case gets the address of a
// database that does not exist yet, or is empty.
func conformance() []conformanceCase {
	return []conformanceCase{
		{"JSON", testJSON},
		{"Texts", testTexts},
		{"BadTexts", testBadTexts},
		{"CreateTaken", testCreateTaken},
		{"Update", testUpdate},
		{"UpdateAborted", testUpdateAborted},
		{"UpdateConcurrent", testUpdateConcurrent},
		{"Put", testPut},
		{"PutConcurrent", testPutConcurrent},
		{"Delete", testDelete},
		{"DeleteMoved", testDeleteMoved},
		{"Cancelled", testCancelled},
		{"Closed", testClosed},
		{"ListOrder", testListOrder},
		{"ListPages", testListPages},
		{"ListBytes", testListBytes},
		{"ListScopes", testListScopes},
		{"ListTotals", testListTotals},
		{"ListSearch", testListSearch},
		{"ListNames", testListNames},
		{"ListRights", testListRights},
		{"ListGraph", testListGraph},
		{"ListDigest", testListDigest},
		{"ListBadCursor", testListBadCursor},
		{"Grants", testGrants},
		{"Groups", testGroups},
		{"GroupRights", testGroupRights},
		{"SearchUsers", testSearchUsers},
		{"ExecutionKey", testExecutionKey},
		{"ExecutionKeyRace", testExecutionKeyRace},
		{"Versions", testVersions},
		{"VersionKeep", testVersionKeep},
		{"VersionLayout", testVersionLayout},
		{"VersionRace", testVersionRace},
		{"VersionSize", testVersionSize},
		{"Labels", testLabels},
		{"Bin", testBin},
		{"BinRace", testBinRace},
		{"Backup", testBackup},
		{"Audit", testAudit},
		{"AuditKeep", testAuditKeep},
		{"Check", testCheck},
		{"CheckBusy", testCheckBusy},
		{"Executions", testExecutions},
		{"ExecutionList", testExecutionList},
		{"ExecutionStats", testExecutionStats},
		{"ExecutionKeep", testExecutionKeep},
		{"ExecutionKeepBytes", testExecutionKeepBytes},
		{"Usage", testUsage},
		{"ExecutionKeepShares", testExecutionKeepShares},
		{"UnderWay", testUnderWay},
		{"ExecutionAbort", testExecutionAbort},
		{"Runners", testRunners},
		{"TakenForDead", testTakenForDead},
		{"ClockSetBack", testClockSetBack},
		{"AllowedRuns", testAllowedRuns},
		{"ExecutionDelete", testExecutionDelete},
		{"Users", testUsers},
		{"EnsureAdmin", testEnsureAdmin},
		{"RemoveUser", testRemoveUser},
		{"Keys", testKeys},
		{"KeyTouch", testKeyTouch},
		{"KeyTouchAtClose", testKeyTouchAtClose},
		{"Sessions", testSessions},
		{"Migrations", testMigrations},
		{"MigrationsKeepFlows", testMigrationsKeepFlows},
		{"MigrateDownInUse", testMigrateDownInUse},
		{"TooNew", testTooNew},
		{"ConcurrentUse", testConcurrentUse},
		{"Processes", testProcesses},
		{"Killed", testKilled},
	}
}

func TestSQLite(t *testing.T) {
	for _, c := range conformance() {
		t.Run(c.name, func(t *testing.T) { c.run(t, filepath.Join(t.TempDir(), "flow.db")) })
	}
}

func TestPostgres(t *testing.T) {
	server := os.Getenv("FLOWCTL_TEST_POSTGRES")
	if server == "" {
		t.Skip("FLOWCTL_TEST_POSTGRES is not set: it is the postgres:// URL of a server on which databases may be made and dropped")
	}
	database := newDatabase(t, server)
	for _, c := range conformance() {
		t.Run(c.name, func(t *testing.T) { c.run(t, newSchema(t, database)) })
	}
}

// newDatabase makes a database for the suite.
func newDatabase(t *testing.T, server string) *url.URL {
	t.Helper()
	name := "flowctl_test_" + strings.ToLower(rand.Text())
	askPostgres(t, server, "CREATE DATABASE "+name+" ENCODING 'UTF8' TEMPLATE template0")
	t.Cleanup(func() { askPostgres(t, server, "DROP DATABASE "+name+" WITH (FORCE)") })
	u, err := url.Parse(server)
	must(t, err)
	u.Path = "/" + name
	return u
}

// newSchema makes a schema for a case, which is to it like a database.
func newSchema(t *testing.T, database *url.URL) string {
	t.Helper()
	name := "case_" + strings.ToLower(rand.Text())
	askPostgres(t, database.String(), "CREATE SCHEMA "+name)
	u := *database
	query := u.Query()
	query.Set("search_path", name)
	u.RawQuery = query.Encode()
	return u.String()
}

func askPostgres(t *testing.T, dsn, statement string) {
	t.Helper()
	db, err := postgresConns(dsn, false)
	must(t, err)
	_, err = db.ExecContext(context.Background(), statement)
	must(t, errors.Join(err, db.Close()))
}

func openStore(t *testing.T, dsn string) *Store {
	t.Helper()
	s, err := Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// execute runs a statement behind the store's back.
func execute(t *testing.T, s *Store, query string, args ...any) {
	t.Helper()
	must(t, s.db.write(t.Context(), func(ctx context.Context, tx queryer) error {
		_, err := tx.exec(ctx, query, args...)
		return err
	}))
}

// number returns the one number that a query asks for.
func number(t *testing.T, s *Store, query string, args ...any) int64 {
	t.Helper()
	n, err := one(t.Context(), s.db, value[int64], query, args...)
	must(t, err)
	return *n
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func addUser(t *testing.T, s *Store, email string) *User {
	t.Helper()
	u := &User{Email: email, Role: RoleUser}
	must(t, s.AddUser(t.Context(), u))
	return u
}

func addFlow(t *testing.T, s *Store, f Flow) *Flow {
	t.Helper()
	must(t, s.CreateFlow(t.Context(), &f))
	return &f
}

func getFlow(t *testing.T, s *Store, id string) *Flow {
	t.Helper()
	f, err := s.Flow(t.Context(), id)
	must(t, err)
	return f
}

// String shows a flow in a test's messages.
func (f Flow) String() string {
	description := "null"
	if f.Description != nil {
		description = *f.Description
	}
	return fmt.Sprintf("{%s of %s, %s (%s), %d %d, meta %s, nodes %s, edges %s, access_control %s, extra %s, revision %s}",
		f.ID, f.UserID, f.Name, description, f.CreatedAt, f.UpdatedAt, f.Meta, f.Nodes, f.Edges, f.AccessControl, f.Extra, f.Revision)
}
