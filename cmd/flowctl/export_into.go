package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
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
	var before flow.Spec
	if was != nil {
		ours, err := e.ours()
		if err != nil {
			return file, err
		}
		before = was.Spec
		file.Spec = reconcile.Into(before, f.Spec, ours)
	}
	var err error
	file.Spec, err = e.env.backward(file.Spec, before)
	return e.canonicalFlags.of(file), err
}

// keepLocked tells the folder which files flowctl.lock knows flows of t by: a file of
// one's own need not carry the flow's id.
func keepLocked(folder *flowfile.Folder, dir string, t target) error {
	lock, err := reconcile.ReadLock(dir)
	if err != nil {
		return err
	}
	place := lockPlace(t)
	for _, file := range lock.Files(place) {
		if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(file))); !errors.Is(err, fs.ErrNotExist) {
			folder.Keep(lock.ID(file, place), filepath.FromSlash(file))
		}
	}
	return nil
}
