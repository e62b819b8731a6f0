package files

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/flowctl/flowctl/internal/disk"
	"github.com/flowctl/flowctl/internal/slug"
	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// Folder finds the places of flows in one folder, each in a file of its own, so that no flow
// takes the file of another one. It is safe for concurrent use.
type Folder struct {
	dir string

	mu    sync.Mutex
	taken map[string]string                // id by path, of those given so far and of those that are kept
	kept  map[string]string                // path by id, see Keep
	skip  func(string) bool                // see Except
	there map[string][]string              // names of the files that were there first, by their lastPart; nil until it is needed
	isOf  func(file, f flowfile.File) bool // see Adopt
	named map[string][]string              // paths of the files here and further below by the names of their flows; nil until it is needed
	own   map[string][]string              // the same by the ids that the files have; nil until it is needed
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

	mine    bool           // the flow has a file already, here or at old
	old     string         // that file, if it is named after another name of the flow
	isNew   bool           // nothing is at Path
	durable bool           // it is not [Folder.Sync] that makes sure of it
	was     *flowfile.File // the flow's file without its flow, see readOne
}

// PlaceAt is for a file that is named. It is the flow's if it carries its id.
func PlaceAt(path, id string) Place {
	at := Place{Path: path, durable: true}
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && id != "" {
		was, err := readOne(path)
		if at.mine = err == nil && was != nil && was.ID == id; at.mine {
			at.was = was
		}
	}
	return at
}

// PlaceOf is for a file that is named and known to be the flow's, whatever id it carries.
func PlaceOf(path string) Place {
	at := Place{Path: path, durable: true}
	if was, err := readOne(path); err == nil && was != nil {
		at.mine, at.was = true, was
	}
	return at
}

// Known reports whether the flow has a file already, which is at this place or moved there.
func (p Place) Known() bool { return p.mine }

// Now returns the path of the file that the flow has already, else the one that it gets.
func (p Place) Now() string { return cmp.Or(p.old, p.Path) }

// Keep specifies which file a flow has, wherever below the folder and whatever its name: it
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

// Except specifies which folders below are a matter of their own: no file is looked for there
// by the id that it carries. It is to be called before Place.
func (d *Folder) Except(skip func(dir string) bool) { d.skip = skip }

// Adopt sets what reports whether a file that does not have the id of a flow of its name is
// that flow's all the same. Without it no such file is. It is to be called before Place.
func (d *Folder) Adopt(isOf func(file, f flowfile.File) bool) { d.isOf = isOf }

// Place finds the place of a flow: the file that is kept for it, else one that carries
// its id, else one that is the flow's after Adopt, else one named after the flow's name and
// id, unless that was given to another flow, or is a file that does not carry this flow's
// id; then it is a longer name. Of several files that
// carry the id it is the one that is named after the flow, else the one that is least
// far below; if two are, that is [ErrTwoFiles]. Other errors are a context's, or those
// of looking at what is there.
func (d *Folder) Place(ctx context.Context, f flowfile.File) (Place, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	at, err := d.keptFile(ctx, f)
	for n := 0; err == nil && at.Path == ""; n++ {
		at, err = d.underName(ctx, f, n)
	}
	if err != nil {
		return Place{}, fmt.Errorf("find a file name for flow %.40q: %w", f.Spec.Name, err)
	}
	d.taken[at.Path] = f.ID
	return at, nil
}

// underName is the place under the nth of the names that a flow may have, none if that is
// another's.
func (d *Folder) underName(ctx context.Context, f flowfile.File, n int) (Place, error) {
	name := slug.File(f.Spec.Name, f.ID, slug.Short)
	if n > 0 {
		name = slug.File(f.Spec.Name, f.ID, slug.Most)
	}
	if n > 1 {
		name = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(name, ".json"), n, ".json")
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
func (p Place) Read(ctx context.Context) (*flowfile.File, error) {
	if !p.mine {
		return nil, nil
	}
	files, err := flowfile.ReadFile(ctx, p.Now())
	if err != nil || len(files) != 1 {
		return nil, err
	}
	return &files[0], nil
}

// Write writes the flow's file. If the flow has one already, what that has next to the
// flow stays, its id and its ExportedAt too if f has none, and a file that would differ
// in nothing but ExportedAt stays as it is. One that is named after another name of the
// flow is updated and gets the new name.
func (p Place) Write(f flowfile.File) (disk.Change, error) {
	switch {
	case p.isNew:
		// Nothing is there that has to be looked at, which is quick in a big folder.
		_, err := disk.ReplaceLater(p.Path, writerOf(f))
		return disk.Created, writeError(p.Path, err)
	case p.old == "":
		return p.update(p.Path, f, p.durable)
	}
	if _, err := p.update(p.old, f, false); err != nil {
		return "", err
	}
	if err := os.Rename(p.old, p.Path); err != nil {
		return "", &flowfile.Error{Path: p.Path, Msg: "rename the file", Err: disk.WithoutPath(err)}
	}
	return disk.Updated, nil
}

// update writes f over what the flow's file was. Without durable the file is sure to be
// found after a power cut only once its folder is synced.
func (p Place) update(path string, f flowfile.File, durable bool) (disk.Change, error) {
	if p.was != nil {
		next := *p.was
		next.Spec = f.Spec
		exportedAt := f.ExportedAt
		f = next
		if _, noTime := f.Extra.Get("exportedAt"); exportedAt != 0 && !noTime {
			change, err := disk.Compare(path, writerOf(f))
			if err != nil || change == disk.Unchanged {
				return change, writeError(path, err)
			}
			f.ExportedAt = exportedAt
		}
	}
	change, dir, err := disk.UpdateLater(path, writerOf(f))
	if err == nil && dir != "" && durable {
		err = disk.SyncDir(dir)
	}
	return change, writeError(path, err)
}

func writerOf(f flowfile.File) func(io.Writer) error {
	return func(w io.Writer) error { return flowfile.Write(w, f) }
}

func writeError(path string, err error) error {
	if err == nil {
		return nil
	}
	return &flowfile.Error{Path: path, Msg: "write the file", Err: disk.WithoutPath(err)}
}

// Sync makes sure that the files that were written are found in the folder after
// a power cut, and removes what writers who were killed have left there. It is a call of its own because once for all
// of them is enough.
func (d *Folder) Sync() error {
	disk.Sweep(d.dir)
	if err := disk.SyncDir(d.dir); err != nil {
		return &flowfile.Error{Path: d.dir, Msg: "sync the folder", Err: disk.WithoutPath(err)}
	}
	return nil
}

// ErrTwoFiles is the cause of an error where it is not clear which of two files is a
// flow's, as both carry its id.
var ErrTwoFiles = errors.New(`take one of the files away, or the "id" out of the copy`)

// readOne reads the one flow of a regular file, and lets go of the flow itself but for
// its name: it may be a large one. It returns nil for a file of several.
func readOne(path string) (*flowfile.File, error) {
	r, err := disk.OpenRegular(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	files, err := flowfile.Read(r, path)
	if err != nil || len(files) != 1 {
		return nil, err
	}
	f := files[0]
	f.Spec = flow.Spec{Name: strings.Clone(f.Spec.Name)}
	return &f, nil
}
