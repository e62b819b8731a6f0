package sync

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/sync"
)

// report prints what was made, and what failed, and sums up.
func (o *importOptions) report(ctx context.Context, p *output.Printer, b *batch, results []sync.Result) error {
	out := outcomeOf(results, o.dryRun)
	var rows []stepRow
	for i, row := range out.rows {
		if row.Error == "" && row.Action != cmdutil.StateLeft {
			row.File = b.files[i].path
			rows = append(rows, row)
			o.warnOfLosses(b, i, &results[i])
		}
	}
	_, err := output.List(p, stepRowView(), output.Seq(rows))
	failed := len(out.failures) + len(out.refused) + b.bad
	left := out.count[cmdutil.StateLeft]
	made := out.done(cmdutil.StateCreated, cmdutil.StateUpdated, cmdutil.StateUnchanged)
	var verdict error
	again := "run the same command again"
	if o.ifExists == sync.ExistsFail {
		again = "run it again with --if-exists skip to import the rest"
	}
	switch {
	case ctx.Err() != nil && left+failed > 0:
		verdict = fmt.Errorf("interrupted: %s", again)
	case failed == 0:
	case failed == len(out.refused):
		verdict = out.conflict()
	case o.dryRun:
		verdict = cmdutil.Partial(fmt.Sprintf("%d of %s would fail", failed, output.Plural(len(results)+b.bad, "flow")))
	case !o.keepGoing && made == 0:
		verdict = append(out.refused, out.failures...)[0]
	default:
		verdict = cmdutil.Partial(fmt.Sprintf("%d of %s failed; fix that and %s", failed, output.Plural(len(results)+b.bad, "flow"), again))
	}
	for _, failure := range append(out.refused, out.failures...) {
		if !errors.Is(verdict, failure) {
			o.app.Fail(failure.Error())
		}
	}
	out.count[cmdutil.StateFailed], out.count[cmdutil.StateRefused] = failed, 0
	sum := out.sum(cmdutil.StateCreated, cmdutil.StateUpdated, stateSkipped, cmdutil.StateFailed)
	if o.dryRun {
		sum = fmt.Sprintf("would create %d, update %d, skip %d, fail %d", out.count["create"], out.count["update"], out.count["skip"], failed)
		if n := out.count[cmdutil.StateUnchanged]; n > 0 {
			sum += fmt.Sprintf(", %d unchanged", n)
		}
	}
	o.app.Note("%s", sum)
	return errors.Join(err, verdict)
}

// warnOfLosses names, once for each file, what was written of it only in part.
func (o *importOptions) warnOfLosses(b *batch, i int, r *sync.Result) {
	if r.Action != sync.Create && r.Action != sync.Update {
		return
	}
	f := b.files[i]
	for _, loss := range []struct {
		what []string
		text string
	}{{r.Dropped, "%s: this server does not keep %s"}, {f.extra, "%s: %s next to the flow stay in the file only; servers do not keep them"}} {
		text := fmt.Sprintf(loss.text, f.path, strings.Join(loss.what, ", "))
		if len(loss.what) > 0 && !b.warned[text] {
			b.warned[text] = true
			o.app.Warn("%s", text)
		}
	}
}
