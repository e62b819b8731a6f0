package files

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	stdsync "sync"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/digest"
	"github.com/flowctl/flowctl/internal/disk"
	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/lookup"
	"github.com/flowctl/flowctl/internal/repo"
	"github.com/flowctl/flowctl/internal/sync"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// exportForm makes files of flows.
type exportForm struct {
	canonicalFlags
	env       cmdutil.EnvFlag
	overwrite bool                            // what was changed in a file, too
	ours      func() (bool, error)            // the server keeps all that it is sent; asked for once
	bases     func(id string) []digest.Digest // see [sync.Lock.Bases]
}

func (e *exportForm) lookAt(ctx context.Context, c *client.Client) {
	e.ours = stdsync.OnceValues(func() (bool, error) {
		can, err := c.Capabilities(ctx)
		return can.Lossless, err
	})
}

// of returns the file that a flow is exported to. was is the file that it has already,
// nil without: that keeps what this server does not, and shows how names are to be
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
		file.Spec = sync.Into(e.env.There(before), e.spec(f.Spec), ours)
	}
	var err error
	file.Spec, err = e.env.Backward(file.Spec, before)
	return e.canonicalFlags.of(file), err
}

// write writes a flow to its place, unless that would take back what was changed in the
// file: that is a *[sync.RefusedError]. fileID is the id in the file then.
func (e *exportForm) write(ctx context.Context, at files.Place, f flow.Flow) (change disk.Change, fileID string, err error) {
	was, err := at.Read(ctx)
	if err != nil {
		return "", "", err
	}
	if was != nil && !e.overwrite {
		v, err := e.judge(was.Spec, f, e.bases(f.ID))
		if err != nil {
			return "", "", err
		}
		if why := v.WhyKept(); why != "" {
			return "", "", &sync.RefusedError{Why: why}
		}
		if v.Layout == sync.ChangedHere {
			f.Spec = sync.WithLayoutOf(f.Spec, was.Spec)
		}
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

// judge compares a file with its stored flow.
func (e *exportForm) judge(file flow.Spec, f flow.Flow, base []digest.Digest) (sync.Verdict, error) {
	ours, err := e.ours()
	file.Name = cmp.Or(file.Name, cmdutil.DefaultName)
	return sync.Judge(e.env.There(file), f.Spec, base, ours), err
}

// isOf returns what reports whether a file is that of a flow with another id: it says the
// same, and the id that it has, if any, is not one of the server's. Files that were imported
// are such.
func (e *exportForm) isOf(ctx context.Context, c *client.Client) func(file, f flowfile.File) bool {
	return func(file, f flowfile.File) bool {
		ours, err := e.ours()
		if err != nil || !sync.SameFlow(e.env.There(file.Spec), f.Spec, ours) {
			return false
		}
		if !lookup.IsID(file.ID) {
			return true
		}
		_, err = c.Flows.Get(ctx, file.ID)
		return errors.Is(err, client.ErrNotFound) || errors.Is(err, client.ErrForbidden)
	}
}

// keepLocked reserves in the folder those of its files that flowctl.lock knows flows of t by, the
// folder's own or the next one above: such a file need not carry its flow's id. Folders
// with a lock of their own are another matter, and so is what .flowctl.yaml excludes.
func keepLocked(folder *files.Folder, dir string, t cmdutil.Target) (*cmdutil.PlaceLock, error) {
	var configs repo.Configs
	config, err := configs.In(dir)
	if err != nil {
		return nil, err
	}
	folder.Except(func(below string) bool {
		return files.Exists(filepath.Join(below, sync.LockName)) || config.Excludes(below)
	})
	l, err := cmdutil.ReadPlaceLock(dir, t)
	if err != nil {
		return nil, err
	}
	dir, err = filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", sync.LockName, err)
	}
	for _, file := range l.Files(l.Place) {
		path, err := filepath.Rel(dir, filepath.Join(l.Dir, filepath.FromSlash(file)))
		if err == nil && files.Exists(filepath.Join(dir, path)) {
			folder.Keep(l.ID(file, l.Place), path)
		}
	}
	return l, nil
}
