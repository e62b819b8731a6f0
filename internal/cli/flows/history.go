package flows

import (
	"context"
	"fmt"
	"iter"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/history"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/client"
)

type historyOptions struct {
	app   *cmdutil.App
	out   cmdutil.OutputFlags
	limit int
}

func newHistoryCmd(a *cmdutil.App) *cobra.Command {
	o := &historyOptions{app: a, out: cmdutil.OutputFlags{Paged: true}}
	cmd := &cobra.Command{
		Use:        "history NAME",
		SuggestFor: []string{"log", "versions"},
		Short:      "List the versions of a flow, the newest first",
		Long: `Each write that changes what an author wrote makes a version; moved nodes make
none. NAME@VERSION names one for get, export, run, diff, label and rollback. On
Open WebUI, which keeps no versions, these are the commits of the flow's file in
git that changed the flow.

` + cmdutil.NameHelp,
		Example: `  flowctl history "Content review"
  flowctl history 3f2a -n 5
  flowctl diff "Content review@3" "Content review@7"`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: a.CompleteName,
		RunE:              o.run,
	}
	cmd.Flags().IntVarP(&o.limit, "limit", "n", 0, "at most `n` versions (default all)")
	o.out.Register(cmd)
	return cmd
}

func (o *historyOptions) run(cmd *cobra.Command, args []string) error {
	ctx := cmd.Context()
	if o.limit < 0 {
		return cmdutil.Usage(fmt.Errorf("--limit is %d; give 1 or more, or 0 for all", o.limit))
	}
	p, c, err := o.app.Begin(ctx, o.out)
	if err != nil {
		return err
	}
	flows, err := cmdutil.ResolveFlows(ctx, c, args)
	if err != nil {
		return err
	}
	h, err := o.app.History(ctx, cmdutil.VersionRef{Flow: flows[0], Name: args[0]})
	if err != nil {
		return err
	}
	if h.InGit {
		o.app.Note("the server keeps no versions; these are the commits of %s", h.Path())
		_, err = output.List(p, commitView(), first(o.limit, commits(ctx, h)))
		return err
	}
	_, err = output.List(p, versionView(), first(o.limit, c.Flows.Versions(ctx, h.ID)))
	return err
}

func commits(ctx context.Context, h *history.Flow) iter.Seq2[history.Commit, error] {
	return func(yield func(history.Commit, error) bool) {
		for c := range h.Commits(ctx) {
			if !yield(c, nil) {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(history.Commit{}, err)
		}
	}
}

// first returns the first limit items, all if that is 0.
func first[T any](limit int, items iter.Seq2[T, error]) iter.Seq2[T, error] {
	if limit == 0 {
		return items
	}
	return func(yield func(T, error) bool) {
		n := 0
		for item, err := range items {
			if n++; !yield(item, err) || n == limit {
				return
			}
		}
	}
}

func versionView() output.View[client.Version] {
	type column = output.Column[client.Version]
	number := func(v client.Version) string { return strconv.FormatInt(v.Number, 10) }
	return output.View[client.Version]{
		Columns: []column{
			{Title: "VERSION", Whole: true, Text: func(_ *output.Printer, v client.Version) string { return number(v) }},
			{Title: "TIME", Text: func(p *output.Printer, v client.Version) string { return p.Time(v.CreatedAt) }},
			{Title: "AUTHOR", Text: func(_ *output.Printer, v client.Version) string { return v.User.Name }},
			{Title: "LABELS", Text: func(_ *output.Printer, v client.Version) string { return strings.Join(v.Labels, ", ") }},
			{Title: "SIZE", Wide: true, Text: func(_ *output.Printer, v client.Version) string { return strconv.FormatInt(v.Size, 10) }},
			{Title: "DIGEST", Wide: true, Text: func(_ *output.Printer, v client.Version) string { return v.Digest }},
			{Title: "MESSAGE", Text: func(_ *output.Printer, v client.Version) string { return v.Message }},
		},
		Name: number,
	}
}

func commitView() output.View[history.Commit] {
	type column = output.Column[history.Commit]
	return output.View[history.Commit]{
		Columns: []column{
			{Title: "COMMIT", Whole: true, Text: func(_ *output.Printer, c history.Commit) string { return c.Short() }},
			{Title: "TIME", Text: func(p *output.Printer, c history.Commit) string { return p.Time(c.CreatedAt) }},
			{Title: "AUTHOR", Text: func(_ *output.Printer, c history.Commit) string { return c.User.Name }},
			{Title: "CHANGES", Text: func(_ *output.Printer, c history.Commit) string { return c.Summary() }},
			{Title: "MESSAGE", Text: func(_ *output.Printer, c history.Commit) string { return c.Message }},
		},
		Name: func(c history.Commit) string { return c.ID },
	}
}
