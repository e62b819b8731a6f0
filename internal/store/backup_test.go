package store

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// testBackup: what is restored is what was there, with versions and labels.
func testBackup(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	var backup bytes.Buffer
	dir := t.TempDir()
	err := Backup(t.Context(), dsn, dir, &backup)
	if _, ok := s.db.(*sqliteDB); !ok {
		if !errors.Is(err, ErrBadKind) {
			t.Error(err)
		}
		if _, err := Restore(t.Context(), dsn, &backup, true); !errors.Is(err, ErrBadKind) {
			t.Error(err)
		}
		return
	}
	must(t, err)
	u := addUser(t, s, "ann@example.com")
	f := addFlow(t, s, Flow{UserID: u.ID, Name: "first", AccessControl: []byte("{}")})
	f, err = s.UpdateFlow(t.Context(), f.ID, func(f *Flow) error { f.Name = "second"; return nil })
	must(t, err)
	must(t, s.SetLabel(t.Context(), f.ID, "good", 1))
	backup.Reset()
	must(t, Backup(t.Context(), dsn, dir, &backup))
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}

	path := filepath.Join(dir, "new.db")
	has, err := Restore(t.Context(), path, bytes.NewReader(backup.Bytes()), false)
	if err != nil || has != (Contents{Flows: 1, Users: 1}) {
		t.Fatal(has, err)
	}
	restored := openStore(t, path)
	got := getFlow(t, restored, f.ID)
	if got.String() != f.String() || got.Revision != f.Revision || got.Digest != f.Digest {
		t.Errorf("got %v, want %v", got, f)
	}
	if was, err := restored.FlowVersion(t.Context(), got, 1); err != nil || was.Name != "first" {
		t.Errorf("version 1 is %v, %v", was, err)
	}
	if n, err := restored.LabelledVersion(t.Context(), f.ID, "good"); n != 1 {
		t.Error(n, err)
	}
	for pragma, want := range map[string]string{"journal_mode": "wal", "auto_vacuum": "2"} {
		if mode, err := one(t.Context(), restored.db, value[string], "PRAGMA "+pragma); err != nil || *mode != want {
			t.Errorf("%s is %v, %v", pragma, mode, err)
		}
	}
	addFlow(t, restored, Flow{UserID: "ann"})

	// A database with data is replaced only if that is wanted, and not while it is open.
	for _, force := range []bool{false, true} {
		_, err := Restore(t.Context(), path, bytes.NewReader(backup.Bytes()), force)
		if !force && !errors.Is(err, ErrExists) || force && !errors.Is(err, errInUse) {
			t.Errorf("force %t: %v", force, err)
		}
	}
	must(t, restored.Close())
	has, err = Restore(t.Context(), path, bytes.NewReader(backup.Bytes()), true)
	if err != nil || has.Flows != 1 {
		t.Error(has, err)
	}
}

// TestRestoreEmpty restores over a database without flows and users.
func TestRestoreEmpty(t *testing.T) {
	dir := t.TempDir()
	backup := backupOf(t, filepath.Join(dir, "flow.db"))
	for name, prepare := range map[string]func(path string) error{
		"migrated": func(path string) error { _, err := MigrateUp(t.Context(), path); return err },
		"file":     func(path string) error { return os.WriteFile(path, nil, 0o600) },
	} {
		path := filepath.Join(dir, name)
		must(t, prepare(path))
		if has, err := Restore(t.Context(), path, bytes.NewReader(backup), false); err != nil || has.Flows != 50 {
			t.Errorf("%s: %v, %v", name, has, err)
		}
	}
}

func backupOf(t *testing.T, path string) []byte {
	t.Helper()
	s, err := Open(t.Context(), path)
	must(t, err)
	fillFlows(t, s, 50, "ann")
	must(t, s.Close())
	var backup bytes.Buffer
	must(t, Backup(t.Context(), path, t.TempDir(), &backup))
	return backup.Bytes()
}

// TestRestoreDamaged: nothing is restored of a backup that is not as it was written.
func TestRestoreDamaged(t *testing.T) {
	dir := t.TempDir()
	backup := backupOf(t, filepath.Join(dir, "flow.db"))
	path := filepath.Join(dir, "target.db")
	refused := func(what string, damaged []byte) {
		t.Helper()
		_, err := Restore(t.Context(), path, bytes.NewReader(damaged), true)
		if err == nil || !strings.Contains(err.Error(), "the backup is ") && !errors.Is(err, errNotBackup) {
			t.Errorf("%s: %v", what, err)
		}
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Fatalf("%s: there is a database: %v", what, err)
		}
	}
	step := len(backup)/50 + 1
	for n := 0; n < len(backup); n += step {
		refused("cut off", backup[:n])
		flipped := bytes.Clone(backup)
		if flipped[n] ^= 0x10; n > 10 { // before are the time and the like
			refused("flipped", flipped)
		}
	}
	refused("last byte", backup[:len(backup)-1])
	newer := bytes.Replace(backup, []byte("schema "), []byte("schema 9"), 1)
	if _, err := Restore(t.Context(), path, bytes.NewReader(newer), true); !errors.Is(err, ErrTooNew) {
		t.Error(err)
	}
	left, err := filepath.Glob(filepath.Join(dir, ".*"))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestRestoreOlder restores the backup of an older flowctl, which is migrated.
func TestRestoreOlder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "flow.db")
	s, err := Open(t.Context(), path)
	must(t, err)
	addFlow(t, s, Flow{UserID: "ann", Name: "old"})
	must(t, s.Close())
	_, err = MigrateDown(t.Context(), path)
	must(t, err)
	var backup bytes.Buffer
	must(t, Backup(t.Context(), path, t.TempDir(), &backup))
	other := filepath.Join(t.TempDir(), "other.db")
	if has, err := Restore(t.Context(), other, &backup, false); err != nil || has.Flows != 1 {
		t.Fatal(has, err)
	}
	list, err := MigrationStatus(t.Context(), other)
	if err != nil || list[len(list)-1].AppliedAt == 0 {
		t.Errorf("%v, %v", list, err)
	}
	if list, err := MigrationStatus(t.Context(), path); err != nil || list[len(list)-1].AppliedAt != 0 {
		t.Errorf("the backup migrated the database: %v, %v", list, err)
	}
}
