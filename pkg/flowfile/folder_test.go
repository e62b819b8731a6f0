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

// Whatever step of renaming a flow is the last one that happens, it is there under one
// of its names, with its layout, and is completed the next time.
func TestFolderRenameSteps(t *testing.T) {
	f := FromFlow(stored(t, strings.Replace(storedReview, `"type":"input"`, `"type":"input","position":{"x":1}`, 1)))
	const oldName, newName = "review-01234567.json", "re-read-01234567.json"
	tests := []struct {
		form  Form
		left  string // over under the new name
		steps int
		rest  string // what is left over when it ends, if that is after the last step but one
	}{
		{Sidecar, "", 3, " review-01234567.layout.json"},
		{Sidecar, `{"nodes":{"a":{"position":{"x":9}}}}`, 3, " review-01234567.layout.json"},
		{Inline, "", 1, ""},
		{Inline, `{"nodes":{"a":{"width":9}}}`, 2, ""},
	}
	for _, tt := range tests {
		for cut := range tt.steps + 1 {
			dir := t.TempDir()
			old, path := filepath.Join(dir, oldName), filepath.Join(dir, newName)
			f := f
			f.Form = tt.form
			if _, err := WriteFile(t.Context(), old, f); err != nil {
				t.Fatal(err)
			}
			if tt.left != "" {
				put(t, LayoutPath(path), tt.left)
			}
			parts, err := renameParts(old, path)
			if err != nil || len(parts) != tt.steps {
				t.Fatalf("%d steps, %v; want %d", len(parts), err, tt.steps)
			}
			for _, p := range parts[:cut] {
				if _, err := p.replace(); err != nil {
					t.Fatal(err)
				}
			}
			there := 0
			for _, at := range []string{old, path} {
				if _, err := os.Stat(at); err != nil {
					continue
				}
				there++
				files, err := ReadFile(t.Context(), at)
				if err != nil || !sameFlow(files[0].Spec, f.Spec) || files[0].Form != tt.form {
					t.Errorf("%s: cut after %d steps, %s is %s, %v", tt.form, cut, at, files[0].Spec.AppendJSON(nil), err)
				}
			}
			if there != 1 {
				t.Errorf("%s: cut after %d steps, there are %s", tt.form, cut, entries(t, dir))
			}
			f.Form, f.Spec.Name = "", "Re-read"
			if got, _, err := NewFolder(dir).Write(t.Context(), f); got != path || err != nil {
				t.Errorf("%s: cut after %d steps, Write = %s, %v", tt.form, cut, got, err)
			}
			want := newName
			if tt.form == Sidecar {
				want += " re-read-01234567.layout.json"
			}
			if tt.form == Sidecar && cut == tt.steps-1 {
				want += tt.rest
			}
			if got := entries(t, dir); got != want {
				t.Errorf("%s: cut after %d steps and completed, there are %s, want %s", tt.form, cut, got, want)
			}
		}
	}
}

// When the flow file cannot be renamed, its layout is still beside it.
func TestFolderRenameFails(t *testing.T) {
	dir := t.TempDir()
	old, path := filepath.Join(dir, "old.json"), filepath.Join(dir, "new.json")
	f := parse(t, `{"nodes":[{"id":"a","position":{"x":1}}]}`)
	f.Form = Sidecar
	if _, err := WriteFile(t.Context(), old, f); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(path, "full"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := rename(old, path); err == nil || !strings.Contains(err.Error(), "new.json: rename the file: ") {
		t.Errorf("rename: %v", err)
	}
	files, err := ReadFile(t.Context(), old)
	if err != nil || !sameFlow(files[0].Spec, f.Spec) {
		t.Errorf("the flow is %s, %v", files[0].Spec.AppendJSON(nil), err)
	}
}

// A layout without its flow that names other nodes is somebody's: nothing takes its
// place.
func TestFolderStrangeLayout(t *testing.T) {
	const strange = `{"nodes":{"x":{"position":{"x":9}}}}`
	for _, form := range []Form{Inline, Sidecar} {
		dir := t.TempDir()
		f := FromFlow(stored(t, strings.Replace(storedReview, `"type":"input"`, `"type":"input","position":{"x":1}`, 1)))
		f.Form = form
		for _, name := range []string{"Review", "Re-read"} {
			f.Spec.Name = name
			beside := filepath.Join(dir, strings.ToLower(name)+"-01234567.layout.json")
			put(t, beside, strange)
			path, _, err := NewFolder(dir).Write(t.Context(), f)
			if err != nil || filepath.Base(path) != strings.ToLower(name)+"-0123456789.json" {
				t.Errorf("%s %s: Write = %s, %v", form, name, path, err)
			}
			files, err := ReadFile(t.Context(), path)
			if err != nil || !sameFlow(files[0].Spec, f.Spec) || files[0].Form != form {
				t.Errorf("%s %s: it is %s, %v", form, name, files[0].Spec.AppendJSON(nil), err)
			}
			if got := get(t, beside); got != strange {
				t.Errorf("%s %s: the strange layout is %s", form, name, got)
			}
		}
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
			change, err := at.Write(t.Context(), FromFlow(f))
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
