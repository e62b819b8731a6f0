package repo

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/flowctl/flowctl/internal/disk"
)

func TestCheckNamed(t *testing.T) {
	dir := t.TempDir()
	repo := write(t, map[string]string{"a.json": "{}", "sub/b.json": "{}"})
	other := write(t, map[string]string{"c.json": "{}"})
	link := func(target, name string) {
		t.Helper()
		if err := os.Symlink(target, name); err != nil {
			t.Skip(err)
		}
	}
	link(filepath.Join(other, "c.json"), filepath.Join(repo, "out.json"))
	link(other, filepath.Join(repo, "other"))
	link("../a.json", filepath.Join(repo, "sub", "in.json"))
	link("in.json", filepath.Join(repo, "sub", "twice.json"))
	link("../out.json", filepath.Join(repo, "sub", "chain.json"))
	link("gone/out.json", filepath.Join(repo, "dangling.json"))
	link("round.json", filepath.Join(repo, "round.json"))
	link(repo, filepath.Join(dir, "work"))
	link(filepath.Join(other, "c.json"), filepath.Join(dir, "mine.json"))
	t.Chdir(repo)
	for path, want := range map[string]error{
		"a.json": nil, "sub/in.json": nil, "sub/twice.json": nil, "none.json": nil, "sub": nil, "dangling.json": nil, "sub/../a.json": nil,
		filepath.Join(other, "c.json"):                nil,
		"../" + filepath.Base(other):                  nil,
		filepath.Join(dir, "mine.json"):               nil,
		filepath.Join(dir, "work", "a.json"):          nil,
		os.DevNull:                                    nil,
		"out.json":                                    disk.ErrLeadsOut,
		"other":                                       disk.ErrLeadsOut,
		"other/c.json":                                disk.ErrLeadsOut,
		"other/none.json":                             disk.ErrLeadsOut,
		"other/../" + filepath.Base(other):            disk.ErrLeadsOut,
		"sub/chain.json":                              disk.ErrLeadsOut,
		filepath.Join(repo, "out.json"):               disk.ErrLeadsOut,
		filepath.Join(dir, "work", "other", "c.json"): disk.ErrLeadsOut,
	} {
		if err := CheckNamed(path); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", path, err, want)
		}
	}
	if CheckNamed("round.json") == nil {
		t.Error("a link to itself is followed")
	}
}

func TestAbove(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	flows := filepath.Join(home, "work", "flows")
	if err := os.MkdirAll(flows, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{filepath.Join(home, ConfigName), filepath.Join(home, "work", ConfigName)} {
		if err := os.WriteFile(name, []byte("validate: {strict: true}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	path := func() string {
		t.Helper()
		c, err := (&Configs{}).In(flows)
		if err != nil {
			t.Fatal(err)
		}
		return c.Path()
	}
	if got, want := path(), filepath.Join(home, "work", ConfigName); got != want {
		t.Errorf("without a repository it is %q, want %q", got, want)
	}
	if err := os.Remove(filepath.Join(home, "work", ConfigName)); err != nil {
		t.Fatal(err)
	}
	if got := path(); got != "" {
		t.Errorf("the home directory has a say: %q", got)
	}
	if err := os.Mkdir(filepath.Join(home, ".git"), 0o700); err != nil {
		t.Fatal(err)
	}
	if got, want := path(), filepath.Join(home, ConfigName); got != want {
		t.Errorf("in a repository it is %q, want %q", got, want)
	}
	if above, ok := Above(home); ok {
		t.Errorf("%s is above a repository", above)
	}
}

// Others have no say: whose folder that of the files is in.
func TestAboveOfOthers(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can give folders to others")
	}
	shared := t.TempDir()
	mine := filepath.Join(shared, "mine", "flows")
	if err := os.MkdirAll(mine, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(shared, 12345, 12345); err != nil {
		t.Skip(err)
	}
	if _, ok := Above(mine); !ok {
		t.Error("the folder above is one's own and has no say")
	}
	if above, ok := Above(filepath.Dir(mine)); ok {
		t.Errorf("%s is somebody else's", above)
	}
	if err := os.Chown(filepath.Dir(mine), 12345, 12345); err != nil { // as in a container's checkout
		t.Fatal(err)
	}
	if _, ok := Above(filepath.Dir(mine)); !ok {
		t.Error("who owns the folder has no say in what is above it")
	}
}
