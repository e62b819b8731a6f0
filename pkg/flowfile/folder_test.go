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
	longer := stored(t, strings.Replace(storedReview, `"edges":[]`, `"edges":[],"more":1`, 1))
	touched := stored(t, strings.Replace(storedReview, `"updated_at":2`, `"updated_at":23`, 1))
	steps := []struct {
		name   string
		before string // put into the file by somebody else; "" for nothing
		flow   flow.Flow
		want   Change
	}{
		{name: "new", flow: f, want: Created},
		{name: "the same", flow: f, want: Unchanged},
		{name: "saved again", flow: touched, want: Unchanged},
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
		got, change, err := d.Write(t.Context(), FromFlow(s.flow))
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
	if _, change, err := NewFolder(dir).Write(t.Context(), FromFlow(f)); change != Created || err != nil {
		t.Fatalf("Write = %q, %v", change, err)
	}
	if err := os.Chmod(filepath.Join(dir, "review-01234567.json"), 0o640); err != nil {
		t.Fatal(err)
	}
	path, change, err := NewFolder(dir).Write(t.Context(), FromFlow(renamed))
	if path != filepath.Join(dir, "re-read-01234567.json") || change != Updated || err != nil {
		t.Fatalf("Write = %s, %q, %v", path, change, err)
	}
	if got := nameIn(t, path); got != "Re-read" {
		t.Errorf("the file holds %q", got)
	}
	if got, want := entries(t, dir), "aaa-01234567.json notes-01234567.json re-read-01234567.json zzz.json"; got != want {
		t.Errorf("the folder has %s, want %s", got, want)
	}
	if _, change, err := NewFolder(dir).Write(t.Context(), FromFlow(renamed)); change != Unchanged || err != nil {
		t.Errorf("again: %q, %v", change, err)
	}
	if got := nameIn(t, filepath.Join(dir, "aaa-01234567.json")); got != "other" {
		t.Errorf("another flow's file holds %q", got)
	}
	// Two flows that swap their names swap no file.
	other := stored(t, `{"id":"89abcdef","name":"Other","nodes":[],"edges":[]}`)
	d := NewFolder(dir)
	if _, _, err := d.Write(t.Context(), FromFlow(other)); err != nil {
		t.Fatal(err)
	}
	other.Name = "Re-read"
	d = NewFolder(dir)
	for _, s := range []flow.Flow{other, f} {
		if _, change, err := d.Write(t.Context(), FromFlow(s)); change != Updated || err != nil {
			t.Fatalf("Write %s = %q, %v", s.Name, change, err)
		}
	}
	if got, want := entries(t, dir), "aaa-01234567.json notes-01234567.json re-read-89abcdef.json review-01234567.json zzz.json"; got != want {
		t.Errorf("the folder has %s, want %s", got, want)
	}
}

func TestFolderWriteErrors(t *testing.T) {
	d := NewFolder(filepath.Join(t.TempDir(), "missing"))
	if path, _, err := d.Write(t.Context(), FromFlow(stored(t, storedReview))); err == nil {
		t.Errorf("Write into a folder that is not there gave %s", path)
	}
	if err := d.Sync(); err == nil || !strings.Contains(err.Error(), "missing: sync the folder: ") {
		t.Errorf("Sync of a folder that is not there: %v", err)
	}
}

