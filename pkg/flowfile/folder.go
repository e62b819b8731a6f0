package flowfile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// Folder writes flows into one folder, each to a file of its own, so that no flow
// takes the file of another one. It is safe for concurrent use.
type Folder struct {
	dir string

	mu    sync.Mutex
	taken map[string]string   // id by file name, of the names given so far
	there map[string][]string // names of the files that were there first, by their lastPart; nil until it is needed
}

// NewFolder is for the folder dir, which need not exist yet.
func NewFolder(dir string) *Folder {
	return &Folder{dir: dir, taken: make(map[string]string)}
}

// Path gives the path of the flow's file: [FileName], unless that was given to
// another flow, or is a file that does not carry this flow's id; then a longer
// name. A flow whose file carries its id keeps that file when it is written
// again. The error is a context's, or that of looking at what is there.
func (d *Folder) Path(ctx context.Context, f File) (string, error) {
	at, err := d.place(ctx, f)
	return at.path, err
}

// place is where a flow belongs.
type place struct {
	path string // of its file
	old  string // of the file that it has so far, if that is named after another name of the flow
	was  *File  // what is in the one or the other, see readOne; nil if there is none yet
	bare bool   // neither a file nor a layout is at path
}

func (d *Folder) place(ctx context.Context, f File) (at place, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	name := fileName(f.ID, f.Spec.Name, shortID)
	for n := 1; ; n++ {
		at, free, err := d.look(ctx, name, f)
		if err == nil && free {
			d.taken[name] = f.ID
			if at.was == nil {
				at.old, at.was, err = d.formerFile(ctx, f)
			}
			if err == nil {
				return at, nil
			}
		}
		if err != nil {
			return place{}, fmt.Errorf("find a file name for flow %.40q: %w", f.Spec.Name, err)
		}
		if name = fileName(f.ID, f.Spec.Name, maxSlug); n > 1 {
			name = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(name, fileExt), n, fileExt)
		}
	}
}

// Write writes a flow to the file that [Folder.Path] names, as [Export] does. The
// file of a flow whose name has changed is updated and gets the new name. Once
// [Folder.Sync] has returned it is sure to be there after a power cut.
func (d *Folder) Write(ctx context.Context, f File) (path string, change Change, err error) {
	at, err := d.place(ctx, f)
	if err != nil {
		return "", "", err
	}
	switch {
	case at.bare && at.old == "" && f.Form != Sidecar:
		// Nothing is there that has to be looked at, which is quick in a big folder.
		p := part{path: at.path, write: func(w io.Writer) error { return Write(w, f) }}
		change, err = Created, replaceParts([]part{p}, false)
	case at.old == "":
		change, err = export(ctx, at.path, f, at.was, false)
	default:
		if _, err = export(ctx, at.old, f, at.was, false); err == nil {
			change, err = Updated, rename(at.old, at.path)
		}
	}
	if err != nil {
		return "", "", err
	}
	return at.path, change, nil
}

// rename gives a flow file and the layout beside it another name that is free.
func rename(old, path string) error {
	parts, err := renameParts(old, path)
	if err != nil {
		return err
	}
	return replaceParts(parts, false)
}

// renameParts gives the steps to rename a flow file, whose layout is copied before and
// removed after it: whenever they are cut short, the flow has its layout under one
// name or the other, and is found, and completed, there.
func renameParts(old, path string) ([]part, error) {
	was, beside := part{path: LayoutPath(old)}, part{path: LayoutPath(path)}
	document := part{path: path, from: old}
	text, err := os.ReadFile(was.path)
	switch {
	case err == nil:
		beside.like = was.path
		beside.write = func(w io.Writer) error { _, err := w.Write(text); return err }
		return []part{beside, document, was}, nil
	case !errors.Is(err, fs.ErrNotExist):
		return nil, was.failed(err)
	}
	// Beside a flow with all in one file would lie what is left over from before.
	if _, err := os.Lstat(beside.path); errors.Is(err, fs.ErrNotExist) {
		return []part{document}, nil
	}
	return []part{beside, document}, nil
}

// Sync makes sure that the files that were written are found in the folder after
// a power cut. It is a call of its own because once for all of them is enough.
func (d *Folder) Sync() error {
	if err := syncDir(d.dir); err != nil {
		return &Error{Path: d.dir, Msg: "sync the folder", Err: withoutPath(err)}
	}
	return nil
}

// look tells whether the flow may have the name, and what is in its file if there
// is one already. A name is not free if a layout of it could lead elsewhere, or, of
// a new file, if what has the layout's name may be somebody else's.
func (d *Folder) look(ctx context.Context, name string, f File) (at place, free bool, err error) {
	at.path = filepath.Join(d.dir, name)
	owner, given := d.taken[name]
	if given && (owner != f.ID || f.ID == "") {
		return at, false, nil
	}
	layout, layoutErr := os.Lstat(LayoutPath(at.path))
	if layoutErr == nil && !layout.Mode().IsRegular() {
		return at, false, nil
	}
	if _, err := os.Lstat(at.path); errors.Is(err, fs.ErrNotExist) {
		if at.bare = errors.Is(layoutErr, fs.ErrNotExist); at.bare {
			return at, true, nil
		}
		left, err := readLayout(ctx, LayoutPath(at.path))
		if err != nil {
			return at, false, ctx.Err() // whose, if anybody's, is not known
		}
		return at, left == nil || left.fits(f.Spec), nil
	} else if err != nil {
		return at, false, err
	}
	at.was, err = readOne(ctx, at.path)
	if ctx.Err() != nil {
		return at, false, ctx.Err()
	}
	return at, err == nil && at.was != nil && at.was.ID == f.ID && f.ID != "", nil
}

// formerFile finds the file that the flow has under a former name of it, "" if
// there is none, and what is in it. Only files whose names end as this flow's do
// are opened.
func (d *Folder) formerFile(ctx context.Context, f File) (string, *File, error) {
	if f.ID == "" {
		return "", nil, nil
	}
	d.list()
	for _, length := range []int{shortID, maxSlug} {
		for _, name := range d.there[lastPart(fileName(f.ID, f.Spec.Name, length))] {
			at, mine, err := d.look(ctx, name, f)
			if err != nil {
				return "", nil, err
			}
			if mine && at.was != nil { // it may have got another name since
				d.taken[name] = f.ID // until it is renamed, and nobody knows when that is
				return at.path, at.was, nil
			}
		}
	}
	return "", nil, nil
}

// list notes which files are in the folder. One that cannot be read has none.
func (d *Folder) list() {
	if d.there != nil {
		return
	}
	d.there = make(map[string][]string)
	entries, _ := os.ReadDir(d.dir)
	for _, e := range entries {
		if e.Type().IsRegular() {
			d.there[lastPart(e.Name())] = append(d.there[lastPart(e.Name())], e.Name())
		}
	}
}

// lastPart is what follows the last dash of a file name: the end of an id.
func lastPart(name string) string { return name[strings.LastIndexByte(name, '-')+1:] }
