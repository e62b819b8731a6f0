package serve

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/spell"
	"github.com/flowctl/flowctl/internal/store"
)

func newServerGroupCmd(d *database) *cobra.Command {
	return cmdutil.Group(&cobra.Command{
		Use:   "group",
		Short: "Manage groups of users",
		Long: `A flow can be shared with a group: its members may read or change the flow, as
long as they are members. 'flowctl share' does that. The groups are those of the
database in --db, whether or not a server runs on it.`,
	}, newGroupAddCmd(d), newGroupListCmd(d), newGroupRemoveCmd(d), newGroupMembersCmd(d))
}

func newGroupAddCmd(d *database) *cobra.Command {
	return &cobra.Command{
		Use:   "add GROUP [EMAIL...]",
		Short: "Add a group, and make users its members",
		Example: `  flowctl server group add reviewers
  flowctl server group add reviewers ann@example.com bob@example.com`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return d.addGroup(cmd.Context(), args[0], args[1:]) },
	}
}

func (d *database) addGroup(ctx context.Context, name string, emails []string) error {
	if strings.TrimSpace(name) == "" {
		return cmdutil.Usage(errors.New("the name is empty; give the group a name"))
	}
	st, err := d.existing(ctx)
	if err != nil {
		return err
	}
	ids, err := accountIDs(ctx, st, emails)
	if err != nil {
		return err
	}
	g, err := st.AddGroup(ctx, name)
	if errors.Is(err, store.ErrExists) {
		return cmdutil.Conflict(fmt.Errorf("%w; 'flowctl server group members add' adds to it", err))
	}
	if err == nil {
		err = st.AddMembers(ctx, g.ID, ids...)
	}
	if err != nil {
		return err
	}
	d.app.Note("Added the group %s with %s.", output.Text(name), output.Plural(len(ids), "member"))
	return nil
}

// accountIDs returns the ids of the accounts with those e-mails.
func accountIDs(ctx context.Context, st *store.Store, emails []string) (ids []string, err error) {
	for _, email := range emails {
		u, err := accountIn(ctx, st, email)
		if err != nil {
			return nil, err
		}
		ids = append(ids, u.ID)
	}
	return ids, nil
}

// group opens a database that is there, and finds a group by its name.
func (d *database) group(ctx context.Context, name string) (*store.Store, *store.Group, error) {
	st, err := d.existing(ctx)
	if err != nil {
		return nil, nil, err
	}
	g, err := st.GroupByName(ctx, name)
	if !errors.Is(err, store.ErrNotFound) {
		return st, g, err
	}
	all, err := st.Groups(ctx, "")
	if err != nil {
		return nil, nil, err
	}
	names := make([]string, len(all))
	for i, g := range all {
		names[i] = g.Name
	}
	hint := spell.DidYouMean(name, names)
	if hint == "" {
		hint = "; see 'flowctl server group list'"
	}
	return nil, nil, fmt.Errorf("no group %q%s", name, hint)
}

func newGroupListCmd(d *database) *cobra.Command {
	var out cmdutil.OutputFlags
	cmd := &cobra.Command{
		Use:     "list",
		Aliases: []string{"ls"},
		Short:   "List groups, what changed last first",
		Example: `  flowctl server group list --db flows.db`,
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return d.listGroups(cmd.Context(), out) },
	}
	out.Register(cmd)
	return cmd
}

func (d *database) listGroups(ctx context.Context, out cmdutil.OutputFlags) error {
	p, st, err := d.begin(ctx, out)
	if err != nil {
		return err
	}
	groups, err := st.Groups(ctx, "")
	if err != nil {
		return err
	}
	type column = output.Column[store.Group]
	view := output.View[store.Group]{
		Columns: []column{
			{Title: "NAME", Text: func(_ *output.Printer, g store.Group) string { return g.Name }},
			{Title: "MEMBERS", Text: func(_ *output.Printer, g store.Group) string { return fmt.Sprint(len(g.Members)) }},
			{Title: "CHANGED", Text: func(p *output.Printer, g store.Group) string { return p.Time(g.UpdatedAt) }},
			{Title: "ID", Wide: true, ID: true, Text: func(_ *output.Printer, g store.Group) string { return g.ID }},
		},
		Name: func(g store.Group) string { return g.Name },
	}
	_, err = output.List(p, view, output.Seq(groups))
	return err
}

func newGroupRemoveCmd(d *database) *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:     "remove GROUP",
		Aliases: []string{"rm"},
		Short:   "Remove a group, and with it the rights of its members",
		Example: `  flowctl server group remove reviewers`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			st, g, err := d.group(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			ask := fmt.Sprintf("Remove the group %s, which has %s?", output.Text(g.Name), output.Plural(len(g.Members), "member"))
			if err := d.app.MustConfirm(cmd.Context(), ask, yes); err != nil {
				return err
			}
			if err := st.RemoveGroup(cmd.Context(), g.ID); err != nil {
				return err
			}
			d.app.Note("Removed the group %s.", output.Text(g.Name))
			return nil
		},
	}
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	return cmd
}
