package auth

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/client"
)

type whoamiOptions struct {
	app *cmdutil.App
	out cmdutil.OutputFlags
}

// identity is what `flowctl whoami -o json` prints.
type identity struct {
	client.User
	Profile string `json:"profile,omitempty"` // "" for a server named by its URL alone
	Server  string `json:"server,omitempty"`  // "" for the local store

	Groups []client.Entry `json:"groups,omitempty"`
}

func newWhoamiCmd(a *cmdutil.App) *cobra.Command {
	o := &whoamiOptions{app: a}
	cmd := &cobra.Command{
		Use:        "whoami",
		SuggestFor: []string{"me"},
		Short:      "Show who you are, and where",
		Long: `Shows the account, its groups, and the server that commands use. The server is
asked, so this checks the token, too.`,
		Example: `  flowctl whoami
  flowctl whoami --profile work -o json --jq .role`,
		Args: cobra.NoArgs,
		RunE: o.run,
	}
	o.out.Register(cmd)
	return cmd
}

func (o *whoamiOptions) run(cmd *cobra.Command, _ []string) error {
	p, c, err := o.app.Begin(cmd.Context(), o.out)
	if err != nil {
		return err
	}
	t := o.app.Connected
	user, err := c.Auth.Whoami(cmd.Context())
	if err != nil {
		return err
	}
	groups, err := ownGroups(cmd.Context(), c, user.ID)
	if err != nil {
		return err
	}
	type column = output.Column[identity]
	view := output.View[identity]{
		Columns: []column{
			{Title: "EMAIL", Text: func(_ *output.Printer, i identity) string { return i.Email }},
			{Title: "ROLE", Text: func(_ *output.Printer, i identity) string { return i.Role }},
			{Title: "WHERE", Text: func(*output.Printer, identity) string { return cmp.Or(t.Server, "the local store") }},
			{Title: "PROFILE", Text: func(_ *output.Printer, i identity) string { return i.Profile }},
			{Title: "NAME", Wide: true, Text: func(_ *output.Printer, i identity) string { return i.Name }},
			{Title: "ID", Wide: true, ID: true, Text: func(_ *output.Printer, i identity) string { return i.ID }},
		},
		Name: func(i identity) string { return i.Email },
	}
	if len(groups) > 0 {
		view.Columns = append(view.Columns, column{Title: "GROUPS", Text: func(_ *output.Printer, i identity) string { return groupNames(i.Groups) }})
	}
	return output.Item(p, view, identity{User: user, Profile: t.Profile, Server: t.Server, Groups: groups})
}

// ownGroups lists the groups of an account: an administrator is shown all. Where they are not
// shown it has none.
func ownGroups(ctx context.Context, c *client.Client, id string) (own []client.Entry, err error) {
	groups, err := c.Directory.Groups(ctx)
	if errors.As(err, new(*client.Error)) && ctx.Err() == nil {
		return nil, nil
	}
	for _, g := range groups {
		if slices.Contains(g.Members, id) {
			own = append(own, client.Entry{ID: g.ID, Name: g.Name})
		}
	}
	return own, err
}

func groupNames(groups []client.Entry) string {
	names := make([]string, len(groups))
	for i, g := range groups {
		names[i] = g.Name
	}
	return strings.Join(names, ", ")
}
