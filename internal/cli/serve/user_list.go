package serve

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/store"
)

// userRow is what `flowctl server user list -o json` prints of each user.
type userRow struct {
	store.User
	Password bool `json:"password"` // one is set
}

func newUserListCmd(d *database) *cobra.Command {
	var out cmdutil.OutputFlags
	cmd := &cobra.Command{
		Use:     "list",
		Aliases: []string{"ls"},
		Short:   "List users, the oldest first",
		Example: `  flowctl server user list --db flows.db`,
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return d.listUsers(cmd.Context(), out) },
	}
	out.Register(cmd)
	return cmd
}

func (d *database) listUsers(ctx context.Context, out cmdutil.OutputFlags) error {
	p, st, err := d.begin(ctx, out)
	if err != nil {
		return err
	}
	users, err := st.Users(ctx)
	if err != nil {
		return err
	}
	return printUsers(p, users)
}

func printUsers(p *output.Printer, users []store.User) error {
	rows := make([]userRow, len(users))
	for i, u := range users {
		rows[i] = userRow{u, u.PasswordHash != ""}
	}
	_, err := output.List(p, userView(), output.Seq(rows))
	return err
}

func userView() output.View[userRow] {
	type column = output.Column[userRow]
	return output.View[userRow]{
		Columns: []column{
			{Title: "EMAIL", Text: func(_ *output.Printer, u userRow) string { return u.Email }},
			{Title: "ROLE", Text: func(_ *output.Printer, u userRow) string { return string(u.Role) }},
			{Title: "NAME", Text: func(_ *output.Printer, u userRow) string { return u.Name }},
			{Title: "CREATED", Text: func(p *output.Printer, u userRow) string { return p.Time(u.CreatedAt) }},
			{Title: "PASSWORD", Wide: true, Text: func(_ *output.Printer, u userRow) string { return yesNo(u.Password) }},
			{Title: "ID", Wide: true, ID: true, Text: func(_ *output.Printer, u userRow) string { return u.ID }},
		},
		Name: func(u userRow) string { return u.Email },
	}
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

type userRemoveOptions struct {
	*database
	yes, flows bool
}

func newUserRemoveCmd(d *database) *cobra.Command {
	o := &userRemoveOptions{database: d}
	cmd := &cobra.Command{
		Use:     "remove EMAIL",
		Aliases: []string{"rm"},
		Short:   "Remove a user and their keys",
		Long:    `A user who owns flows is removed only with --flows, which removes those, too.`,
		Example: `  flowctl server user remove ann@example.com`,
		Args:    cobra.ExactArgs(1),
		RunE:    o.run,
	}
	cmd.Flags().BoolVarP(&o.yes, "yes", "y", false, "do not ask")
	cmd.Flags().BoolVar(&o.flows, "flows", false, "remove their flows too")
	return cmd
}

func (o *userRemoveOptions) run(cmd *cobra.Command, args []string) error {
	ctx := cmd.Context()
	st, u, err := o.account(ctx, args[0])
	if err != nil {
		return err
	}
	if err := keepAnAdmin(ctx, st, *u); err != nil {
		return err
	}
	what := fmt.Sprintf("Remove %s and their keys", u.Email)
	if o.flows {
		what += ", and all their flows"
	}
	if err := o.app.MustConfirm(ctx, what+"?", o.yes); err != nil {
		return err
	}
	flows, err := o.remove(ctx, st, u.ID)
	if err != nil {
		return err
	}
	o.app.Note("Removed %s and %d of their flows.", u.Email, flows)
	return nil
}

func (o *userRemoveOptions) remove(ctx context.Context, st *store.Store, id string) (flows int64, err error) {
	if o.flows {
		return st.RemoveUserAndFlows(ctx, id)
	}
	err = st.RemoveUser(ctx, id)
	if errors.Is(err, store.ErrInUse) {
		err = cmdutil.Conflict(fmt.Errorf("%w; --flows removes them", err))
	}
	return 0, err
}
