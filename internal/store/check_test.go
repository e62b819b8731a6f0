package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func faultsIn(t *testing.T, s *Store) (faults []string, done Checked) {
	t.Helper()
	done, err := s.Check(t.Context(), func(f Fault) { faults = append(faults, f.Kind+" "+f.ID+": "+f.Problem) })
	must(t, err)
	return faults, done
}

// testCheck damages a database in each way that can be found.
func testCheck(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	u := addUser(t, s, "ann@example.com")
	f := addFlow(t, s, Flow{UserID: u.ID, ID: "f", Name: "0", AccessControl: []byte(`{"read":{"user_ids":["bob"]}}`), Extra: []byte(`{"more":1}`)})
	const versions = 2*wholeEvery + 5
	for n := range versions - 1 {
		_, err := s.UpdateFlow(t.Context(), f.ID, func(f *Flow) error {
			f.Name = fmt.Sprint(n + 1)
			f.Nodes = []byte(fmt.Sprintf(`[{"id":"a","type":"input","position":{"x":%d,"y":0}}]`, n/3))
			return nil
		})
		must(t, err)
	}
	must(t, s.SetLabel(t.Context(), f.ID, "good", 7))
	for range 5 {
		addFlow(t, s, *benchFlow("ann", "x"))
	}
	must(t, s.DeleteFlow(t.Context(), addFlow(t, s, Flow{UserID: "ann"}).ID, false, nil))
	if faults, done := faultsIn(t, s); len(faults) > 0 || done != (Checked{Flows: 7, Versions: versions + 6}) {
		t.Fatalf("%+v: %q", done, faults)
	}

	is := func(want ...string) {
		t.Helper()
		if faults, _ := faultsIn(t, s); !slices.Equal(faults, want) {
			t.Errorf("got  %q\nwant %q", faults, want)
		}
	}
	execute(t, s, "DELETE FROM flow_version WHERE flow_id = 'f' AND number = 7")
	is("version f: version 6 cannot be read, as it is the difference from one that cannot",
		"version f: version 5 cannot be read, as it is the difference from one that cannot",
		"version f: version 4 cannot be read, as it is the difference from one that cannot",
		"version f: version 3 cannot be read, as it is the difference from one that cannot",
		"version f: version 2 cannot be read, as it is the difference from one that cannot",
		"version f: version 1 cannot be read, as it is the difference from one that cannot",
		`label f: label "good" is on version 7, which is not there`)
	execute(t, s, "DELETE FROM flow_label")
	execute(t, s, "DELETE FROM flow_version WHERE flow_id = 'f' AND number < 7")
	is()
	execute(t, s, "UPDATE flow_version SET text = $1 WHERE flow_id = 'f' AND number = 8", []byte{0})
	is("version f: version 8 cannot be read")
	other := s.packer.pack((&Flow{Name: "other", Meta: []byte("{}"), Nodes: []byte("[]"), Edges: []byte("[]")}).versionText(), nil)
	execute(t, s, "UPDATE flow_version SET text = $1 WHERE flow_id = 'f' AND number = 8", other)
	is("version f: version 8 does not have its digest: it is not what was written")
	execute(t, s, "DELETE FROM flow_version")
	execute(t, s, "UPDATE flow SET name = 'other' WHERE id = 'f'")
	is("flow f: its digest is not that of its contents: write the flow again")
	_, err := s.UpdateFlow(t.Context(), f.ID, func(*Flow) error { return nil })
	must(t, err)
	is(fmt.Sprintf("version f: version %d does not have its digest: it is not what was written", versions))
	execute(t, s, "DELETE FROM flow_version")
	is()

	if d, ok := s.db.(*sqliteDB); ok {
		must(t, s.Close())
		db := d.pool("", 1) // without foreign keys
		_, err := db.ExecContext(t.Context(), "DELETE FROM flow WHERE id = 'f'")
		must(t, err)
		must(t, db.Close())
		s = openStore(t, dsn)
	} else {
		must(t, s.db.write(t.Context(), func(ctx context.Context, tx queryer) error {
			_, err := tx.exec(ctx, "SET LOCAL session_replication_role = replica") // without foreign keys
			if err == nil {
				_, err = tx.exec(ctx, "DELETE FROM flow WHERE id = 'f'")
			}
			return err
		}))
	}
	is("reference : rows of flow_grant whose flow_id is not in flow: 1")
}

// testCheckBusy finds nothing wrong in a database that is being written to.
func testCheckBusy(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	s.KeepVersions = 20 // more take longer to check than to write
	f := addFlow(t, s, Flow{UserID: "ann", Name: "0"})
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for n := 1; ; n++ {
			select {
			case <-stop:
				return
			default:
			}
			_, err := s.UpdateFlow(t.Context(), f.ID, func(f *Flow) error { f.Name = fmt.Sprint(n); return nil })
			if err == nil && n%10 == 0 {
				err = s.SetLabel(t.Context(), f.ID, "good", int64(n-5))
			}
			if err != nil {
				t.Error(err)
				return
			}
		}
	}()
	for range 30 {
		if faults, _ := faultsIn(t, s); len(faults) > 0 {
			t.Errorf("%q", faults)
		}
	}
	close(stop)
	<-stopped
}

// TestCheckFile overwrites pages of the file.
func TestCheckFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "flow.db")
	s, err := Open(t.Context(), path)
	must(t, err)
	fillFlows(t, s, 200, "ann")
	must(t, s.Close())
	file, err := os.ReadFile(path)
	must(t, err)
	const page = 4096
	for n := len(file) / page / 2; n < len(file)/page; n += 7 {
		copy(file[n*page:], strings.Repeat("damage", page/6))
	}
	must(t, os.WriteFile(path, file, 0o600))
	faults, _ := faultsIn(t, openStore(t, path))
	if len(faults) == 0 || !strings.HasPrefix(faults[0], FaultFile) {
		t.Errorf("%.1000q", faults)
	}
}
