package disk

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// ErrNotRegular is the error of [OpenRegular] for a device, a pipe or a socket.
var ErrNotRegular = errors.New("is not a regular file")

// ErrLeadsOut is the error of [CheckInside].
var ErrLeadsOut = errors.New("leads out of its folder, and the folder may be somebody else's; name the file itself if you mean it")

// OpenRegular opens a regular file, or one that links lead to, for reading. It never
// waits: what is not a regular file is [ErrNotRegular], and a folder is EISDIR.
func OpenRegular(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err == nil {
		err = mustBeRegular(info)
	}
	if err != nil {
		return nil, err
	}
	// The file may have been replaced since: opening a pipe must not wait.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) //nolint:gosec // the caller named the path
	if err != nil {
		return nil, err
	}
	if info, err = f.Stat(); err == nil {
		err = mustBeRegular(info)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func mustBeRegular(info fs.FileInfo) error {
	switch {
	case info.IsDir():
		return syscall.EISDIR
	case !info.Mode().IsRegular():
		return ErrNotRegular
	}
	return nil
}

// ReadRegular reads a regular file of at most limit bytes, as [OpenRegular] opens it.
func ReadRegular(path string, limit int64) ([]byte, error) {
	f, err := OpenRegular(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	return ReadAll(context.Background(), f, limit)
}

// RepositoryTop returns the nearest folder, dir or one above it, that has a .git in it,
// and whether there is one.
func RepositoryTop(dir string) (top string, ok bool) {
	for {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return dir, true
		}
		above := filepath.Dir(dir)
		if above == dir {
			return "", false
		}
		dir = above
	}
}

// CheckInside checks that the file at path is, links followed, in the repository of the
// folder dir, or below dir if that is not in a repository. The file need not exist. The
// error is [ErrLeadsOut]. Whoever cloned a repository has not looked at its links, and
// what they lead to must not be read, sent or written because it holds them.
func CheckInside(dir, path string) error {
	info, err := os.Lstat(path)
	isLink := err == nil && info.Mode()&fs.ModeSymlink != 0
	if filepath.Dir(path) == filepath.Clean(dir) && !isLink {
		return nil // the usual case, and a folder may have very many
	}
	root, err := realFolder(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // and nothing below it
	}
	if err != nil {
		return err
	}
	if top, ok := RepositoryTop(root); ok {
		root = top
	}
	file, err := followLinks(path)
	if err != nil {
		return err
	}
	folder, err := realFolder(filepath.Dir(file))
	if errors.Is(err, fs.ErrNotExist) && file == path {
		return nil // is yet to be made, in a folder that is yet to be made
	}
	if err != nil {
		return fmt.Errorf("%w (%w)", ErrLeadsOut, WithoutPath(err))
	}
	if folder != root && !strings.HasPrefix(folder, strings.TrimSuffix(root, string(filepath.Separator))+string(filepath.Separator)) {
		return ErrLeadsOut
	}
	return nil
}

// realFolder returns the absolute path of a folder without links in it.
func realFolder(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(dir)
}
