package files

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/disk"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/repo"
	"github.com/flowctl/flowctl/internal/spell"
)

// StdinPath stands for standard input among the paths of a command.
const StdinPath = "-"

// PathHelp explains PATH in the help of the commands that read flow files.
const PathHelp = `PATH is a flow file, a folder, a pattern, or - ('flowctl help files').`

// Source is a place to read flows from, or why there is nothing to read.
type Source struct {
	Path string
	root string // the folder that was named and has it in it, or the file's own; "" if the path is as it was typed
	Size int64  // of the file in bytes, 0 if it is not known
	Err  error
}

// Find finds the flow files that paths mean, in their order, those of a
// folder by name.
func Find(paths []string) []Source {
	f := finder{paths: paths, seen: make(map[string]bool), real: make(map[string]string)}
	for _, path := range paths {
		f.add(path)
	}
	return f.sources
}

type finder struct {
	paths   []string // as they were given
	root    string   // the folder that is gone through, "" for none
	configs repo.Configs
	sources []Source
	seen    map[string]bool   // the files found, by their real path
	real    map[string]string // the real paths of folders and links
}

func (f *finder) add(path string) {
	if path == StdinPath {
		f.found(path, path, 0)
		return
	}
	info, err := os.Stat(path)
	if unsafe := repo.CheckNamed(path); unsafe != nil {
		f.failed(path, unsafe)
		return
	}
	switch {
	case err == nil && info.IsDir():
		f.folder(path)
	case err == nil:
		f.file(path)
	case errors.Is(err, fs.ErrNotExist) && strings.ContainsAny(path, "*?["):
		f.pattern(path)
	default:
		f.failed(path, err)
	}
}

// Sweep removes what writers who were killed have left in the folders of these files.
func Sweep(paths iter.Seq[string]) {
	swept := map[string]bool{}
	for path := range paths {
		if dir := filepath.Dir(path); path != StdinPath && !swept[dir] {
			swept[dir] = true
			disk.Sweep(dir)
		}
	}
}

// folder adds the flow files of a folder and of those below it. Folders that are reached through
// symbolic links are left out: they could lead round in circles.
func (f *finder) folder(dir string) {
	f.root = dir
	if f.walk(dir) == 0 {
		f.failed(dir, ErrNoFiles)
	}
	f.root = ""
}

// ErrNoFiles means that a folder has no flow files.
var ErrNoFiles = errors.New("no *.json file in this folder")

// walk returns how many files it came by, those that cannot be read included.
func (f *finder) walk(dir string) (n int) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		f.failed(dir, err)
		n++
	}
	config, err := f.configs.In(dir)
	if err != nil {
		f.failed(dir, err)
		return n + 1
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		switch {
		case isHidden(path), config.Excludes(path): // .git, and files that are being written
		case e.IsDir():
			n += f.walk(path)
		case strings.EqualFold(filepath.Ext(e.Name()), ".json") && isFile(e.Type()):
			f.file(path)
			n++
		}
	}
	return n
}

func isHidden(path string) bool { return strings.HasPrefix(filepath.Base(path), ".") }

// isFile reports whether an entry of a folder may be a regular file. What a link leads
// to is looked at later, see checkLink.
func isFile(mode fs.FileMode) bool { return mode.IsRegular() || mode&fs.ModeSymlink != 0 }

// pattern adds what matches, like a shell: hidden files only if they are meant.
func (f *finder) pattern(pattern string) {
	matches, err := filepath.Glob(pattern)
	if !isHidden(pattern) {
		matches = slices.DeleteFunc(matches, isHidden)
	}
	if err == nil && len(matches) == 0 {
		err = errors.New("no file matches this pattern")
	}
	if err != nil {
		f.failed(pattern, err)
	}
	for _, path := range matches {
		err := disk.CheckInside(beforePattern(pattern), path)
		var config *repo.Config
		if err == nil {
			config, err = f.configs.Of(path)
		}
		switch {
		case err != nil:
			f.failed(path, err)
		case !config.Excludes(path):
			f.add(path)
		}
	}
}

// beforePattern returns the folder in which a pattern begins.
func beforePattern(pattern string) string {
	dir := pattern
	for strings.ContainsAny(dir, "*?[") {
		dir = filepath.Dir(dir)
	}
	return dir
}

// file adds a file under its real path, by which it is known when it is named
// again. Only what is a link itself has to be followed: of the others the folder's
// real path is enough.
func (f *finder) file(path string) {
	info, err := os.Lstat(path)
	if err != nil {
		f.failed(path, err)
		return
	}
	dir, name := filepath.Split(path)
	if info.Mode()&fs.ModeSymlink != 0 {
		if err := f.checkLink(path); err != nil {
			f.failed(path, err)
			return
		}
		dir, name = path, ""
	}
	target, ok := f.real[dir]
	if !ok {
		if target, err = realPath(dir); err != nil {
			f.failed(path, err)
			return
		}
		f.real[dir] = target
	}
	f.found(path, filepath.Join(target, name), info.Size())
}

// checkLink refuses a link that was found in the folder that is gone through and leads
// out of its repository, or to what is not a regular file.
func (f *finder) checkLink(path string) error {
	if f.root == "" {
		return nil // it was named, see add
	}
	if err := disk.CheckInside(f.root, path); err != nil {
		return err
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return disk.ErrNotRegular
	}
	return nil
}

func realPath(path string) (string, error) {
	path, err := filepath.EvalSymlinks(cmp.Or(path, "."))
	if err != nil {
		return "", err
	}
	return filepath.Abs(path)
}

func (f *finder) found(path, target string, size int64) {
	if !f.seen[target] {
		f.seen[target] = true
		f.sources = append(f.sources, Source{Path: path, root: cmp.Or(f.root, filepath.Dir(path)), Size: size})
	}
}

// failed keeps err, a system's without the path: that stands before it wherever
// it is shown.
func (f *finder) failed(path string, err error) {
	var of *fs.PathError
	if errors.As(err, &of) {
		if of.Path == path {
			err = of.Err
		}
		err = fmt.Errorf("cannot be read: %w", err)
	}
	if _, gone := os.Lstat(path); errors.Is(gone, fs.ErrNotExist) && errors.Is(err, fs.ErrNotExist) { // not a link to nothing
		err = f.missing(path)
	}
	f.sources = append(f.sources, Source{Path: path, Err: err})
}

// missing returns why there is nothing at a path: it is a part of one with blanks, a name
// of a flow, or misspelt.
func (f *finder) missing(path string) error {
	for i := range f.paths {
		for j := i + 2; j <= len(f.paths); j++ {
			if whole := strings.Join(f.paths[i:j], " "); slices.Contains(f.paths[i:j], path) && Exists(whole) {
				return fmt.Errorf("no such file or folder; put quotes around %q", whole)
			}
		}
	}
	err := spell.NoSuchFile(path)
	if spell.Path(path) == "" && !strings.ContainsAny(path, `/\.`) {
		err = fmt.Errorf("%w; to save a flow of the server as a file: flowctl export %s", err, output.ShellQuote(path))
	}
	return err
}

// IsFileArg reports whether an argument means a file, and not a flow of the server.
func IsFileArg(arg string) bool {
	if arg == StdinPath || strings.HasSuffix(strings.ToLower(arg), ".json") || strings.ContainsRune(arg, os.PathSeparator) {
		return true
	}
	_, err := os.Stat(arg)
	return err == nil
}

// Exists reports whether there is a file or folder at path, a broken link included.
func Exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
