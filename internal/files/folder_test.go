package files

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/internal/disk"
	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// writeTo writes a flow to its place in a folder.
func writeTo(t *testing.T, d *Folder, f flowfile.File) (path string, change disk.Change, err error) {
	t.Helper()
	at, err := d.Place(t.Context(), f)
	if err != nil {
		return "", "", err
	}
	change, err = at.Write(f)
	return at.Path, change, err
}

func flowCalled(name, id string) flow.Flow { return flow.Flow{ID: id, Spec: flow.Spec{Name: name}} }

func named(name string) flowfile.File {
	return flowfile.File{Spec: flow.Spec{Name: name, Nodes: []flow.Node{}}}
}

// nameIn returns the name of the flow in a file.
func nameIn(t *testing.T, path string) string {
	t.Helper()
	files, err := flowfile.ReadFile(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	return files[0].Spec.Name
}

// entries lists a folder.
func entries(t *testing.T, dir string) string {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range list {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

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
		want   disk.Change
	}{
		{name: "new", flow: f, want: disk.Created},
		{name: "the same", flow: f, want: disk.Unchanged},
		{name: "saved again", flow: touched, want: disk.Unchanged},
		{name: "longer", flow: longer, want: disk.Updated},
		{name: "longer again", flow: longer, want: disk.Unchanged},
		{name: "shorter", flow: f, want: disk.Updated},
		{name: "other layout", before: `{"id":"0123456789","flow":{"nodes":[]}}`, flow: f, want: disk.Updated},
	}
	for _, s := range steps {
		if s.before != "" {
			if err := os.WriteFile(path, []byte(s.before), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		was, _ := os.Stat(path)
		d := NewFolder(dir)
		got, change, err := writeTo(t, d, flowfile.FromFlow(s.flow))
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
		if left := was != nil && os.SameFile(was, now); left != (s.want == disk.Unchanged) {
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
	if _, change, err := writeTo(t, NewFolder(dir), flowfile.FromFlow(f)); change != disk.Created || err != nil {
		t.Fatalf("Write = %q, %v", change, err)
	}
	if err := os.Chmod(filepath.Join(dir, "review-01234567.json"), 0o640); err != nil {
		t.Fatal(err)
	}
	path, change, err := writeTo(t, NewFolder(dir), flowfile.FromFlow(renamed))
	if path != filepath.Join(dir, "re-read-01234567.json") || change != disk.Updated || err != nil {
		t.Fatalf("Write = %s, %q, %v", path, change, err)
	}
	if got := nameIn(t, path); got != "Re-read" {
		t.Errorf("the file holds %q", got)
	}
	if got, want := entries(t, dir), "aaa-01234567.json notes-01234567.json re-read-01234567.json zzz.json"; got != want {
		t.Errorf("the folder has %s, want %s", got, want)
	}
	if _, change, err := writeTo(t, NewFolder(dir), flowfile.FromFlow(renamed)); change != disk.Unchanged || err != nil {
		t.Errorf("again: %q, %v", change, err)
	}
	if got := nameIn(t, filepath.Join(dir, "aaa-01234567.json")); got != "other" {
		t.Errorf("another flow's file holds %q", got)
	}
	// Two flows that swap their names swap no file.
	other := stored(t, `{"id":"89abcdef","name":"Other","nodes":[],"edges":[]}`)
	d := NewFolder(dir)
	if _, _, err := writeTo(t, d, flowfile.FromFlow(other)); err != nil {
		t.Fatal(err)
	}
	other.Name = "Re-read"
	d = NewFolder(dir)
	for _, s := range []flow.Flow{other, f} {
		if _, change, err := writeTo(t, d, flowfile.FromFlow(s)); change != disk.Updated || err != nil {
			t.Fatalf("Write %s = %q, %v", s.Name, change, err)
		}
	}
	if got, want := entries(t, dir), "aaa-01234567.json notes-01234567.json re-read-89abcdef.json review-01234567.json zzz.json"; got != want {
		t.Errorf("the folder has %s, want %s", got, want)
	}
}

func TestFolderWriteErrors(t *testing.T) {
	d := NewFolder(filepath.Join(t.TempDir(), "missing"))
	if path, _, err := writeTo(t, d, flowfile.FromFlow(stored(t, storedReview))); err == nil {
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
	if _, err := flowfile.WriteFile(at.old, named("n")); err != nil {
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
	f := flowfile.FromFlow(stored(t, storedReview))
	f.ExportedAt = 2
	export := func(want disk.Change) string {
		t.Helper()
		change, err := PlaceAt(path, f.ID).Write(f)
		if change != want || err != nil {
			t.Errorf("Export = %q, %v; want %q", change, err, want)
		}
		return get(t, path)
	}
	first := export(disk.Created)
	put(t, path, strings.Replace(first, `"exportedAt": 2`, `"exportedAt": 1,
  "$schema": "flow.schema.json"`, 1))
	if text := export(disk.Unchanged); !strings.Contains(text, `"exportedAt": 1`) || !strings.Contains(text, "$schema") {
		t.Errorf("the file is now\n%s", text)
	}
	f.Spec.Description = "new"
	if text := export(disk.Updated); !strings.Contains(text, `"exportedAt": 2`) || !strings.Contains(text, "$schema") {
		t.Errorf("the file is now\n%s", text)
	}
	// Without a time of its own it leaves that of the file, whatever that looks like.
	for _, time := range []string{`2`, `1.5`, `"today"`} {
		put(t, path, strings.Replace(get(t, path), `"exportedAt": 2`, `"exportedAt": `+time, 1))
		f.ExportedAt = 0
		f.Spec.Description += "."
		if text := export(disk.Updated); !strings.Contains(text, `"exportedAt": `+time) || strings.Count(text, "exportedAt") != 1 {
			t.Errorf("the file is now\n%s", text)
		}
		put(t, path, strings.Replace(get(t, path), `"exportedAt": `+time, `"exportedAt": 2`, 1))
	}
	// A time that is none stays even if there is one now.
	put(t, path, strings.Replace(get(t, path), `"exportedAt": 2`, `"exportedAt": "today"`, 1))
	f.ExportedAt = 3
	f.Spec.Description = "newest"
	if text := export(disk.Updated); !strings.Contains(text, `"exportedAt": "today"`) || strings.Count(text, "exportedAt") != 1 {
		t.Errorf("the file is now\n%s", text)
	}
	// Another flow's file, and what is not a flow file, are replaced as a whole.
	f.ID = "another"
	if text := export(disk.Updated); strings.Contains(text, "$schema") {
		t.Errorf("the file is now\n%s", text)
	}
	put(t, path, "notes")
	export(disk.Updated)
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
		for _, want := range []disk.Change{"", disk.Unchanged} {
			d := NewFolder(dir)
			for id, path := range kept {
				d.Keep(id, path)
			}
			f := stored(t, step.flow)
			at, err := d.Place(t.Context(), flowfile.FromFlow(f))
			if err != nil || at.Path != filepath.Join(dir, filepath.FromSlash(step.want)) {
				t.Fatalf("%s is at %s (%v), want %s", f.ID, at.Path, err, step.want)
			}
			change, err := at.Write(flowfile.FromFlow(f))
			if err != nil || want != "" && change != want {
				t.Errorf("%s: Write = %q, %v", step.want, change, err)
			}
			files, err := flowfile.ReadFile(t.Context(), at.Path)
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

func TestFolder(t *testing.T) {
	dir := t.TempDir()
	folder := NewFolder(dir)
	path := func(d *Folder, f flow.Flow) string {
		t.Helper()
		p, err := d.Place(t.Context(), flowfile.FromFlow(f))
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Dir(p.Path) != dir {
			t.Fatalf("outside: %s", p.Path)
		}
		return filepath.Base(p.Path)
	}
	write := func(name string, f flowfile.File) {
		t.Helper()
		if _, err := flowfile.WriteFile(filepath.Join(dir, name), f); err != nil {
			t.Fatal(err)
		}
	}
	first, second := flowCalled("Same", "12345678-aaaa"), flowCalled("SAME", "12345678-bbbb")
	if a, b, again := path(folder, first), path(folder, second), path(folder, first); a != "same-12345678.json" || b != "same-12345678-bbbb.json" || again != a {
		t.Errorf("%s, %s, %s", a, b, again)
	}
	// Flows without an id are never taken for one another.
	if a, b, c := path(folder, flowCalled("x", "")), path(folder, flowCalled("x", "")), path(folder, flowCalled("x", "")); a != "x.json" || b != "x-2.json" || c != "x-3.json" {
		t.Errorf("%s, %s, %s", a, b, c)
	}

	// Another run finds the files of the first one.
	write("same-12345678.json", flowfile.File{ID: second.ID})
	write("same-12345678-bbbb.json", flowfile.File{ID: "other"})
	if err := os.WriteFile(filepath.Join(dir, "mine-1.json"), []byte(`{"my":"notes"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	folder = NewFolder(dir)
	for _, tt := range []struct {
		f    flow.Flow
		want string
	}{
		{second, "same-12345678.json"},     // its own file
		{first, "same-12345678-aaaa.json"}, // the short name is another flow's
		{flowCalled("mine", "1"), "mine-1-2.json"},
	} {
		if got := path(folder, tt.f); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.f.ID, got, tt.want)
		}
	}
	// What is there belongs to somebody, even when this run has not named it.
	write("x.json", flowfile.File{})
	for _, tt := range []struct {
		f    flow.Flow
		want string
	}{
		{flowCalled("Same", "12345678-cccc"), "same-12345678-cccc.json"},
		{flowCalled("x", ""), "x-2.json"},
	} {
		if got := path(NewFolder(dir), tt.f); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.f.ID, got, tt.want)
		}
	}
	if got := path(NewFolder(filepath.Join(dir, ".")), flowCalled("Same", "12345678-bbbb")); got != "same-12345678.json" {
		t.Errorf("again: %s", got)
	}
}

func TestFolderMissing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "not", "there")
	got, err := NewFolder(dir).Place(t.Context(), flowfile.FromFlow(flowCalled("a", "1")))
	if err != nil || got.Path != filepath.Join(dir, "a-1.json") {
		t.Errorf("%s, %v", got.Path, err)
	}
}
