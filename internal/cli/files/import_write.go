package files

import (
	"bytes"
	"context"
	stdsync "sync"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/parallel"
	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/internal/sync"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// write creates and updates the flows. After Ctrl-C, or a failure unless the
// others are wanted all the same, no further one is begun; those in flight come
// to their end, so that it is known what became of them.
func (o *importOptions) write(ctx context.Context, c *client.Client, flows []*incoming) {
	ours := stdsync.OnceValue(func() bool {
		can, err := c.Capabilities(ctx)
		return err == nil && can.Lossless
	})
	var todo []*incoming
	for _, f := range flows {
		if f.err == nil && f.action != actionSkip {
			todo = append(todo, f)
		}
	}
	begin, stop := context.WithCancel(ctx)
	defer stop()
	finish, cancel := parallel.Outlive(ctx, cmdutil.GraceToFinish)
	defer cancel()
	bar := o.app.Progress("importing", len(todo))
	defer bar.Clear()
	defer context.AfterFunc(ctx, func() {
		bar.Clear()
		o.app.Note("stopping when what is under way is done; press Ctrl-C again not to wait")
	})()
	parallel.Each(begin, len(todo), o.parallel, func(i int) {
		f := todo[i]
		f.err = f.write(finish, c, o.ifExists, f.action == actionUpdate && ours())
		if f.err != nil && !cmdutil.IsRefused(f.err) && !o.keepGoing {
			stop()
		}
		bar.Step()
	})
}

// look sees which of the flows to be updated say already what their files say.
func (o *importOptions) look(ctx context.Context, c *client.Client, flows []*incoming) {
	can, err := c.Capabilities(ctx)
	ours := err == nil && can.Lossless
	parallel.Each(ctx, len(flows), o.parallel, func(i int) {
		f := flows[i]
		if f.err != nil || f.action != actionUpdate {
			return
		}
		var over sync.Over
		if over, f.err = sync.NewOver(ctx, c, f.match.id, f.spec, f.base, ours); over.Same {
			f.action = actionSame
		}
	})
}

// write makes the flow on the server what the file says, and lets go of it.
func (f *incoming) write(ctx context.Context, c *client.Client, ifExists string, ours bool) error {
	// The spec is not to be touched once it is on its way: a large one would stay in
	// memory beside what is sent of it.
	spec, meta := f.spec, bytes.Clone(f.spec.Meta)
	f.spec = flow.Spec{}
	var written flow.Flow
	var err error
	if f.action == actionUpdate {
		var over sync.Over
		if over, err = sync.NewOver(ctx, c, f.match.id, spec, f.base, ours); err != nil {
			return err
		}
		f.digest = over.Digest
		if over.Same {
			f.action, f.noMeta = actionSame, !ours && !rawjson.IsEmpty(meta)
			return nil
		}
		written, err = c.Flows.Update(ctx, f.match.id, client.Replace(over.Spec), client.IfUnchanged(over.Was), client.WithoutGraph())
	} else {
		written, err = f.create(ctx, c, spec, ifExists)
	}
	f.done, f.written = written.ID != "", written.ID
	f.noMeta = f.done && !rawjson.IsEmpty(meta) && !flow.Equal(meta, written.Meta)
	return err
}
