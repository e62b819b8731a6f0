package sync

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/disk"
	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/parallel"
	"github.com/flowctl/flowctl/internal/sync"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// writeSeveral writes all flows to one file or to stdout.
func (o *exportOptions) writeSeveral(ctx context.Context, c *client.Client, flows iter.Seq2[flow.Flow, error], several bool) error {
	if err := o.env.Choose(o.app.Connected.Profile, filepath.Dir(o.file)); err != nil {
		return err
	}
	if err := o.env.Read(ctx, c, func(func(flow.Spec, error) bool) {}); err != nil {
		return err
	}
	n := 0
	write := func(w io.Writer) (err error) {
		n, err = files.WriteList(w, o.filesOf(flows), several)
		return err
	}
	switch {
	case o.toFile && o.file != files.StdinPath:
		err := o.replace(write)
		if failed := (*client.Error)(nil); errors.As(err, &failed) {
			return failed // the file has no part in it
		}
		if err != nil {
			return err
		}
		o.app.Note("exported %s to %s", output.Plural(n, "flow"), o.file)
		warnLarge(o.app, o.file)
		return nil
	case cmdutil.IsTerminal(o.app.Out):
		return cmdutil.WriteHarmless(o.app.Out, write)
	}
	return write(o.app.Out)
}

// replace writes the file, unless it has other text already.
func (o *exportOptions) replace(write func(io.Writer) error) error {
	if o.overwrite || !hasText(o.file) {
		return disk.Replace(o.file, write)
	}
	change, err := disk.Compare(o.file, write)
	if err == nil && change != disk.Unchanged {
		err = fmt.Errorf("%s: %w", o.file, &sync.RefusedError{Why: "the file is there already and differs; --overwrite replaces it"})
	}
	return err
}

// filesOf turns flows into flow files.
func (o *exportOptions) filesOf(flows iter.Seq2[flow.Flow, error]) iter.Seq2[flowfile.File, error] {
	return func(yield func(flowfile.File, error) bool) {
		for f, err := range flows {
			file := flowfile.FromFlow(f)
			if err == nil {
				file.Spec, err = o.env.Env.Backward(file.Spec, flow.Spec{})
			}
			if o.form.KeepState {
				file.ExportedAt = f.UpdatedAt
			}
			if !yield(o.form.Of(file), err) {
				return
			}
		}
	}
}

// getFlows reads the flows that refs mean, as they are or were.
func (o *exportOptions) getFlows(ctx context.Context, refs []string) ([]flow.Flow, error) {
	found, err := o.app.FindVersions(ctx, refs...)
	if err != nil {
		return nil, err
	}
	ids := map[string]bool{}
	for _, r := range found {
		if o.toFolder && ids[r.ID] {
			return nil, cmdutil.Usage(fmt.Errorf("%s is named twice; a flow has one file in a folder: give one of its versions", output.Quoted(r.Name)))
		}
		ids[r.ID] = true
	}
	flows, errs := make([]flow.Flow, len(found)), make([]error, len(found))
	parallel.Each(ctx, len(found), exportParallel, func(i int) {
		flows[i], _, errs[i] = o.app.GetVersion(ctx, found[i])
	})
	return flows, errors.Join(append(errs, ctx.Err())...)
}

// exportParallel is how many flows are read at a time.
const exportParallel = 16
