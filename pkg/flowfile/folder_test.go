package flowfile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/pkg/flow"
)

func stored(t *testing.T, doc string) flow.Flow {
	t.Helper()
	f, err := flow.ParseFlow([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

const storedReview = `{"id":"0123456789","user_id":"u","name":"Review","nodes":[{"id":"a","type":"input"}],"edges":[],"created_at":1,"updated_at":2,"access_control":{"read":{"user_ids":["u"]}}}`

func TestFolderWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "review-01234567.json")
	f := stored(t, storedReview)
	longer := stored(t, strings.Replace(storedReview, `"updated_at":2`, `"updated_at":23`, 1))
	steps := []struct {
		name   string
		before string // put into the file by somebody else; "" for nothing
		flow   flow.Flow
		want   Change
	}{
		{name: "new", flow: f, want: Created},
		{name: "the same", flow: f, want: Unchanged},
		{name: "longer", flow: longer, want: Updated},
		{name: "longer again", flow: longer, want: Unchanged},
		{name: "shorter", flow: f, want: Updated},
		{name: "other layout", before: `{"id":"0123456789","flow":{"nodes":[]}}`, flow: f, want: Updated},
	}
	for _, s := range steps {
		if s.before != "" {
			if err := os.WriteFile(path, []byte(s.before), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		was, _ := os.Stat(path)
		d := NewFolder(dir)
		got, change, err := d.Write(t.Context(), s.flow)
		if got != path || change != s.want || err != nil {
			t.Fatalf("%s: Write = %s, %q, %v; want %s, %q", s.name, got, change, err, path, s.want)
		}
		if err := d.Sync(); err != nil {
			t.Errorf("%s: Sync: %v", s.name, err)
		}
		now, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if left := was != nil && os.SameFile(was, now); left != (s.want == Unchanged) {
			t.Errorf("%s: the file was left alone: %v", s.name, left)
		}
		text, err := os.ReadFile(path)
		if err != nil || strings.Contains(string(text), "access_control") || strings.Contains(string(text), "user_id") {
			t.Errorf("%s: wrote %s, %v", s.name, text, err)
		}
	}
	if entries, err := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("the folder has %v, %v; want one file", entries, err)
	}
}

// A flow that was renamed keeps its one file, under its new name; files of others
// that look like it are left alone.
func TestFolderWriteRenamed(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("aaa-01234567.json", `{"id":"01234567-other","flow":{"name":"other","nodes":[]}}`)
	put("notes-01234567.json", `my notes`)
	put("zzz.json", storedReview)
	f := stored(t, storedReview)
	renamed := stored(t, strings.Replace(storedReview, `"Review"`, `"Re-read"`, 1))
	if _, change, err := NewFolder(dir).Write(t.Context(), f); change != Created || err != nil {
		t.Fatalf("Write = %q, %v", change, err)
	}
	if err := os.Chmod(filepath.Join(dir, "review-01234567.json"), 0o640); err != nil {
		t.Fatal(err)
	}
	path, change, err := NewFolder(dir).Write(t.Context(), renamed)
	if path != filepath.Join(dir, "re-read-01234567.json") || change != Updated || err != nil {
		t.Fatalf("Write = %s, %q, %v", path, change, err)
	}
	if got := nameIn(t, path); got != "Re-read" {
		t.Errorf("the file holds %q", got)
	}
	if got, want := entries(t, dir), "aaa-01234567.json notes-01234567.json re-read-01234567.json zzz.json"; got != want {
		t.Errorf("the folder has %s, want %s", got, want)
	}
	if _, change, err := NewFolder(dir).Write(t.Context(), renamed); change != Unchanged || err != nil {
		t.Errorf("again: %q, %v", change, err)
	}
	if got := nameIn(t, filepath.Join(dir, "aaa-01234567.json")); got != "other" {
		t.Errorf("another flow's file holds %q", got)
	}
	// Two flows that swap their names swap no file.
	other := stored(t, `{"id":"89abcdef","name":"Other","nodes":[],"edges":[]}`)
	d := NewFolder(dir)
	if _, _, err := d.Write(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	other.Name = "Re-read"
	d = NewFolder(dir)
	for _, s := range []flow.Flow{other, f} {
		if _, change, err := d.Write(t.Context(), s); change != Updated || err != nil {
			t.Fatalf("Write %s = %q, %v", s.Name, change, err)
		}
	}
	if got, want := entries(t, dir), "aaa-01234567.json notes-01234567.json re-read-89abcdef.json review-01234567.json zzz.json"; got != want {
		t.Errorf("the folder has %s, want %s", got, want)
	}
}

func TestFolderWriteErrors(t *testing.T) {
	d := NewFolder(filepath.Join(t.TempDir(), "missing"))
	if path, _, err := d.Write(t.Context(), stored(t, storedReview)); err == nil {
		t.Errorf("Write into a folder that is not there gave %s", path)
	}
	if err := d.Sync(); err == nil || !strings.Contains(err.Error(), "missing: sync the folder: ") {
		t.Errorf("Sync of a folder that is not there: %v", err)
	}
}
