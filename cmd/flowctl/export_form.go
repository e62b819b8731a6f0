package main

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"

	"github.com/flowctl/flowctl/internal/reconcile"
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
		info, err := c.Server.Info(ctx)
		return info.Flowctl, err
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

// write writes a flow to its place.
func (e *exportForm) write(ctx context.Context, at flowfile.Place, f flow.Flow) (flowfile.Change, error) {
	was, err := at.Read(ctx)
	if err != nil {
		return "", err
	}
	file, err := e.of(f, was)
	if err != nil {
		return "", err
	}
	return at.Write(ctx, file)
}

// keepLocked tells the folder which of its files flowctl.lock knows flows of t by, the
// folder's own or the next one above: such a file need not carry its flow's id. Folders
// with a lock of their own are another matter.
func keepLocked(folder *flowfile.Folder, dir string, t target) error {
	folder.Except(func(below string) bool { return exists(filepath.Join(below, reconcile.LockName)) })
	dir, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("find %s: %w", reconcile.LockName, err)
	}
	locked := folderOfLock(dir)
	if locked == "" {
		return nil
	}
	lock, err := reconcile.ReadLock(locked)
	if err != nil {
		return err
	}
	place := lockPlace(t)
	for _, file := range lock.Files(place) {
		path, err := filepath.Rel(dir, filepath.Join(locked, filepath.FromSlash(file)))
		if err == nil && exists(filepath.Join(dir, path)) {
			folder.Keep(lock.ID(file, place), path)
		}
	}
	return nil
}
