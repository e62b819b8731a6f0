package flowfile

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/flowctl/flowctl/internal/disk"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Folder writes flows into one folder, each to a file of its own, so that no flow
// takes the file of another one. It is safe for concurrent use.
type Folder struct {
	dir string

	mu    sync.Mutex
	taken map[string]string                 // id by path, of those given so far and of those that are kept
	kept  map[string]string                 // path by id, see Keep
	skip  func(string) bool                 // see Except
	there map[string][]string               // names of the files that were there first, by their lastPart; nil until it is needed
	same  func(file, stored flow.Spec) bool // see Adopt
	bare  map[string][]string               // paths of files without an id, by the names of their flows; nil until it is needed
	own   map[string][]string               // paths of these and of those further below by the ids that they carry; nil until it is needed
}

// NewFolder is for the folder dir, which need not exist yet.
func NewFolder(dir string) *Folder {
	return &Folder{
		dir: dir, taken: make(map[string]string), kept: make(map[string]string),
		skip: func(string) bool { return false },
	}
}

// Place is where a flow's file belongs.
type Place struct {
	Path string // of the file

	mine    bool   // the flow has a file already, here or at old
	old     string // that file, if it is named after another name of the flow
	isNew   bool   // nothing is at Path
	durable bool   // it is not [Folder.Sync] that makes sure of it
	was     *File  // the flow's file without its flow, see readOne
}

// PlaceAt is for a file that is named. It is the flow's if it carries its id.
func PlaceAt(ctx context.Context, path, id string) Place {
	at := Place{Path: path, durable: true}
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && id != "" {
		was, err := readOne(ctx, path)
		if at.mine = err == nil && was != nil && was.ID == id; at.mine {
			at.was = was
		}
	}
	return at
}

// PlaceOf is for a file that is named and known to be the flow's, whatever id it carries.
func PlaceOf(ctx context.Context, path string) Place {
	at := Place{Path: path, durable: true}
	if was, err := readOne(ctx, path); err == nil && was != nil {
		at.mine, at.was = true, was
	}
	return at
}

// Known reports whether the flow has a file already, which is at this place or moved there.
func (at Place) Known() bool { return at.mine }

// Now returns the path of the file that the flow has already, else the one that it gets.
func (at Place) Now() string { return cmp.Or(at.old, at.Path) }

// Keep says which file a flow has, wherever below the folder and whatever its name: it
// keeps that as long as it is a file of one flow, and no other flow gets it. It is for
// files that do not carry their flows' ids; those that do are found.
func (d *Folder) Keep(id, path string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if filepath.IsLocal(path) && id != "" {
		path = filepath.Join(d.dir, path)
		d.kept[id], d.taken[path] = path, id
	}
}

// Except says which folders below are a matter of their own: no file is looked for there
// by the id that it carries. It is to be called before Place.
func (d *Folder) Except(skip func(dir string) bool) { d.skip = skip }

// Adopt says how a file that carries no id is known to be a flow's that has its name: if
// same reports that the two say the same. Without it no such file is. It is to be called
// before Place.
func (d *Folder) Adopt(same func(file, stored flow.Spec) bool) { d.same = same }

// Place finds the place of a flow: the file that is kept for it, else one that carries
// its id, else one that is the flow's after Adopt, else that of [FileName], unless that was given to another flow, or is a file
// that does not carry this flow's id; then it is a longer name. Of several files that
// carry the id it is the one that is named after the flow, else the one that is least
// far below; if two are, that is [ErrTwoFiles]. Other errors are a context's, or those
// of looking at what is there.
func (d *Folder) Place(ctx context.Context, f File) (Place, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	at, err := d.keptFile(ctx, f)
	for n := 0; err == nil && at.Path == ""; n++ {
		at, err = d.named(ctx, f, n)
	}
	if err != nil {
		return Place{}, fmt.Errorf("find a file name for flow %.40q: %w", f.Spec.Name, err)
	}
	d.taken[at.Path] = f.ID
	return at, nil
}

// named is the place under the nth of the names that a flow may have, none if that is
// another's.
func (d *Folder) named(ctx context.Context, f File, n int) (Place, error) {
	name := fileName(f.ID, f.Spec.Name, shortID)
	if n > 0 {
		name = fileName(f.ID, f.Spec.Name, maxSlug)
	}
	if n > 1 {
		name = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(name, fileExt), n, fileExt)
	}
	at, free, err := d.look(ctx, filepath.Join(d.dir, name), f)
	switch {
	case err != nil || !free:
		return Place{}, err
	case at.mine:
		return at, nil
	}
	return d.formerFile(ctx, f, at)
}

// Read reads the file that the flow has already, nil if there is none.
func (at Place) Read(ctx context.Context) (*File, error) {
	if !at.mine {
		return nil, nil
	}
	files, err := ReadFile(ctx, at.Now())
	if err != nil || len(files) != 1 {
		return nil, err
	}
	return &files[0], nil
}

// Write writes the flow's file, as [Export] does; a file that does not carry the flow's
// id keeps what it has. One that is named after another name of the flow is updated and
// gets the new name.
func (at Place) Write(f File) (Change, error) {
	switch {
	case at.isNew:
		// Nothing is there that has to be looked at, which is quick in a big folder.
		return Created, replace(at.Path, writerOf([]File{f}), false)
	case at.old == "":
		return export(at.Path, f, at.was, at.durable)
	}
	if _, err := export(at.old, f, at.was, false); err != nil {
		return "", err
	}
	if err := os.Rename(at.old, at.Path); err != nil {
		return "", &Error{Path: at.Path, Msg: "rename the file", Err: disk.WithoutPath(err)}
	}
	return Updated, nil
}

// Write writes a flow to its place. Once [Folder.Sync] has returned it is sure to be
// there after a power cut.
func (d *Folder) Write(ctx context.Context, f File) (path string, change Change, err error) {
	at, err := d.Place(ctx, f)
	if err != nil {
		return "", "", err
	}
	if change, err = at.Write(f); err != nil {
		return "", "", err
	}
	return at.Path, change, nil
}

// Sync makes sure that the files that were written are found in the folder after
// a power cut, and removes what writers who were killed have left there. It is a call of its own because once for all
// of them is enough.
func (d *Folder) Sync() error {
	disk.Sweep(d.dir)
	if err := disk.SyncDir(d.dir); err != nil {
		return &Error{Path: d.dir, Msg: "sync the folder", Err: disk.WithoutPath(err)}
	}
	return nil
}
