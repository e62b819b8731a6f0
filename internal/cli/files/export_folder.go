package files

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	stdsync "sync"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/digest"
	"github.com/flowctl/flowctl/internal/disk"
	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/sync"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// exportParallel is how many flows are read, or files written, at a time. Writing
// a file is mostly waiting for the disk, which takes many of them at once.
const exportParallel = 16

// writeFolder writes each flow to a file of its own.
func (o *exportOptions) writeFolder(ctx context.Context, c *client.Client, p *output.Printer, t cmdutil.Target, flows iter.Seq2[flow.Flow, error]) error {
	if err := os.MkdirAll(o.dir, 0o777); err != nil {
		return fmt.Errorf("make the folder to export to: %w", err)
	}
	folder := files.NewFolder(o.dir)
	folder.Adopt(o.form.isOf(ctx, c))
	lock, err := keepLocked(folder, o.dir, t)
	if err != nil {
		return err
	}
	o.form.bases = lock.Bases(lock.Place)
	done, err := o.writeFiles(ctx, folder, flows)
	var written []sync.Known
	for _, e := range done {
		if e.refused == nil {
			written = append(written, sync.Known{File: e.File, FileID: e.fileID, ID: e.ID, Digest: e.digest})
		}
	}
	err = errors.Join(err, folder.Sync(), lock.NoteFiles(ctx, written))
	rows := make([]flowRow, len(done))
	for i, w := range done {
		rows[i] = w.flowRow
		if w.refused != nil {
			o.app.Fail(w.File + ": " + w.refused.Error())
			continue
		}
		warnLarge(o.app, w.File)
	}
	_, printed := output.List(p, flowRowView(), output.Seq(rows))
	n := map[string]int{}
	for _, r := range rows {
		n[r.Action]++
	}
	sum := fmt.Sprintf("%s: %d created, %d updated, %d unchanged", o.dir,
		n[string(disk.Created)], n[string(disk.Updated)], n[string(disk.Unchanged)])
	if n[cmdutil.StateRefused] > 0 {
		sum += fmt.Sprintf(", %d %s", n[cmdutil.StateRefused], cmdutil.StateRefused)
	}
	o.app.Note("%s", sum)
	switch {
	case err == nil && n[cmdutil.StateRefused] > 0:
		err = cmdutil.Conflict(fmt.Errorf("%s left alone; %s", output.Plural(n[cmdutil.StateRefused], "file"), keptHint))
	case err != nil && ctx.Err() != nil:
		err = errors.New("interrupted: run it again for the rest")
	case err != nil && len(rows) > 0:
		o.app.Fail(err.Error())
		err = cmdutil.Partial("not all flows were exported; run it again for the rest")
	}
	return errors.Join(err, printed)
}

// exported is a flow that was written to a file of its own.
type exported struct {
	flowRow
	fileID  string // the one in the file
	digest  digest.Digest
	refused error // why the file was left alone
}

// keptHint describes what to do with a file that was left alone.
const keptHint = "'flowctl pull' merges what both sides changed, and --overwrite takes the server's"

// writeFiles writes the flows as they come in, many at a time, and stops at the
// first error. The rows are those of the flows that were written or whose files were
// left alone, in the order of the flows.
func (o *exportOptions) writeFiles(ctx context.Context, folder *files.Folder, flows iter.Seq2[flow.Flow, error]) ([]exported, error) {
	writing := ctx // what has come in is written, whatever becomes of the rest
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	type job struct {
		flow flow.Flow
		row  *exported
	}
	jobs := make(chan job)
	var workers stdsync.WaitGroup
	for range exportParallel {
		workers.Go(func() {
			for j := range jobs {
				at, err := folder.Place(writing, flowfile.FromFlow(j.flow))
				var change disk.Change
				var fileID string
				if err == nil {
					change, fileID, err = o.form.write(writing, at, j.flow)
				}
				row := exported{flowRow: flowRow{ID: j.flow.ID, Name: j.flow.Name, File: at.Path, Action: string(change)}, fileID: fileID}
				switch {
				case cmdutil.IsRefused(err):
					row.File, row.Action, row.refused = at.Now(), cmdutil.StateRefused, err
				case err != nil:
					stop(err)
					continue
				default:
					row.digest = digest.Of(j.flow.Spec)
				}
				*j.row = row
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
