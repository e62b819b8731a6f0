package flowfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/flowctl/flowctl/pkg/flow"
)

func named(name string) File { return File{Spec: flow.Spec{Name: name, Nodes: []flow.Node{}}} }

// nameIn returns the name of the flow in a file.
func nameIn(t *testing.T, path string) string {
	t.Helper()
	files, err := ReadFile(t.Context(), path)
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

func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f.json")
	for _, name := range []string{"first", "second"} {
		if _, err := WriteFile(path, named(name)); err != nil {
			t.Fatal(err)
		}
		if got := nameIn(t, path); got != name {
			t.Errorf("name %q, want %q", got, name)
		}
	}
	if got := entries(t, dir); got != "f.json" {
		t.Errorf("left behind: %s", got)
	}
}

func TestWriteFileLinks(t *testing.T) {
	dir := t.TempDir()
	for _, sub := range []string{"a/b", "real"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	link := func(target, name string) string {
		path := filepath.Join(dir, name)
		if err := os.Symlink(target, path); err != nil {
			t.Skip(err)
		}
		return path
	}
	link("a/b", "deep") // deep/.. is a, not dir
	tests := []struct{ path, file string }{
		{link("real/f.json", "rel.json"), "real/f.json"},
		{link(filepath.Join(dir, "real/g.json"), "abs.json"), "real/g.json"}, // not there yet
		{link("rel.json", "twice.json"), "real/f.json"},
		{link("../h.json", "a/b/up.json"), "a/h.json"},
		{link("deep/../i.json", "over.json"), "a/i.json"},
	}
	for _, tt := range tests {
		if _, err := WriteFile(tt.path, named(tt.file)); err != nil {
			t.Fatal(err)
		}
		info, err := os.Lstat(tt.path)
		if err != nil || info.Mode()&fs.ModeSymlink == 0 {
			t.Errorf("%s is no link any more: %v", tt.path, err)
		}
		if got := nameIn(t, filepath.Join(dir, tt.file)); got != tt.file {
			t.Errorf("%s: name %q, want %q", tt.path, got, tt.file)
		}
	}
	if _, err := WriteFile(link("loop.json", "loop.json"), named("n")); err == nil {
		t.Error("wrote into a circle of links")
	}
}

func TestWriteFileErrors(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f.json")
	if _, err := WriteFile(path, named("kept")); err != nil {
		t.Fatal(err)
	}
	bad := named("bad")
	bad.Version = "2.0"
	tests := []struct {
		name, path string
		file       File
		want       error
	}{
		{"a folder", dir, named("n"), nil},
		{"no such folder", filepath.Join(dir, "no", "f.json"), named("n"), fs.ErrNotExist},
		{"a file as a folder", filepath.Join(path, "g.json"), named("n"), syscall.ENOTDIR},
		{"a flow that cannot be written", path, bad, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := WriteFile(tt.path, tt.file)
			var e *Error
			if !errors.As(err, &e) || e.Path != tt.path || tt.want != nil && !errors.Is(err, tt.want) || strings.Contains(err.Error(), ".tmp") {
				t.Errorf("error %v, want %v", err, tt.want)
			}
		})
	}
	if got := nameIn(t, path); got != "kept" {
		t.Errorf("the file holds %q", got)
	}
	if got := entries(t, dir); got != "f.json" {
		t.Errorf("left behind: %s", got)
	}
}

func parse(t *testing.T, text string) File {
	t.Helper()
	files, err := read(text)
	if err != nil {
		t.Fatal(err)
	}
	return files[0]
}
