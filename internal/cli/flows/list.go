package flows

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"

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
	sort     string
	mine     bool
	shared   bool
	public   bool
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
share with you. Of an admin's it leaves out what is private to others, unless
with --all-users. MAY is what you may do: own, write or read. --deleted lists
what you deleted and 'flowctl restore' can take back, with the time of that.

--output name prints ids, for xargs; --output wide adds columns.`,
		Example: `  flowctl list --search review
  flowctl list --shared --sort name
  flowctl list -o json --jq '.[].name'`,
		Args:              cobra.NoArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              o.run,
	}
	f := cmd.Flags()
	f.StringVar(&o.search, "search", "", "only flows whose name contains `text`, case ignored")
	f.IntVarP(&o.limit, "limit", "n", 0, "at most `n` flows (default all)")
	cmdutil.EnumVar(cmd, &o.sort, "sort", "", "", "sort by `name|updated|created`, times newest first (default updated)", lookup.Orders()...)
	f.BoolVar(&o.mine, "mine", false, "only flows that you own")
	f.BoolVar(&o.shared, "shared", false, "only flows that others share with you and not with everybody")
	f.BoolVar(&o.public, "public", false, "only flows that everybody may read")
	f.BoolVar(&o.allUsers, "all-users", false, "flows of all users (admins only)")
	f.BoolVar(&o.deleted, "deleted", false, "only flows that were deleted and can be restored")
	o.out.Register(cmd)
	return cmd
}

func (o *listOptions) run(cmd *cobra.Command, _ []string) error {
	if o.limit < 0 {
		return cmdutil.Usage(fmt.Errorf("--limit is %d; give 1 or more, or 0 for all", o.limit))
	}
	sets := map[lookup.Set]bool{lookup.Mine: o.mine, lookup.Shared: o.shared, lookup.Public: o.public, lookup.AllUsers: o.allUsers, lookup.Deleted: o.deleted}
	maps.DeleteFunc(sets, func(_ lookup.Set, given bool) bool { return !given })
	if len(sets) > 1 {
		return cmdutil.Usage(errors.New("--mine, --shared, --public, --all-users and --deleted exclude each other; give one of them"))
	}
	set := lookup.Readable
	for set = range sets {
	}
	p, c, err := o.app.Begin(cmd.Context(), o.out)
	if err != nil {
		return err
	}
	ctx := cmd.Context()
	opts := client.ListOptions{Search: o.search, Limit: o.limit, Graph: p.Wide()}
	local := o.app.Connected.Local() && set != lookup.AllUsers // where all are the only user's
	if can, err := c.Capabilities(ctx); err == nil && !can.Owners && o.allUsers {
		// It does not say that it leaves any out.
		o.app.Warn("this server leaves out the private flows of others, for administrators too")
	}
	owners := lookup.NewOwners(c)
	view := flowView()
	switch {
	case o.deleted:
		view = withDeleted(view)
	case !local && !o.mine:
		opts.Owner = true
		view = withOwner(view,
			func(f flow.Flow) string { return ownerName(owners.Of(ctx, f)) },
			func(f flow.Flow) string { return mayDo(ctx, owners, f) })
	}
	n, err := output.List(p, view, owners.List(ctx, set, opts, o.sort))
	if err == nil && n == 0 && p.ForPeople() {
		o.app.Note("%s", o.nothing(set))
	}
	return err
}

// ownerName is what a list shows of whose a flow is.
func ownerName(owner lookup.Owner, err error) string {
	switch {
	case err != nil || owner.ID == "":
		return "-"
	case owner.Mine:
		return "you"
	}
	return cmp.Or(owner.Name, "-")
}

// mayDo is what a list shows of the caller's rights to a flow.
func mayDo(ctx context.Context, owners *lookup.Owners, f flow.Flow) string {
	owner, err := owners.Of(ctx, f)
	if err == nil && owner.Mine {
		return "own"
	}
	switch write, err := owners.MayWrite(ctx, f); {
	case err != nil:
		return "-"
	case write:
		return "write"
	}
	return "read"
}

// nothing returns what to do when there is nothing to show.
func (o *listOptions) nothing(set lookup.Set) string {
	switch {
	case o.deleted:
		return "No deleted flows."
	case o.search != "":
		return "No flow's name contains that text."
	case set == lookup.Shared:
		return "Nobody shares a flow with you."
	case set == lookup.Public:
		return "No flow is public."
	}
	return "No flows yet. Make one with 'flowctl new' or 'flowctl import FILE'."
}
