package sync

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/flowctl/flowctl/internal/files"
)

// FileName returns what the lock calls the file at path.
func (l *Lock) FileName(path string) (string, error) {
	name, err := relative(filepath.Dir(l.path), path)
	if err != nil {
		return "", fmt.Errorf("name %s in the lock: %w", path, err)
	}
	return name, nil
}

// Save is [Lock.Record] and [Lock.Write], but for copies: files of a flow that has
// another one, which is there and not noted as another flow's now.
func (l *Lock) Save(ctx context.Context, profile string, known []LockEntry) error {
	now := map[string]bool{}
	for _, k := range known {
		now[k.File] = true
	}
	noted := map[string]string{} // files by their flows
	for _, file := range l.Files(profile) {
		if !now[file] {
			noted[l.ID(file, profile)] = file
		}
	}
	l.Record(profile, slices.DeleteFunc(known, func(k LockEntry) bool {
		other := noted[k.ID]
		return other != "" && files.Exists(filepath.Join(filepath.Dir(l.path), filepath.FromSlash(other)))
	}))
	return l.Write(ctx)
}

// Locks are the locks of the folders that files are in, by folder. A file in a folder
// without one, nor one above, has none.
type Locks map[string]*Lock

// Of returns the lock for the file at path, nil without a lock or a file.
func (l Locks) Of(path string) (*Lock, error) {
	if path == files.StdinPath || path == "" {
		return nil, nil
	}
	dir := FolderOf(filepath.Dir(path))
	if dir == "" || l[dir] != nil {
		return l[dir], nil
	}
	lock, err := ReadLock(dir)
	if err != nil {
		return nil, err
	}
	l[dir] = lock
	return lock, nil
}

// Joined returns what the locks for all of the files have, by the paths of the files; a
// file that is not one of them has its whole path. It is nothing if no file has a lock.
func (l Locks) Joined(paths []string) (*Lock, error) {
	names := map[*Lock]map[string]string{} // of the files, by what the lock calls them
	for _, path := range paths {
		lock, err := l.Of(path)
		if err != nil {
			return nil, err
		}
		if lock == nil {
			continue
		}
		file, err := lock.FileName(path)
		if err != nil {
			return nil, err
		}
		if names[lock] == nil {
			names[lock] = map[string]string{}
		}
		names[lock][file] = path
	}
	joined := &Lock{}
	for lock, named := range names {
		joined.Add(lock, func(file string) string {
			return cmp.Or(named[file], filepath.Join(filepath.Dir(lock.path), filepath.FromSlash(file)))
		})
	}
	return joined, nil
}

// Save notes in the locks which flows files are, given by their paths.
func (l Locks) Save(ctx context.Context, profile string, written []LockEntry) error {
	known := map[*Lock][]LockEntry{}
	for _, k := range written {
		lock, err := l.Of(k.File)
		if err != nil {
			return err
		}
		if lock == nil {
			continue
		}
		if k.File, err = lock.FileName(k.File); err != nil {
			return err
		}
		known[lock] = append(known[lock], k)
	}
	for lock, files := range known {
		if err := lock.Save(ctx, profile, files); err != nil {
			return err
		}
	}
	return nil
}
