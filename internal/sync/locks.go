package sync

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/flowctl/flowctl/internal/files"
)

// FileName returns the name in the lock of the file at path.
func (l *Lock) FileName(path string) (string, error) {
	name, err := relative(filepath.Dir(l.path), path)
	if err != nil {
		return "", fmt.Errorf("name %s in the lock: %w", path, err)
	}
	return name, nil
}

// Save is [Lock.Record] and [Lock.Write] for files, without those that are copies: files of
// a flow that has another file in the lock, which exists and is not given another flow.
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

// Locks caches the locks of folders, by folder.
type Locks map[string]*Lock

// Of returns the lock responsible for the file at path, nil if there is none or path is "".
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

// Joined returns the lines of all locks of the files in one lock, keyed by the given paths,
// or by whole paths for other files. It is empty if no file has a lock.
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

// Save is [Lock.Save] for files in several folders, given by their paths.
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
