package sync

import (
	"context"
	"fmt"
	"iter"
	"os"

	"github.com/flowctl/flowctl/internal/disk"
	"github.com/flowctl/flowctl/internal/sync"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// writeFolder writes each flow to its file below a folder.
func (o *exportOptions) writeFolder(ctx context.Context, c *client.Client, flows iter.Seq2[flow.Flow, error]) error {
	p, err := o.app.Printer(o.out)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(o.dir, 0o777); err != nil {
		return fmt.Errorf("make the folder to export to: %w", err)
	}
	d, pulled, err := o.pull(ctx, c, o.dir, sync.Export{Flows: flows})
	if err != nil {
		return err
	}
	w := fileWriter{app: o.app, d: d, profile: o.app.Connected.Key(), env: o.env.Env, exports: true, left: keptHint, title: o.dir + ": ", again: "not all flows were exported; run it again for the rest"}
	return w.write(ctx, p, pulled)
}

// keptHint describes what to do with a file that was left alone.
const keptHint = "'flowctl pull' merges what both sides changed, and --overwrite takes the server's"

// writeOne writes the only flow to the file that is named, and notes it if the file is in a
// folder with a lock.
func (o *exportOptions) writeOne(ctx context.Context, c *client.Client, flows iter.Seq2[flow.Flow, error]) error {
	d, pulled, err := o.pull(ctx, c, o.file, sync.Export{Flows: flows})
	if err != nil {
		return err
	}
	if err := o.inTheWay(d); err != nil {
		return err
	}
	w := sync.WriteFiles(ctx, d.Dir, pulled, o.env.Env)[0]
	switch {
	case w.Refused != "" && d.Lock.Empty():
		return fmt.Errorf("%s: %w; --overwrite takes the server's", o.file, &sync.RefusedError{Why: w.Refused})
	case w.Refused != "":
		return fmt.Errorf("%s: %w; %s", o.file, &sync.RefusedError{Why: w.Refused}, keptHint)
	case w.Err != nil:
		return w.Err
	}
	if w.Change == disk.Unchanged {
		o.app.Note("%s is unchanged", o.file)
	} else {
		o.app.Note("exported 1 flow to %s", o.file)
	}
	warnLarge(o.app, o.file)
	if k, ok := w.LockEntry(); ok && !d.Lock.Empty() {
		return d.Lock.Save(ctx, o.app.Connected.Key(), []sync.LockEntry{k})
	}
	return nil
}

// inTheWay refuses to replace a file that is not a flow file of one flow.
func (o *exportOptions) inTheWay(d *sync.Folder) error {
	if o.overwrite || !hasText(o.file) || len(d.Sources) == 1 {
		return nil
	}
	if len(d.Sources) > 1 {
		return fmt.Errorf("%s: %w", o.file, &sync.RefusedError{Why: fmt.Sprintf("it holds %d flows; --overwrite replaces the file", len(d.Sources))})
	}
	return fmt.Errorf("%s is there and not a flow file; --overwrite replaces the file", o.file)
}

// hasText reports whether there is a regular file at path that is not empty.
func hasText(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Size() > 0
}

// pull compares the files at a path with the flows.
func (o *exportOptions) pull(ctx context.Context, c *client.Client, path string, e sync.Export) (*sync.Folder, []sync.Pulled, error) {
	t := o.app.Connected
	d, below, err := sync.ReadToExport(ctx, path, t.Key())
	if err != nil {
		return nil, nil, err
	}
	if err := d.Map(ctx, c, t.Profile, &o.env); err != nil {
		return nil, nil, err
	}
	opts := d.Options(ctx, t.Key(), t.Server, o.env.Env)
	opts.Overwrite = o.overwrite
	e.KeepState, e.DropLayout = o.form.KeepState, o.form.DropLayout()
	if e.Below = below; o.toFile {
		e.File = below
	}
	if o.all && len(d.Sources) > 0 && !e.KeepState && !e.DropLayout { // most is here already
		can, err := c.Capabilities(ctx)
		if err != nil {
			return nil, nil, err
		}
		if can.Lossless {
			e.Flows = c.Flows.All(ctx, client.ListOptions{Digest: true, AllUsers: o.allUsers})
		}
	}
	opts.Export = &e
	pulled, err := sync.Pull(ctx, c, d.Sources, d.Lock, opts)
	return d, pulled, err
}
