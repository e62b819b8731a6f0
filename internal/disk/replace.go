// Package disk reads and writes files that may be anywhere and be anything: whole files or
// none, no links out of a folder, no waiting for pipes.
package disk

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
)

// Replace writes a file, whole or not at all: into a temporary file next to it that then
// takes its place, and is on the disk by then. An existing file keeps its mode; a
// symbolic link stays and what it leads to is written. What is not a regular file (a
// terminal, a pipe, /dev/null) is written to as it is. The error begins with "write PATH".
func Replace(path string, write func(io.Writer) error) error {
	if err := replace(path, 0, true, write); err != nil {
		return fmt.Errorf("write %s: %w", path, WithoutPath(err))
	}
	return nil
}

// Create writes a new file, whole or not at all. If there is something at path, a broken link
// too, it stays, and the error is [fs.ErrExist]. The error begins with "write PATH".
func Create(path string, write func(io.Writer) error) error {
	if err := create(path, write); err != nil {
		return fmt.Errorf("write %s: %w", path, WithoutPath(err))
	}
	return nil
}

func create(path string, write func(io.Writer) error) error {
	if _, err := os.Lstat(path); err == nil {
		return fs.ErrExist
	}
	temp, err := writeTemp(filepath.Dir(path), 0, write)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temp) }() // is not there after a rename
	err = os.Link(temp, path)              // unlike a rename it replaces nothing
	if err != nil && !errors.Is(err, fs.ErrExist) {
		err = os.Rename(temp, path) // the file system has no hard links
	}
	if err != nil {
		return err
	}
	return SyncDir(filepath.Dir(path))
}

// ReplaceLater is [Replace], but the new file is sure to be found after a power cut only
// once [SyncDir] was called for its folder. The error does not name the path.
func ReplaceLater(path string, write func(io.Writer) error) error {
	return replace(path, 0, false, write)
}

// ReplacePrivate is [Replace] for a file that the user alone can read. Missing folders
// are made, for the user alone too.
func ReplacePrivate(path string, write func(io.Writer) error) error {
	file, err := followLinks(path)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(file), 0o700)
	}
	if err == nil {
		err = replace(file, 0o600, true, write)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, WithoutPath(err))
	}
	return nil
}

// replace writes the file at path. Mode 0 is that of the existing file, or what the umask
// leaves; durable syncs the folder, too.
func replace(path string, mode fs.FileMode, durable bool, write func(io.Writer) error) error {
	path, err := followLinks(path)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case info.IsDir():
		return errors.New("is a directory")
	case !info.Mode().IsRegular():
		return writeTo(path, os.O_WRONLY, 0, func(w *os.File) error { return write(w) })
	case mode == 0:
		mode = info.Mode().Perm()
	}
	dir := filepath.Dir(path)
	temp, err := writeTemp(dir, mode, write)
	if err != nil {
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		_ = os.Remove(temp)
		return WithoutPath(err)
	}
	if durable {
		return SyncDir(dir)
	}
	return nil
}

// writeTemp writes a temporary file in a folder, and returns its path. Mode 0 is what the
// umask leaves.
func writeTemp(dir string, mode fs.FileMode, write func(io.Writer) error) (string, error) {
	path := tempName(dir)
	err := writeTo(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, cmp.Or(mode, 0o666), func(w *os.File) error {
		if mode != 0 { // the umask may have taken some of it away
			if err := w.Chmod(mode); err != nil {
				return err
			}
		}
		if err := write(w); err != nil {
			return err
		}
		return w.Sync()
	})
	if err != nil {
		_ = os.Remove(path) // is not there if it could not be made
		return "", WithoutPath(err)
	}
	return path, nil
}

// Temp makes an empty file in a folder that the user alone can read. It is for the caller to
// remove; if the process is killed, [Sweep] does.
func Temp(dir string) (*os.File, error) {
	return os.OpenFile(tempName(dir), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the caller named the folder
}

func tempName(dir string) string { return filepath.Join(dir, tempPrefix+rand.Text()+tempSuffix) }

// writeTo opens a file, writes and closes it.
func writeTo(path string, flag int, mode fs.FileMode, write func(*os.File) error) (err error) {
	w, err := os.OpenFile(path, flag, mode) //nolint:gosec // the caller named the path
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	return write(w)
}

// followLinks returns the path that a chain of symbolic links ends at, whether
// there is a file or not.
func followLinks(path string) (string, error) {
	for range 40 { // as far as Linux goes
		target, err := os.Readlink(path)
		if err != nil {
			return path, nil //nolint:nilerr // it is not a link
		}
		if !filepath.IsAbs(target) {
			// not Join: after another link, ".." is not the folder above
			target = filepath.Dir(path) + string(filepath.Separator) + target
		}
		path = target
	}
	return "", errors.New("too many symbolic links")
}

// SyncDir makes renames in the folder durable, where the system has a way to.
func SyncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir) //nolint:gosec // the caller named the folder
	if errors.Is(err, fs.ErrPermission) {
		return nil // one may write into a folder that one cannot read
	} else if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	if err := d.Sync(); !errors.Is(err, syscall.EINVAL) && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}
