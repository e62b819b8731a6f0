package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"sync"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// exportParallel is how many flows are read, or files written, at a time. Writing
// a file is mostly waiting for the disk, which takes many of them at once.
const exportParallel = 16

// writeFolder writes each flow to a file of its own.
func (o *exportOptions) writeFolder(ctx context.Context, p *output.Printer, t target, flows iter.Seq2[flow.Flow, error]) error {
	if err := os.MkdirAll(o.dir, 0o777); err != nil {
		return fmt.Errorf("make the folder to export to: %w", err)
	}
	folder := flowfile.NewFolder(o.dir)
	folder.Adopt(o.form.isOf)
	lock, err := keepLocked(folder, o.dir, t)
	if err != nil {
		return err
	}
	written, err := o.writeFiles(ctx, folder, flows)
	err = errors.Join(err, folder.Sync(), lock.note(ctx, written))
	rows := make([]flowRow, len(written))
	for i, w := range written {
		rows[i] = w.flowRow
		o.app.warnLarge(w.File)
	}
	_, printed := output.List(p, flowRowView(), output.Seq(rows))
	n := map[string]int{}
	for _, r := range rows {
		n[r.Action]++
	}
	o.app.note("%s: %d created, %d updated, %d unchanged", o.dir,
		n[string(flowfile.Created)], n[string(flowfile.Updated)], n[string(flowfile.Unchanged)])
	switch {
	case err != nil && ctx.Err() != nil:
		err = errors.New("interrupted: run it again for the rest")
	case err != nil && len(rows) > 0:
		o.app.fail(err.Error())
		err = someError{"not all flows were exported; run it again for the rest"}
	}
	return errors.Join(err, printed)
}

// exported is a flow that was written to a file of its own.
type exported struct {
	flowRow
	fileID string // the one in the file
	digest flowfile.Digest
}

// writeFiles writes the flows as they come in, many at a time, and stops at the
// first error. The rows are those of the flows that were written, in the order of
// the flows.
func (o *exportOptions) writeFiles(ctx context.Context, folder *flowfile.Folder, flows iter.Seq2[flow.Flow, error]) ([]exported, error) {
	writing := ctx // what has come in is written, whatever becomes of the rest
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	type job struct {
		flow flow.Flow
		row  *exported
	}
	jobs := make(chan job)
	var workers sync.WaitGroup
	for range exportParallel {
		workers.Go(func() {
			for j := range jobs {
				at, err := folder.Place(writing, flowfile.FromFlow(j.flow))
				var change flowfile.Change
				var fileID string
				if err == nil {
					change, fileID, err = o.form.write(writing, at, j.flow)
				}
				if err != nil {
					stop(err)
					continue
				}
				*j.row = exported{flowRow{ID: j.flow.ID, Name: j.flow.Name, File: at.Path, Action: string(change)}, fileID, flowfile.DigestOf(j.flow.Spec)}
			}
		})
	}
	var rows []*exported
	for f, err := range flows {
		if err != nil {
			stop(err)
		}
		if ctx.Err() != nil {
			break
		}
		row := &exported{}
		rows = append(rows, row)
		jobs <- job{f, row}
	}
	close(jobs)
	workers.Wait()
	var written []exported
	for _, r := range rows {
		if r.Action != "" {
			written = append(written, *r)
		}
	}
	return written, context.Cause(ctx)
}
