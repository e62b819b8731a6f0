package flowfile

import (
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
)

// Replace writes a file, whole or not at all: into a temporary file beside it
// that then takes its place, and is on the disk by then. An existing file keeps
// its mode; a symbolic link stays and what it leads to is written. What is no
// regular file (a terminal, a pipe, /dev/null) is written to as it is. The error
// is an *[Error].
func Replace(path string, write func(io.Writer) error) error {
	return replace(path, write, true)
}

// replace is Replace. Without durable the new file is sure to be found after a power
// cut once its folder is synced.
func replace(path string, write func(io.Writer) error, durable bool) error {
	dir, err := moveInto(path, write)
	if err == nil && dir != "" && durable {
		err = syncDir(dir)
	}
	if err != nil {
		return notWritten(path, err)
	}
	return nil
}

func notWritten(path string, err error) error {
	return &Error{Path: path, Msg: "write the file", Err: withoutPath(err)}
}

// moveInto is replace without the last step. It returns the folder that is to be synced,
// "" for none.
func moveInto(path string, write func(io.Writer) error) (dir string, err error) {
	if path, err = followLinks(path); err != nil {
		return "", err
	}
	mode := fs.FileMode(0o666) // less the umask
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return "", err
	case info.IsDir():
		return "", errors.New("is a directory")
	case !info.Mode().IsRegular():
		return "", writeTo(path, os.O_WRONLY, 0, func(w *os.File) error { return write(w) })
	default:
		mode = info.Mode().Perm()
	}
	dir = filepath.Dir(path)
	temp := filepath.Join(dir, tempPrefix+rand.Text()+tempSuffix)
	err = writeTo(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode, func(w *os.File) error {
		if info != nil { // the umask may have taken some of it away
			if err := w.Chmod(mode); err != nil {
				return err
			}
		}
		if err := write(w); err != nil {
			return err
		}
		return w.Sync()
	})
	if err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		_ = os.Remove(temp) // is not there if it could not be made
		return "", err
	}
	return dir, nil
}

// writeTo opens a file, writes and closes it.
func writeTo(path string, flag int, mode fs.FileMode, write func(*os.File) error) (err error) {
	w, err := os.OpenFile(path, flag, mode) //nolint:gosec // the caller named the path
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	return write(w)
}

// followLinks gives the path that a chain of symbolic links ends at, whether
// there is a file or not.
func followLinks(path string) (string, error) {
	for range 40 { // as far as Linux goes
		target, err := os.Readlink(path)
		if err != nil {
			return path, nil //nolint:nilerr // it is no link
		}
		if !filepath.IsAbs(target) {
			// not Join: behind another link, ".." is not the folder above
			target = filepath.Dir(path) + string(filepath.Separator) + target
		}
		path = target
	}
	return "", errors.New("too many symbolic links")
}

// syncDir makes a rename in the folder durable, where the system has a way to.
func syncDir(dir string) error {
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
