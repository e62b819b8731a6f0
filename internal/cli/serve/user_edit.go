package serve

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/server"
	"github.com/flowctl/flowctl/internal/store"
)

func newUserUpdateCmd(d *database) *cobra.Command {
	var email, name, role string
	cmd := &cobra.Command{
		Use:     "update EMAIL",
		Short:   "Change the role, name or e-mail of a user",
		Example: `  flowctl server user update ann@example.com --role admin`,
		Args:    cobra.ExactArgs(1),
	}
	f := cmd.Flags()
	roleVar(cmd, &role, "")
	f.StringVar(&name, "name", "", "what to call them")
	f.StringVar(&email, "email", "", "their new `address`")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if !f.Changed("role") && !f.Changed("name") && !f.Changed("email") {
			return cmdutil.Usage(errors.New("nothing to change; give --role, --name or --email"))
		}
		return d.updateUser(cmd.Context(), args[0], func(u *store.User) {
			if f.Changed("role") {
				u.Role = store.Role(role)
			}
			if f.Changed("name") {
				u.Name = name
			}
			if f.Changed("email") {
				u.Email = strings.ToLower(email) // as the store keeps it
			}
		})
	}
	return cmd
}

func (d *database) updateUser(ctx context.Context, email string, change func(*store.User)) error {
	st, u, err := d.account(ctx, email)
	if err != nil {
		return err
	}
	was := *u
	change(u)
	if err := checkUser(*u); err != nil {
		return err
	}
	if u.Role != store.RoleAdmin {
		if err := keepAnAdmin(ctx, st, was); err != nil {
			return err
		}
	}
	if err := st.UpdateUser(ctx, *u); err != nil {
		if errors.Is(err, store.ErrExists) {
			return cmdutil.Conflict(err)
		}
		return err
	}
	d.app.Note("%s is %s now.", u.Email, withArticle(u.Role))
	return nil
}

func withArticle(r store.Role) string {
	switch r {
	case store.RoleAdmin:
		return "an admin"
	case store.RolePending:
		return "pending"
	default:
		return "a user"
	}
}

// keepAnAdmin refuses to lose the last admin, who alone can reach everything.
func keepAnAdmin(ctx context.Context, st *store.Store, u store.User) error {
	if u.Role != store.RoleAdmin {
		return nil
	}
	users, err := st.Users(ctx)
	if err != nil {
		return err
	}
	for _, other := range users {
		if other.Role == store.RoleAdmin && other.ID != u.ID {
			return nil
		}
	}
	return fmt.Errorf("%s is the only admin; make another one first", u.Email)
}

func newUserPasswdCmd(d *database) *cobra.Command {
	var fromStdin bool
	cmd := &cobra.Command{
		Use:   "passwd EMAIL",
		Short: "Set the password of a user",
		Long: `Set the password of a user, asked for twice on a terminal. Their sessions end;
their API keys stay.`,
		Example: `  flowctl server user passwd ann@example.com
  flowctl server user passwd ann@example.com --password-stdin < password.txt`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return d.setPassword(cmd.Context(), args[0], fromStdin)
		},
	}
	cmd.Flags().BoolVar(&fromStdin, "password-stdin", false, "read the password from stdin")
	return cmd
}

func (d *database) setPassword(ctx context.Context, email string, fromStdin bool) error {
	if !fromStdin && !d.app.Interactive() {
		return cmdutil.Usage(errors.New("there is no terminal to ask for the password at; add --password-stdin"))
	}
	st, u, err := d.account(ctx, email)
	if err != nil {
		return err
	}
	hash, err := newPassword(ctx, d.app, fromStdin)
	if err != nil {
		return err
	}
	if err := st.SetPassword(ctx, u.ID, hash); err != nil {
		return err
	}
	d.app.Note("The password of %s is set.", u.Email)
	return nil
}

// newPassword returns the hash of a new password, from stdin or asked for twice.
func newPassword(ctx context.Context, a *cmdutil.App, fromStdin bool) (hash string, err error) {
	var password string
	if fromStdin {
		password, err = a.SecretFromStdin(ctx, "Password:")
	} else {
		password, err = askTwice(ctx, a)
	}
	if err != nil {
		return "", err
	}
	hash, err = server.HashPassword(password)
	if errors.Is(err, server.ErrPassword) {
		return "", cmdutil.Usage(err)
	}
	return hash, err
}

func askTwice(ctx context.Context, a *cmdutil.App) (string, error) {
	password, err := a.AskSecret(ctx, "New password:")
	if err != nil {
		return "", err
	}
	again, err := a.AskSecret(ctx, "Again:")
	if err == nil && again != password {
		err = errors.New("the two passwords differ; nothing was changed")
	}
	return password, err
}
