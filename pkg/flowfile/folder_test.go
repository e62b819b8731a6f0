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
	put("zzz.json", `{"id":"zzz","flow":{"name":"Review","nodes":[]}}`)
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

// When the flow file cannot be renamed it is still there.
func TestFolderRenameFails(t *testing.T) {
	dir := t.TempDir()
	at := Place{Path: filepath.Join(dir, "new.json"), old: filepath.Join(dir, "old.json"), mine: true}
	if _, err := WriteFile(at.old, named("n")); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(at.Path, "full"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := at.Write(named("m")); err == nil || !strings.Contains(err.Error(), "new.json: rename the file: ") {
		t.Errorf("Write: %v", err)
	}
	if got := nameIn(t, at.old); got != "m" {
		t.Errorf("the file holds %q", got)
	}
}

func TestExport(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.json")
	f := FromFlow(stored(t, storedReview))
	f.ExportedAt = 2
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
	// Without a time of its own it leaves that of the file, whatever that looks like.
	for _, time := range []string{`2`, `1.5`, `"today"`} {
		put(t, path, strings.Replace(get(t, path), `"exportedAt": 2`, `"exportedAt": `+time, 1))
		f.ExportedAt = 0
		f.Spec.Description += "."
		if text := export(Updated); !strings.Contains(text, `"exportedAt": `+time) || strings.Count(text, "exportedAt") != 1 {
			t.Errorf("the file is now\n%s", text)
		}
		put(t, path, strings.Replace(get(t, path), `"exportedAt": `+time, `"exportedAt": 2`, 1))
	}
	// A time that is none stays even if there is one now.
	put(t, path, strings.Replace(get(t, path), `"exportedAt": 2`, `"exportedAt": "today"`, 1))
	f.ExportedAt = 3
	f.Spec.Description = "newest"
	if text := export(Updated); !strings.Contains(text, `"exportedAt": "today"`) || strings.Count(text, "exportedAt") != 1 {
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

// A flow keeps the file that its author named, if that carries its id or is kept for
// it; of several that carry it, the one with the flow's own name.
func TestFolderKeepsNames(t *testing.T) {
	dir := t.TempDir()
	for _, below := range []string{".git", "team"} {
		if err := os.Mkdir(filepath.Join(dir, below), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	put(t, filepath.Join(dir, ".git", "x.json"), storedReview)
	put(t, filepath.Join(dir, "team", "my review.json"), `{"$schema":"s","id":"0123456789","flow":{"name":"Review","nodes":[]}}`)
	put(t, filepath.Join(dir, "by hand.json"), `{"version":"1.0","flow":{"name":"By hand","nodes":[]}}`)
	put(t, filepath.Join(dir, "staging.json"), `{"id":"of-staging","flow":{"name":"Staged","nodes":[]}}`)
	put(t, filepath.Join(dir, "two.json"), `[{"name":"a"},{"name":"b"}]`)
	outside := filepath.Join(t.TempDir(), "outside.json")
	put(t, outside, `{"flow":{"name":"Outside","nodes":[]}}`)
	kept := map[string]string{
		"89abcdef": "by hand.json", "76543210": "staging.json",
		"aaaaaaaa": "two.json", "bbbbbbbb": "gone.json", "cccccccc": "../" + filepath.Base(filepath.Dir(outside)) + "/outside.json",
	}
	for _, step := range []struct{ flow, want, id string }{
		{strings.Replace(storedReview, `"Review"`, `"Renamed"`, 1), "team/my review.json", "0123456789"},
		{`{"id":"89abcdef","name":"Renamed","nodes":[{"id":"a"}]}`, "by hand.json", ""},
		{`{"id":"76543210","name":"Renamed","nodes":[{"id":"a"}]}`, "staging.json", "of-staging"},
		{`{"id":"aaaaaaaa","name":"A","nodes":[]}`, "a-aaaaaaaa.json", "aaaaaaaa"},
		{`{"id":"bbbbbbbb","name":"B","nodes":[]}`, "b-bbbbbbbb.json", "bbbbbbbb"},
		{`{"id":"cccccccc","name":"C","nodes":[]}`, "c-cccccccc.json", "cccccccc"},
	} {
		for _, want := range []Change{"", Unchanged} {
			d := NewFolder(dir)
			for id, path := range kept {
				d.Keep(id, path)
			}
			f := stored(t, step.flow)
			at, err := d.Place(t.Context(), FromFlow(f))
			if err != nil || at.Path != filepath.Join(dir, filepath.FromSlash(step.want)) {
				t.Fatalf("%s is at %s (%v), want %s", f.ID, at.Path, err, step.want)
			}
			change, err := at.Write(FromFlow(f))
			if err != nil || want != "" && change != want {
				t.Errorf("%s: Write = %q, %v", step.want, change, err)
			}
			files, err := ReadFile(t.Context(), at.Path)
			if err != nil || files[0].Spec.Name != f.Name || files[0].ID != step.id {
				t.Errorf("%s: holds %+v, %v; want the id %q", step.want, files, err, step.id)
			}
		}
	}
	if text := get(t, filepath.Join(dir, "team", "my review.json")); !strings.Contains(text, `"$schema": "s"`) {
		t.Errorf("the file is now %s", text)
	}
	if got := nameIn(t, outside); got != "Outside" {
		t.Errorf("the file outside holds %q", got)
	}
}
