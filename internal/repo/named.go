package repo

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/flowctl/flowctl/internal/disk"
)

// CheckNamed checks a path that somebody named, of a file or folder that is to be read or
// written; there need not be one. They mean what they typed, but may have cloned what
// they find there: a link in a repository must not lead out of that, and a file in a
// repository has to be a regular one. Anything else may be named, /dev/fd/63 too. The
// error is [disk.ErrLeadsOut] or [disk.ErrNotRegular].
func CheckNamed(path string) error {
	at, tops, err := follow(path)
	if err != nil {
		return err
	}
	for _, top := range tops {
		if below, err := filepath.Rel(top, at); err != nil || !filepath.IsLocal(below) {
			return disk.ErrLeadsOut
		}
	}
	info, err := os.Lstat(at)
	if err != nil || info.IsDir() || info.Mode().IsRegular() {
		return nil //nolint:nilerr // who opens it says what is wrong
	}
	if _, ok := disk.RepositoryTop(filepath.Dir(at)); ok {
		return disk.ErrNotRegular
	}
	return nil
}

// maxLinks is how many links are followed, as Linux does.
const maxLinks = 40

// follow returns the absolute path without links that a path means, and the tops of the
// repositories that the links on the way are in.
func follow(path string) (at string, tops []string, err error) {
	const sep = string(filepath.Separator)
	if !filepath.IsAbs(path) {
		dir, err := os.Getwd()
		if err == nil {
			dir, err = filepath.EvalSymlinks(dir) // links above are not the repository's
		}
		if err != nil {
			return "", nil, err
		}
		path = dir + sep + path // not Join: below a link, ".." is not the folder above
	}
	root := func(path string) (string, string) {
		volume := filepath.VolumeName(path)
		return volume + sep, path[len(volume):]
	}
	at, rest := root(path)
	for links := 0; rest != ""; {
		name, after, _ := strings.Cut(rest, sep)
		rest = after
		switch name {
		case "", ".":
			continue
		case "..":
			at = filepath.Dir(at)
			continue
		}
		target, err := os.Readlink(filepath.Join(at, name))
		if err != nil { // not a link
			at = filepath.Join(at, name)
			continue
		}
		if links++; links > maxLinks {
			return "", nil, &fs.PathError{Op: "follow", Path: path, Err: errors.New("too many symbolic links")}
		}
		if top, ok := disk.RepositoryTop(at); ok {
			tops = append(tops, top)
		}
		if filepath.IsAbs(target) {
			at, target = root(target)
		}
		rest = target + sep + rest
	}
	return at, tops, nil
}
