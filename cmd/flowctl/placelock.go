package main

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"

	"github.com/flowctl/flowctl/internal/reconcile"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// placeLock is the lock of a folder, its own or the next one above, for one place.
type placeLock struct {
	*reconcile.Lock
	dir   string // that the lock is in
	place string
}

// readPlaceLock reads the lock of a folder, its own or the next one above.
func readPlaceLock(dir string, t target) (*placeLock, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", reconcile.LockName, err)
	}
	l := &placeLock{dir: cmp.Or(reconcile.FolderOf(dir), dir), place: lockPlace(t)}
	l.Lock, err = reconcile.ReadLock(l.dir)
	return l, err
}

// name returns what the lock calls the file at path.
func (l *placeLock) name(path string) (string, error) {
	at, err := filepath.Abs(path)
	if err == nil {
		at, err = filepath.Rel(l.dir, at)
	}
	if err != nil {
		return "", fmt.Errorf("name %s in the lock: %w", path, err)
	}
	return filepath.ToSlash(at), nil
}

// isOf reports whether the lock has the file at path as that of the flow with an id.
func (l *placeLock) isOf(path, id string) bool {
	file, err := l.name(path)
	return err == nil && id != "" && l.ID(file, l.place) == id
}

// note notes which flows were written to which files, given by their paths: what they
// are now is what they change from.
func (l *placeLock) note(ctx context.Context, written []reconcile.Known) error {
	noted := map[string]string{} // files by their flows
	for _, file := range l.Files(l.place) {
		noted[l.ID(file, l.place)] = file
	}
	var known []reconcile.Known
	for _, w := range written {
		file, err := l.name(w.File)
		if err != nil {
			return err
		}
		if other := noted[w.ID]; other != "" && other != file && exists(filepath.Join(l.dir, filepath.FromSlash(other))) {
			continue // this one is a copy
		}
		w.File = file
		known = append(known, w)
	}
	l.Note(l.place, known)
	return l.Write(ctx)
}

// folderLocks are the locks of the folders that files stand in. A file in a folder
// without one has none.
type folderLocks struct {
	place target
	locks map[string]*placeLock // by the folder of the lock
	bases map[string]func(id string) []flowfile.Digest
	known map[*placeLock][]reconcile.Known // what is new
}

func newFolderLocks(t target) *folderLocks {
	return &folderLocks{t, map[string]*placeLock{}, map[string]func(string) []flowfile.Digest{}, map[*placeLock][]reconcile.Known{}}
}

// of returns the lock for the file at path, nil without.
func (l *folderLocks) of(path string) (*placeLock, error) {
	if path == stdinPath {
		return nil, nil
	}
	dir := reconcile.FolderOf(filepath.Dir(path))
	if dir == "" || l.locks[dir] != nil {
		return l.locks[dir], nil
	}
	lock, err := readPlaceLock(dir, l.place)
	if err != nil {
		return nil, err
	}
	l.locks[dir], l.bases[dir] = lock, lock.Bases(lock.place)
	return lock, nil
}

// base returns what the lock for the file at path has noted of a flow, nil for nothing.
func (l *folderLocks) base(path, id string) ([]flowfile.Digest, error) {
	lock, err := l.of(path)
	if lock == nil {
		return nil, err
	}
	return l.bases[lock.dir](id), nil
}

// wrote notes that the server has by now what the file at path says, if the lock has
// it as the flow's file. [folderLocks.write] keeps it.
func (l *folderLocks) wrote(path, fileID, id string, d flowfile.Digest) {
	lock, err := l.of(path)
	if err != nil || lock == nil || !lock.isOf(path, id) {
		return
	}
	file, _ := lock.name(path) // isOf has it
	l.known[lock] = append(l.known[lock], reconcile.Known{File: file, FileID: fileID, ID: id, Digest: d})
}

func (l *folderLocks) write(ctx context.Context) error {
	for lock, known := range l.known {
		lock.Note(lock.place, known)
		if err := lock.Write(ctx); err != nil {
			return err
		}
	}
	return nil
}
