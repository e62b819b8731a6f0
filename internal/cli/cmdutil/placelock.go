package cmdutil

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/sync"
)

// PlaceLock is the lock of a folder, its own or the next one above, for one place.
type PlaceLock struct {
	*sync.Lock
	Dir   string // that the lock is in
	Place string
}

// ReadPlaceLock reads the lock of a folder, its own or the next one above.
func ReadPlaceLock(dir string, t Target) (*PlaceLock, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", sync.LockName, err)
	}
	l := &PlaceLock{Dir: cmp.Or(sync.FolderOf(dir), dir), Place: RemoteKey(t)}
	l.Lock, err = sync.ReadLock(l.Dir)
	return l, err
}

// FileName returns what the lock calls the file at path.
func (l *PlaceLock) FileName(path string) (string, error) {
	at, err := filepath.Abs(path)
	if err == nil {
		at, err = filepath.Rel(l.Dir, at)
	}
	if err != nil {
		return "", fmt.Errorf("name %s in the lock: %w", path, err)
	}
	return filepath.ToSlash(at), nil
}

// IsOf reports whether the lock has the file at path as that of the flow with an id.
func (l *PlaceLock) IsOf(path, id string) bool {
	file, err := l.FileName(path)
	return err == nil && id != "" && l.ID(file, l.Place) == id
}

// NoteFiles notes which flows were written to which files, given by their paths: what they
// are now is what they change from.
func (l *PlaceLock) NoteFiles(ctx context.Context, written []sync.Known) error {
	var known []sync.Known
	for _, w := range written {
		file, err := l.FileName(w.File)
		if err != nil {
			return err
		}
		w.File = file
		known = append(known, w)
	}
	noteFiles(l.Lock, l.Dir, l.Place, known)
	return l.Write(ctx)
}

// noteFiles notes files in the lock of dir, but for copies: files of a flow that has another
// one, which is there and not noted as another flow's now.
func noteFiles(l *sync.Lock, dir, place string, known []sync.Known) {
	now := map[string]bool{}
	for _, k := range known {
		now[k.File] = true
	}
	noted := map[string]string{} // files by their flows
	for _, file := range l.Files(place) {
		if !now[file] {
			noted[l.ID(file, place)] = file
		}
	}
	l.Note(place, slices.DeleteFunc(known, func(k sync.Known) bool {
		other := noted[k.ID]
		return other != "" && files.Exists(filepath.Join(dir, filepath.FromSlash(other)))
	}))
}

// FolderLocks are the locks of the folders that files stand in. A file in a folder
// without one has none.
type FolderLocks struct {
	place Target
	locks map[string]*PlaceLock // by the folder of the lock
}

// NewFolderLocks returns the locks of folders for a target.
func NewFolderLocks(t Target) *FolderLocks {
	return &FolderLocks{t, map[string]*PlaceLock{}}
}

// Of returns the lock for the file at path, nil without a lock or a file.
func (l *FolderLocks) Of(path string) (*PlaceLock, error) {
	if path == files.StdinPath || path == "" {
		return nil, nil
	}
	dir := sync.FolderOf(filepath.Dir(path))
	if dir == "" || l.locks[dir] != nil {
		return l.locks[dir], nil
	}
	lock, err := ReadPlaceLock(dir, l.place)
	if err != nil {
		return nil, err
	}
	l.locks[dir] = lock
	return lock, nil
}

// Joined returns what the locks for all of the files have, by the paths of the files; a
// file that is not one of them has its whole path. It is nothing if no file has a lock.
func (l *FolderLocks) Joined(paths []string) (*sync.Lock, error) {
	names := map[*PlaceLock]map[string]string{} // of the files, by what the lock calls them
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
	joined := &sync.Lock{}
	for lock, named := range names {
		joined.Add(lock.Lock, func(file string) string {
			return cmp.Or(named[file], filepath.Join(lock.Dir, filepath.FromSlash(file)))
		})
	}
	return joined, nil
}

// NoteFiles notes in the locks which flows files are, given by their paths.
func (l *FolderLocks) NoteFiles(ctx context.Context, files []sync.Known) error {
	known := map[*PlaceLock][]sync.Known{}
	for _, k := range files {
		lock, err := l.Of(k.File)
		if err != nil {
			return err
		}
		if lock != nil {
			known[lock] = append(known[lock], k)
		}
	}
	for lock, files := range known {
		if err := lock.NoteFiles(ctx, files); err != nil {
			return err
		}
	}
	return nil
}
