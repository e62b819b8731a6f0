package sync

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/sync"
)

// flowRow is a line of what an import or an export did.
type flowRow struct {
	ID     string `json:"id"` // on the server; "" for a flow that would be created
	Name   string `json:"name"`
	File   string `json:"file"`
	Action string `json:"action"`
}

func flowRowView() output.View[flowRow] {
	type column = output.Column[flowRow]
	return output.View[flowRow]{
		Columns: []column{
			{Title: "ID", Text: func(_ *output.Printer, r flowRow) string { return cmp.Or(r.ID, "-") }},
			{Title: "NAME", Text: func(_ *output.Printer, r flowRow) string { return r.Name }},
			{Title: "FILE", Text: func(_ *output.Printer, r flowRow) string { return r.File }},
			{Title: "ACTION", Text: func(_ *output.Printer, r flowRow) string { return r.Action }},
		},
		Name: func(r flowRow) string { return cmp.Or(r.ID, r.Name) },
	}
}

// importCount counts what became of the flows.
type importCount struct {
	created, updated, unchanged, skipped, failed, left int
	refused                                            int       // of those that failed
	first                                              *incoming // the first that failed
}

// report prints what was made, says what failed and sums up.
func (o *importOptions) report(ctx context.Context, p *output.Printer, b *batch) error {
	var rows []flowRow
	n := importCount{failed: b.bad}
	for _, f := range b.flows {
		if n.count(f, o.dryRun) {
			rows = append(rows, f.row(o.dryRun))
		}
	}
	_, err := output.List(p, flowRowView(), output.Seq(rows))
	verdict := o.verdict(ctx, n)
	for _, f := range b.flows {
		if f.Err != nil && !errors.Is(verdict, f.Err) {
			o.app.Fail(f.at + ": " + f.Err.Error())
		}
	}
	o.warnOfLosses(b.flows)
	o.app.Note("%s", n.text(o.dryRun))
	return errors.Join(err, verdict)
}

// warnOfLosses names, once for each file, what was written of it only in part.
func (o *importOptions) warnOfLosses(flows []*incoming) {
	said := map[string]bool{}
	warn := func(text string) {
		if !said[text] {
			said[text] = true
			o.app.Warn("%s", text)
		}
	}
	for _, f := range flows {
		written := (f.Action == sync.Create || f.Action == sync.Update) && f.Err == nil && (f.Done || o.dryRun)
		if written && len(f.Dropped) > 0 {
			warn(f.file + ": this server does not keep " + cmdutil.Join(f.Dropped))
		}
		if written && len(f.extra) > 0 {
			warn(f.file + ": " + strings.Join(f.extra, ", ") + " next to the flow stay in the file only; servers do not keep them")
		}
	}
}

// count adds a flow and reports whether something is to be shown of it.
func (n *importCount) count(f *incoming, dryRun bool) bool {
	switch {
	case f.Err != nil:
		n.failed++
		if errors.As(f.Err, new(*sync.RefusedError)) {
			n.refused++
		}
		if n.first == nil {
			n.first = f
		}
		return false
	case f.Action == sync.Skip:
		n.skipped++
	case f.Action == sync.Unchanged:
		n.unchanged++
	case !f.Done && !dryRun:
		n.left++
		return false
	case f.Action == sync.Create:
		n.created++
	default:
		n.updated++
	}
	return true
}

// row describes a flow that was imported or, with a dry run, would be.
func (f *incoming) row(dryRun bool) flowRow {
	r := flowRow{Name: f.Name, File: f.file, ID: f.ID, Action: string(f.Action)}
	if f.Action == sync.Unchanged {
		r.Action = cmdutil.StateUnchanged
	} else if !dryRun {
		r.Action = map[sync.Action]string{sync.Create: "created", sync.Update: "updated", sync.Skip: "skipped"}[f.Action]
	}
	return r
}

func (n *importCount) text(dryRun bool) string {
	if dryRun {
		return fmt.Sprintf("would create %d, update %d, skip %d, fail %d", n.created, n.updated, n.skipped, n.failed) + n.same()
	}
	text := fmt.Sprintf("%d created, %d updated, %d skipped, %d failed", n.created, n.updated, n.skipped, n.failed) + n.same()
	if n.left > 0 {
		text += fmt.Sprintf(", %d not begun", n.left)
	}
	return text
}

// same returns how many flows were as their files say, if any.
func (n *importCount) same() string {
	if n.unchanged == 0 {
		return ""
	}
	return fmt.Sprintf(", %d unchanged", n.unchanged)
}

// verdict is the error that the import ends with.
func (o *importOptions) verdict(ctx context.Context, n importCount) error {
	total := n.created + n.updated + n.unchanged + n.skipped + n.failed + n.left
	again := "run the same command again"
	if o.ifExists == sync.ExistsFail {
		again = "run it again with --if-exists skip to import the rest"
	}
	switch {
	case ctx.Err() != nil && n.left+n.failed > 0:
		return fmt.Errorf("interrupted: %s", again)
	case n.failed == 0:
		return nil
	case n.failed == n.refused:
		return cmdutil.Conflict(fmt.Errorf("%s left alone; 'flowctl pull' brings in what changed on the server, --overwrite overwrites it", output.Plural(n.refused, "flow")))
	case o.dryRun:
		return cmdutil.Partial(fmt.Sprintf("%d of %s would fail", n.failed, output.Plural(total, "flow")))
	case !o.keepGoing && n.created+n.updated+n.unchanged == 0:
		return fmt.Errorf("%s: %w", n.first.at, n.first.Err)
	}
	return cmdutil.Partial(fmt.Sprintf("%d of %s failed; fix that and %s", n.failed, output.Plural(total, "flow"), again))
}
