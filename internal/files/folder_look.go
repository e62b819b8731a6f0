package files

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/disk"
	"github.com/flowctl/flowctl/internal/slug"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// look reports whether the flow may have the path, and whether that is its file already.
func (d *Folder) look(ctx context.Context, path string, f flowfile.File) (at Place, free bool, err error) {
	at.Path = path
	if d.isAnothers(path, f.ID) || d.leadsOut(path) {
		return at, false, nil
	}
	if _, err := os.Lstat(at.Path); errors.Is(err, fs.ErrNotExist) {
		at.isNew = true
		return at, true, nil
	} else if err != nil {
		return at, false, err
	}
	was, err := readOne(at.Path)
	if ctx.Err() != nil {
		return at, false, ctx.Err()
	}
	if err == nil && was != nil && was.ID == f.ID && f.ID != "" {
		at.mine, at.was = true, was
	}
	return at, at.mine, nil
}

// leadsOut reports whether what is at a path could be anywhere.
func (d *Folder) leadsOut(path string) bool { return disk.CheckInside(d.dir, path) != nil }

// isAnothers reports whether a path was given to, or is kept for, another flow. Flows
// without an id are all others.
func (d *Folder) isAnothers(path, id string) bool {
	owner, given := d.taken[path]
	return given && (owner != id || id == "")
}

// keptFile finds the file that is kept for the flow. One that is named after it and
// carries its id is left to be found so: it is renamed with the flow.
func (d *Folder) keptFile(ctx context.Context, f flowfile.File) (Place, error) {
	path, ok := d.kept[f.ID]
	if !ok || d.leadsOut(path) {
		return Place{}, nil
	}
	was, err := readOne(path)
	if err != nil || was == nil || was.ID == f.ID && d.isNamedAfter(path, f) {
		return Place{}, ctx.Err()
	}
	return d.asNamed(path, was), nil
}

// asNamed is the place of a file that keeps its name.
func (d *Folder) asNamed(path string, was *flowfile.File) Place {
	return Place{Path: path, mine: true, was: was, durable: filepath.Dir(path) != filepath.Clean(d.dir)}
}

// formerFile finds the file that the flow has already, if it is not the free place.
// Files whose names end as this flow's do are opened first, and all others if it is
// none of them.
func (d *Folder) formerFile(ctx context.Context, f flowfile.File, free Place) (Place, error) {
	if f.ID == "" {
		return free, nil
	}
	d.list()
	for _, length := range []int{slug.Short, slug.Most} {
		for _, name := range d.there[lastPart(slug.File(f.Spec.Name, f.ID, length))] {
			at, _, err := d.look(ctx, filepath.Join(d.dir, name), f)
			if err != nil {
				return at, err
			}
			if at.mine { // it may have got another name since
				d.taken[at.Path] = f.ID // until it is renamed, and nobody knows when that is
				return Place{Path: free.Path, mine: true, old: at.Path, was: at.was}, nil
			}
		}
	}
	path, err := d.carrier(ctx, f)
	if err == nil && path == "" {
		path, err = d.adopted(ctx, f)
	}
	if err != nil || path == "" {
		return free, err
	}
	was, err := readOne(path)
	if err != nil || was == nil {
		return free, ctx.Err() // it has changed
	}
	return d.asNamed(path, was), nil
}

// carrier is the path of the file that carries the flow's id under a name of its own,
// "" if there is none.
func (d *Folder) carrier(ctx context.Context, f flowfile.File) (string, error) {
	if err := d.readAll(ctx); err != nil {
		return "", err
	}
	paths := slices.DeleteFunc(slices.Clone(d.own[f.ID]), func(path string) bool { return d.isAnothers(path, f.ID) })
	depth := func(path string) int { return strings.Count(path, string(filepath.Separator)) }
	slices.SortStableFunc(paths, func(a, b string) int { return depth(a) - depth(b) })
	if len(paths) == 0 {
		return "", nil
	}
	if len(paths) > 1 && depth(paths[0]) == depth(paths[1]) {
		return "", &flowfile.Error{Path: paths[1], Msg: fmt.Sprintf("carries the id %.80q, as does %s", f.ID, paths[0]), Err: ErrTwoFiles}
	}
	return paths[0], nil
}

// adopted is the path of a file that is the flow's without having its id, "" if there is
// none.
func (d *Folder) adopted(ctx context.Context, f flowfile.File) (string, error) {
	if d.isOf == nil {
		return "", nil
	}
	for _, path := range d.named[f.Spec.Name] {
		if _, given := d.taken[path]; given {
			continue
		}
		files, err := flowfile.ReadFile(ctx, path)
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		if err == nil && len(files) == 1 && d.isOf(files[0], f) {
			return path, nil
		}
	}
	return "", nil
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

// readAll notes which ids the files carry that are in the folder and below it, and the
// names of the flows of those that carry none. Those
// that cannot be read carry none, and hidden ones do not count.
func (d *Folder) readAll(ctx context.Context) error {
	if d.own != nil {
		return nil
	}
	d.own, d.named = make(map[string][]string), make(map[string][]string)
	return filepath.WalkDir(d.dir, func(path string, e fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			return nil //nolint:nilerr // see above
		case path != d.dir && e.IsDir() && (isHidden(e.Name()) || d.skip(path)):
			return fs.SkipDir
		case isHidden(e.Name()):
			return nil
		case !e.Type().IsRegular() || !strings.EqualFold(filepath.Ext(path), ".json"):
			return nil
		}
		was, _ := readOne(path) // see above
		if was == nil {
			return nil
		}
		d.named[was.Spec.Name] = append(d.named[was.Spec.Name], path)
		if was.ID != "" {
			d.own[was.ID] = append(d.own[was.ID], path)
		}
		return nil
	})
}

// isNamedAfter reports whether a file has a name that a flow of this id gets in the folder.
func (d *Folder) isNamedAfter(path string, f flowfile.File) bool {
	return filepath.Dir(path) == filepath.Clean(d.dir) && slices.ContainsFunc([]int{slug.Short, slug.Most}, func(length int) bool {
		return lastPart(filepath.Base(path)) == lastPart(slug.File(f.Spec.Name, f.ID, length))
	})
}

// lastPart is what follows the last dash of a file name: the end of an id.
func lastPart(name string) string { return name[strings.LastIndexByte(name, '-')+1:] }
