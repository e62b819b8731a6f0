package main

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"sync"

	"github.com/flowctl/flowctl/internal/reconcile"
	"github.com/flowctl/flowctl/internal/repo"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// exportForm makes files of flows.
type exportForm struct {
	canonicalFlags
	env  envFlag
	ours func() (bool, error) // the server keeps all that it is sent; asked for once
}

func (e *exportForm) lookAt(ctx context.Context, c *client.Client) {
	e.ours = sync.OnceValues(func() (bool, error) {
		can, err := c.Capabilities(ctx)
		return can.Lossless, err
	})
}

// of gives the file that a flow is exported to. was is the file that it has already,
// nil without: that keeps what this server does not, and tells how names are to be
// mapped back.
func (e *exportForm) of(f flow.Flow, was *flowfile.File) (flowfile.File, error) {
	file := flowfile.FromFlow(f)
	if e.keepState || was != nil && was.ExportedAt != 0 {
		file.ExportedAt = f.UpdatedAt
	}
	var before flow.Spec
	if was != nil {
		ours, err := e.ours()
		if err != nil {
			return file, err
		}
		before = was.Spec
		file.Spec = reconcile.Into(e.env.there(before), e.spec(f.Spec), ours)
	}
	var err error
	file.Spec, err = e.env.backward(file.Spec, before)
	return e.canonicalFlags.of(file), err
}

// write writes a flow to its place. fileID is the id in the file then.
func (e *exportForm) write(ctx context.Context, at flowfile.Place, f flow.Flow) (change flowfile.Change, fileID string, err error) {
	was, err := at.Read(ctx)
	if err != nil {
		return "", "", err
	}
	file, err := e.of(f, was)
	if err != nil {
		return "", "", err
	}
	if fileID = file.ID; was != nil {
		fileID = was.ID
	}
	change, err = at.Write(file)
	return change, fileID, err
}

// isOf reports whether a file that carries no id is a stored flow's: whether the two say
// the same. A file that was imported is such a one.
func (e *exportForm) isOf(file, stored flow.Spec) bool {
	ours, err := e.ours()
	return err == nil && reconcile.SameFlow(e.env.there(file), stored, ours)
}

// exportLock is the lock of a folder that is exported to.
type exportLock struct {
	*reconcile.Lock
	dir   string // that the lock is in
	place string
}

// readExportLock reads the lock of a folder, its own or the next one above.
func readExportLock(dir string, t target) (*exportLock, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", reconcile.LockName, err)
	}
	l := &exportLock{dir: cmp.Or(reconcile.FolderOf(dir), dir), place: lockPlace(t)}
	l.Lock, err = reconcile.ReadLock(l.dir)
	return l, err
}

// keepLocked tells the folder which of its files flowctl.lock knows flows of t by, the
// folder's own or the next one above: such a file need not carry its flow's id. Folders
// with a lock of their own are another matter, and so is what .flowctl.yaml excludes.
func keepLocked(folder *flowfile.Folder, dir string, t target) (*exportLock, error) {
	var configs repo.Configs
	config, err := configs.In(dir)
	if err != nil {
		return nil, err
	}
	folder.Except(func(below string) bool {
		return exists(filepath.Join(below, reconcile.LockName)) || config.Excludes(below)
	})
	l, err := readExportLock(dir, t)
	if err != nil {
		return nil, err
	}
	dir, err = filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", reconcile.LockName, err)
	}
	for _, file := range l.Files(l.place) {
		path, err := filepath.Rel(dir, filepath.Join(l.dir, filepath.FromSlash(file)))
		if err == nil && exists(filepath.Join(dir, path)) {
			folder.Keep(l.ID(file, l.place), path)
		}
	}
	return l, nil
}

// note notes which flows were written to which files: what they are now is what they
// change from.
func (l *exportLock) note(ctx context.Context, written []exported) error {
	noted := map[string]string{} // files by their flows
	for _, file := range l.Files(l.place) {
		noted[l.ID(file, l.place)] = file
	}
	var known []reconcile.Known
	for _, w := range written {
		at, err := filepath.Abs(w.File)
		if err == nil {
			at, err = filepath.Rel(l.dir, at)
		}
		if err != nil {
			return fmt.Errorf("name %s in the lock: %w", w.File, err)
		}
		file := filepath.ToSlash(at)
		if other := noted[w.ID]; other != "" && other != file && exists(filepath.Join(l.dir, filepath.FromSlash(other))) {
			continue // this one is a copy
		}
		known = append(known, reconcile.Known{File: file, FileID: w.fileID, ID: w.ID, Digest: w.digest})
	}
	l.Note(l.place, known)
	return l.Write(ctx)
}
