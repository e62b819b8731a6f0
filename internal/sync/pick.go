package sync

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/repo"
	"github.com/flowctl/flowctl/internal/spell"
)

// UsageError reports arguments that cannot be combined.
type UsageError struct{ error }

func (e *UsageError) Unwrap() error { return e.error }

// Picked is the selection of files in a folder that a command's arguments make. Without
// paths and names it is the whole folder.
type Picked struct {
	Dir   string   // the folder that has the lock, as it was named or from here
	Paths []string // files and folders below dir, with slashes
	names []string // names or ids of flows
}

// Pick returns the selection that args make, which have to be in one folder.
func Pick(args []string) (Picked, error) {
	var p Picked
	var top, by string // the folder of the lock as an absolute path, and the argument that named it
	for _, arg := range args {
		if !files.IsFileArg(arg) {
			p.names = append(p.names, arg)
			continue
		}
		if arg == files.StdinPath {
			return p, &UsageError{errors.New("standard input cannot be used here; give a file or folder of flow files")}
		}
		if err := repo.CheckNamed(arg); err != nil {
			return p, fmt.Errorf("%s: %w", arg, err)
		}
		dir, below, err := folderOf(arg)
		if err != nil {
			return p, err
		}
		switch {
		case top == "":
			top, by = dir, arg
		case top != dir:
			return p, &UsageError{fmt.Errorf("%s and %s are in folders with a %s of their own; name those of one folder at a time", by, arg, LockName)}
		}
		if below == "." {
			p.Dir = arg
		}
		p.Paths = append(p.Paths, below)
	}
	if top == "" {
		var err error
		if top, err = folderHere(p.names[0]); err != nil {
			return p, fmt.Errorf("%s: %w", output.Text(p.names[0]), err)
		}
	}
	switch whole := func(path string) bool { return path == "." }; {
	case len(p.names) > 0: // the folder says where they are
		p.Paths = slices.DeleteFunc(p.Paths, whole)
	case slices.ContainsFunc(p.Paths, whole):
		p.Paths = nil
	}
	p.Dir = cmp.Or(p.Dir, fromHere(top))
	return p, nil
}

// folderOf returns the folder whose lock is responsible for path, and the path below it.
func folderOf(path string) (dir, below string, err error) {
	at, err := filepath.Abs(path)
	if err != nil {
		return "", "", fmt.Errorf("find the folder of %s: %w", path, err)
	}
	dir = at
	if info, err := os.Stat(at); err != nil || !info.IsDir() {
		dir = filepath.Dir(at)
	}
	dir = cmp.Or(FolderOf(dir), dir)
	below, err = filepath.Rel(dir, at)
	if err != nil {
		return "", "", fmt.Errorf("find %s in its folder: %w", path, err)
	}
	return dir, filepath.ToSlash(below), nil
}

// folderHere returns the folder for arguments that are all names of flows: the one whose
// lock is responsible for the current folder, else the only folder in it that has a lock.
func folderHere(name string) (string, error) {
	if dir := FolderOf("."); dir != "" {
		return dir, nil
	}
	locks, err := filepath.Glob(filepath.Join("*", LockName))
	switch {
	case err == nil && len(locks) == 1:
	case spell.Path(name) != "":
		return "", spell.NoSuchFile(name)
	case len(locks) == 0:
		return "", errors.New("no such file or folder; 'flowctl export --all -d flows' saves the flows of the server to a folder")
	default:
		return "", fmt.Errorf("no such file or folder; for a flow of that name give the folder of its file, too: %s", strings.Join(dirs(locks), ", "))
	}
	dir, err := filepath.Abs(filepath.Dir(locks[0]))
	if err != nil {
		return "", fmt.Errorf("find the folder of %s: %w", locks[0], err)
	}
	return dir, nil
}

// fromHere returns an absolute path relative to the current folder, if possible.
func fromHere(path string) string {
	here, err := os.Getwd()
	if err != nil {
		return path
	}
	below, err := filepath.Rel(here, path)
	if err != nil {
		return path
	}
	return below
}

// all reports whether the whole folder is picked.
func (p *Picked) all() bool { return len(p.Paths)+len(p.names) == 0 }

// has reports whether a file below the folder is picked by its path.
func (p *Picked) has(file string) bool {
	return p.all() || slices.ContainsFunc(p.Paths, func(path string) bool {
		return path == file || strings.HasPrefix(file, path+"/")
	})
}

// hasFile is has for the path of a file in the file system.
func (p *Picked) hasFile(path string) bool {
	if p.all() {
		return true
	}
	below, err := filepath.Rel(p.Dir, path)
	return err == nil && p.has(filepath.ToSlash(below))
}

// resolve replaces the names by the files of these flows. found are the files of the folder,
// sources those that can be read. A path or a name that picks nothing is an error.
func (p *Picked) resolve(found []files.Source, sources []Source, lock *Lock) error {
	for _, path := range p.Paths {
		one := Picked{Dir: p.Dir, Paths: []string{path}}
		if !slices.ContainsFunc(found, func(s files.Source) bool { return one.hasFile(s.Path) }) && !slices.ContainsFunc(lock.All(), one.has) {
			path = filepath.Join(p.Dir, filepath.FromSlash(path))
			return fmt.Errorf("%s: %w", output.Text(path), noFlowFile(path))
		}
	}
	for _, name := range p.names {
		n := len(p.Paths)
		for _, s := range sources {
			if s.Name == name || s.ID == name || lock.Holds(s.Path, name) {
				p.Paths = append(p.Paths, s.Path)
			}
		}
		if len(p.Paths) == n {
			return fmt.Errorf("%s: no such file or folder, and no file in %s has a flow of that name or id%s", output.Text(name), p.Dir, closeSource(name, sources))
		}
	}
	p.names = nil
	return nil
}

// noFlowFile returns the error for a path without flow files.
func noFlowFile(path string) error {
	switch info, err := os.Stat(path); {
	case err != nil:
		return spell.NoSuchFile(path)
	case info.IsDir():
		return files.ErrNoFiles
	}
	return fmt.Errorf("not a flow file: its name does not end in .json, or %s excludes it", repo.ConfigName)
}

// closeSource returns a question for the flow whose name is closest to a wrong one.
func closeSource(wrong string, sources []Source) string {
	names := make([]string, len(sources))
	for i, s := range sources {
		names[i] = output.Text(s.Name)
	}
	return spell.DidYouMean(wrong, names)
}

// dirs returns the folders that files are in.
func dirs(paths []string) []string {
	list := make([]string, len(paths))
	for i, path := range paths {
		list[i] = filepath.Dir(path)
	}
	return list
}
