package serve

import (
	"context"
	"errors"
	"fmt"
	"net/mail"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/server"
	"github.com/flowctl/flowctl/internal/store"
)

func newServerUserCmd(d *database) *cobra.Command {
	return cmdutil.Group(&cobra.Command{
		Use:   "user",
		Short: "Manage users",
		Long: `The users are those of the database in --db, whether or not a server runs on it.
An admin sees all flows, a user their own and those shared with them, a pending
user nothing.`,
	}, newUserAddCmd(d), newUserListCmd(d), newUserUpdateCmd(d), newUserPasswdCmd(d), newUserRemoveCmd(d))
}

type userAddOptions struct {
	*database
	out           cmdutil.OutputFlags
	role, name    string
	passwordStdin bool
}

// addedUser is what `flowctl server user add -o json` prints. The key is shown
// this once.
type addedUser struct {
	ID    string     `json:"id"`
	Email string     `json:"email"`
	Role  store.Role `json:"role"`
	Key   string     `json:"key"`
}

func newUserAddCmd(d *database) *cobra.Command {
	o := &userAddOptions{database: d}
	cmd := &cobra.Command{
		Use:   "add EMAIL",
		Short: "Add a user, and print their API key",
		Long: `The API key is printed on stdout, this once. A password is only needed to sign
in with it: by 'flowctl login --email', or in a browser.

The first user of a database must be an admin. Adding one makes the database, in
a folder that is there.`,
		Example: `  flowctl server user add root@example.com --role admin
  flowctl server user add ann@example.com
  flowctl server user add ci@example.com --role user -o json --jq .key`,
		Args: cobra.ExactArgs(1),
		RunE: o.run,
	}
	f := cmd.Flags()
	roleVar(cmd, &o.role, store.RoleUser)
	f.StringVar(&o.name, "name", "", "what to call them")
	f.BoolVar(&o.passwordStdin, "password-stdin", false, "read a password for them from stdin")
	o.out.Register(cmd)
	return cmd
}

func roleVar(cmd *cobra.Command, p *string, value store.Role) {
	cmdutil.EnumVar(cmd, p, "role", "", string(value), "admin, user or pending", string(store.RoleAdmin), string(store.RoleUser), string(store.RolePending))
}

func (o *userAddOptions) run(cmd *cobra.Command, args []string) error {
	ctx := cmd.Context()
	p, err := o.app.Printer(o.out)
	if err != nil {
		return err
	}
	u := store.User{Email: args[0], Name: o.name, Role: store.Role(o.role)}
	if err := checkUser(u); err != nil {
		return err
	}
	if o.passwordStdin {
		if u.PasswordHash, err = newPassword(ctx, o.app, true); err != nil {
			return err
		}
	}
	st, err := o.openFor(ctx, u.Role)
	if err != nil {
		return err
	}
	key, err := addUser(ctx, st, &u)
	if err != nil {
		return err
	}
	if p.ForPeople() {
		o.app.Note("Added %s (%s). The API key, shown this once:", u.Email, u.Role)
	}
	return printKey(o.app, p, u.Email, key, addedUser{ID: u.ID, Email: u.Email, Role: u.Role, Key: key})
}

// addUser adds a user with a key: both, or neither.
func addUser(ctx context.Context, st *store.Store, u *store.User) (key string, err error) {
	if err := st.AddUser(ctx, u); err != nil {
		if errors.Is(err, store.ErrExists) {
			return "", cmdutil.Conflict(fmt.Errorf("%w; 'flowctl server user update' changes it, 'flowctl server key add' makes another key", err))
		}
		return "", err
	}
	key, _, err = server.NewKey(ctx, st, u.ID, "first key")
	if err != nil {
		return "", errors.Join(err, st.RemoveUser(context.WithoutCancel(ctx), u.ID))
	}
	return key, nil
}

// printKey prints a new key of the user with that e-mail: alone, or in the JSON
// that a format asks for.
func printKey(a *cmdutil.App, p *output.Printer, email, key string, whole any) (err error) {
	if p.ForPeople() {
		_, err = fmt.Fprintln(a.Out, key)
	} else {
		err = output.Item(p, output.View[any]{Name: func(any) string { return key }}, whole)
	}
	if err != nil {
		return fmt.Errorf("print the key: %w; it is lost: make another with 'flowctl server key add %s'", err, email)
	}
	return nil
}

// checkUser refuses what is wrong with an account's flags.
func checkUser(u store.User) error {
	if a, err := mail.ParseAddress(u.Email); err != nil || a.Address != u.Email {
		return cmdutil.Usage(fmt.Errorf("%q is not an e-mail address", u.Email))
	}
	return nil
}