// A flow whose layout stands beside its file takes both along, whatever was left
// over under its new name.
func TestFolderWriteSidecar(t *testing.T) {
	dir := t.TempDir()
	f := FromFlow(stored(t, strings.Replace(storedReview, `"type":"input"`, `"type":"input","position":{"x":1}`, 1)))
	write := func(f File, name string, want Change) {
		t.Helper()
		path, change, err := NewFolder(dir).Write(t.Context(), f)
		if err != nil || path != filepath.Join(dir, name) || change != want {
			t.Fatalf("Write = %s, %q, %v; want %s, %q", path, change, err, name, want)
		}
	}
	f.Form = Sidecar
	write(f, "review-01234567.json", Created)
	write(f, "review-01234567.json", Unchanged)
	f.Form = "" // as it is
	write(f, "review-01234567.json", Unchanged)
	f.ExportedAt++
	write(f, "review-01234567.json", Unchanged)
	// Only the layout is written when only that has changed.
	was := get(t, filepath.Join(dir, "review-01234567.json"))
	f.Spec.Nodes[0].Position = []byte(`{"x":2}`)
	write(f, "review-01234567.json", Updated)
	if now := get(t, filepath.Join(dir, "review-01234567.json")); now != was {
		t.Errorf("the file is now\n%s", now)
	}
	put(t, filepath.Join(dir, "re-read-01234567.layout.json"), `{"nodes":{}}`)
	f.Spec.Name = "Re-read"
	write(f, "re-read-01234567.json", Updated)
	if got, want := entries(t, dir), "re-read-01234567.json re-read-01234567.layout.json"; got != want {
		t.Errorf("the folder has %s, want %s", got, want)
	}
	if got := get(t, filepath.Join(dir, "re-read-01234567.layout.json")); !strings.Contains(got, `"a": {"position":{"x":2}}`) {
		t.Errorf("the layout is\n%s", got)
	}
	f.Form = Inline
	put(t, filepath.Join(dir, "review-01234567.layout.json"), `{"nodes":{}}`)
	f.Spec.Name = "Review"
	write(f, "review-01234567.json", Updated)
	if got, want := entries(t, dir), "review-01234567.json"; got != want {
		t.Errorf("the folder has %s, want %s", got, want)
	}
	// What has the layout's name and is none is not written over.
	other := FromFlow(stored(t, `{"id":"89abcdef-1","name":"Other","nodes":[{"id":"a","position":{"x":1}}]}`))
	other.Form = Sidecar
	put(t, filepath.Join(dir, "other-89abcdef.layout.json"), `my notes`)
	write(other, "other-89abcdef-1.json", Created)
	put(t, filepath.Join(dir, "other-89abcdef-1.layout.json"), `{"nodes":{<<<<<<< ours`)
	if path, _, err := NewFolder(dir).Write(t.Context(), other); err == nil || !strings.Contains(err.Error(), "other-89abcdef-1.layout.json:1:11: ") {
		t.Errorf("Write over an unmerged layout: %s, %v", path, err)
	}
	if err := os.Remove(filepath.Join(dir, "other-89abcdef-1.layout.json")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(dir, "outside"), filepath.Join(dir, "other-89abcdef-1.layout.json")); err != nil {
		t.Skip(err)
	}
	write(other, "other-89abcdef-1-2.json", Created)
	if _, err := os.Stat(filepath.Join(dir, "outside")); err == nil {
		t.Error("a link in the place of a layout was followed")
	}
}

func TestExport(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.json")
	f := FromFlow(stored(t, storedReview))
	export := func(want Change) string {
		t.Helper()
		change, err := Export(t.Context(), path, f)
		if change != want || err != nil {
			t.Errorf("Export = %q, %v; want %q", change, err, want)
		}
		return get(t, path)
	}
	first := export(Created)
	put(t, path, strings.Replace(first, `"exportedAt": 2`, `"exportedAt": 1,
  "$schema": "flow.schema.json"`, 1))
	if text := export(Unchanged); !strings.Contains(text, `"exportedAt": 1`) || !strings.Contains(text, "$schema") {
		t.Errorf("the file is now\n%s", text)
	}
	f.Spec.Description = "new"
	if text := export(Updated); !strings.Contains(text, `"exportedAt": 2`) || !strings.Contains(text, "$schema") {
		t.Errorf("the file is now\n%s", text)
	}
	// Another flow's file, and what is no flow file, are replaced as a whole.
	f.ID = "another"
	if text := export(Updated); strings.Contains(text, "$schema") {
		t.Errorf("the file is now\n%s", text)
	}
	put(t, path, "notes")
	export(Updated)
}
