package flows

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/lookup"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

type listOptions struct {
	app      *cmdutil.App
	out      cmdutil.OutputFlags
	search   string
	limit    int
	mine     bool
	allUsers bool
	deleted  bool
}

func newListCmd(a *cmdutil.App) *cobra.Command {
	o := &listOptions{app: a, out: cmdutil.OutputFlags{Paged: true}}
	cmd := &cobra.Command{
		Use:        "list",
		SuggestFor: []string{"flows"},
		Aliases:    []string{"ls"},
		Short:      "List flows, the newest first",
		Long: `Lists the flows that you may read: yours, public ones, and those that others
share with you. --mine leaves out those of others. --deleted lists what you
deleted and 'flowctl restore' can take back, with the time of that.

--output name prints ids, for xargs; --output wide adds columns.`,
		Example: `  flowctl list --search review
  flowctl list --mine
  flowctl list -o json --jq '.[].name'`,
		Args:              cobra.NoArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              o.run,
	}
	f := cmd.Flags()
	f.StringVar(&o.search, "search", "", "only flows whose name contains `text`, case ignored")
	f.IntVarP(&o.limit, "limit", "n", 0, "at most `n` flows (default all)")
	f.BoolVar(&o.mine, "mine", false, "only flows that you own")
	f.BoolVar(&o.allUsers, "all-users", false, "flows of all users (admins only)")
	f.BoolVar(&o.deleted, "deleted", false, "only flows that were deleted and can be restored")
	o.out.Register(cmd)
	return cmd
}

func (o *listOptions) run(cmd *cobra.Command, _ []string) error {
	if o.limit < 0 {
		return cmdutil.Usage(fmt.Errorf("--limit is %d; give 1 or more, or 0 for all", o.limit))
	}
	if o.mine && o.allUsers {
		return cmdutil.Usage(errors.New("--mine and --all-users are opposites; give one of them"))
	}
	p, c, err := o.app.Begin(cmd.Context(), o.out)
	if err != nil {
		return err
	}
	flows, owners := o.flows(cmd.Context(), c, p)
	view := flowView()
	if owners != nil && !o.mine {
		view = withOwner(view, func(f flow.Flow) string { return o.owner(cmd.Context(), owners, f) })
	}
	if o.deleted {
		view = withDeleted(view)
	}
	n, err := output.List(p, view, flows)
	if err == nil && n == 0 && p.ForPeople() {
		o.app.Note("%s", o.nothing())
	}
	return err
}

// flows returns the flows to list, and what finds out whose they are, if that is of use: in
// the store of this machine all are its only user's.
func (o *listOptions) flows(ctx context.Context, c *client.Client, p *output.Printer) (iter.Seq2[flow.Flow, error], *lookup.Owners) {
	opts := client.ListOptions{Search: o.search, Limit: o.limit, AllUsers: o.allUsers, Graph: p.Wide()}
	if opts.Deleted = o.deleted; o.deleted || o.app.Connected.Local() && !o.allUsers {
		return c.Flows.All(ctx, opts), nil
	}
	can, err := c.Capabilities(ctx)
	if o.mine && can.Owners {
		return c.Flows.All(ctx, opts), nil
	}
	if opts.Owner = true; !o.allUsers && !o.mine {
		opts.Access = client.AccessRead
	}
	if o.allUsers && err == nil && !can.Owners {
		// It does not say that it leaves any out.
		o.app.Warn("this server leaves out the private flows of others, for administrators too")
	}
	owners := lookup.NewOwners(c)
	if !o.mine {
		return c.Flows.All(ctx, opts), owners
	}
	opts.Limit = 0 // of mine, which are counted here
	return mine(ctx, c.Flows.All(ctx, opts), owners, o.limit), owners
}

// mine leaves out flows of others, and all after the first limit, if that is not 0.
func mine(ctx context.Context, flows iter.Seq2[flow.Flow, error], owners *lookup.Owners, limit int) iter.Seq2[flow.Flow, error] {
	return func(yield func(flow.Flow, error) bool) {
		n := 0
		for f, err := range flows {
			var owner lookup.Owner
			if err == nil {
				owner, err = owners.Of(ctx, f)
			}
			if err != nil {
				yield(f, err)
				return
			}
			if !owner.Mine {
				continue
			}
			if n++; !yield(f, nil) || n == limit {
				return
			}
		}
	}
}

// owner is what a list shows of whose a flow is.
func (o *listOptions) owner(ctx context.Context, owners *lookup.Owners, f flow.Flow) string {
	const short = 8 // characters of an id
	owner, err := owners.Of(ctx, f)
	switch {
	case err != nil || owner.ID == "":
		return "-"
	case owner.Mine:
		return "you"
	case owner.Name != "":
		return owner.Name
	}
	return owner.ID[:min(len(owner.ID), short)]
}

// nothing returns what to do when there is nothing to show.
func (o *listOptions) nothing() string {
	switch {
	case o.deleted:
		return "No deleted flows."
	case o.search != "":
		return "No flow's name contains that text."
	}
	return "No flows yet. Make one with 'flowctl new' or 'flowctl import FILE'."
}
