package serve

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/store"
)

func newGroupMembersCmd(d *database) *cobra.Command {
	return cmdutil.Group(&cobra.Command{
		Use:   "members",
		Short: "List, add and remove the members of a group",
		Long:  `A server that runs heeds a change within a second.`,
	}, newMembersListCmd(d), newMembersAddCmd(d), newMembersRemoveCmd(d))
}

func newMembersListCmd(d *database) *cobra.Command {
	var out cmdutil.OutputFlags
	cmd := &cobra.Command{
		Use:     "list GROUP",
		Aliases: []string{"ls"},
		Short:   "List the members of a group, the oldest account first",
		Example: `  flowctl server group members list reviewers`,
		Args:    cobra.ExactArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return d.listMembers(cmd.Context(), out, args[0]) },
	}
	out.Register(cmd)
	return cmd
}

func (d *database) listMembers(ctx context.Context, out cmdutil.OutputFlags, name string) error {
	p, err := d.app.Printer(out)
	if err != nil {
		return err
	}
	st, g, err := d.group(ctx, name)
	if err != nil {
		return err
	}
	users, err := st.Users(ctx)
	if err != nil {
		return err
	}
	users = slices.DeleteFunc(users, func(u store.User) bool { return !slices.Contains(g.Members, u.ID) })
	return printUsers(p, users)
}

func newMembersAddCmd(d *database) *cobra.Command {
	return &cobra.Command{
		Use:     "add GROUP EMAIL...",
		Short:   "Make users members of a group",
		Example: `  flowctl server group members add reviewers ann@example.com`,
		Args:    cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			st, g, ids, err := d.groupAndUsers(cmd.Context(), args)
			if err == nil {
				err = st.AddMembers(cmd.Context(), g.ID, ids...)
			}
			if err != nil {
				return err
			}
			return d.noteMembers(cmd.Context(), st, g.Name)
		},
	}
}

func newMembersRemoveCmd(d *database) *cobra.Command {
	return &cobra.Command{
		Use:     "remove GROUP EMAIL...",
		Aliases: []string{"rm"},
		Short:   "End the membership of users in a group",
		Example: `  flowctl server group members remove reviewers ann@example.com`,
		Args:    cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			st, g, ids, err := d.groupAndUsers(cmd.Context(), args)
			if err != nil {
				return err
			}
			for i, id := range ids {
				if !slices.Contains(g.Members, id) {
					return fmt.Errorf("%s is not a member of %s; nothing was changed", output.Text(args[1+i]), output.Text(g.Name))
				}
			}
			if err := st.RemoveMembers(cmd.Context(), g.ID, ids...); err != nil {
				return err
			}
			return d.noteMembers(cmd.Context(), st, g.Name)
		},
	}
}

// groupAndUsers opens a database that is there, and finds the group and the ids of the users
// that GROUP EMAIL... name.
func (d *database) groupAndUsers(ctx context.Context, args []string) (*store.Store, *store.Group, []string, error) {
	st, g, err := d.group(ctx, args[0])
	if err != nil {
		return nil, nil, nil, err
	}
	ids, err := accountIDs(ctx, st, args[1:])
	return st, g, ids, err
}

// noteMembers notes how many members a group has now.
func (d *database) noteMembers(ctx context.Context, st *store.Store, name string) error {
	g, err := st.GroupByName(ctx, name)
	if err == nil {
		d.app.Note("The group %s has %s now.", output.Text(name), output.Plural(len(g.Members), "member"))
	}
	return err
}
