package auth

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
)

type loginOptions struct {
	app           *cmdutil.App
	email         string
	tokenStdin    bool
	passwordStdin bool
}

func newLoginCmd(a *cmdutil.App) *cobra.Command {
	o := &loginOptions{app: a}
	cmd := &cobra.Command{
		Use:        "login",
		SuggestFor: []string{"signin", "auth"},
		Short:      "Sign in to a server",
		Long: `At a terminal you are asked for a key, or for e-mail and password. Scripts write
the secret to stdin: --token-stdin, or --email with --password-stdin.

The server is --server, or that of --profile, or that of the profile in use. It
is kept as a profile, named after its host unless --profile is given, which
commands use from then on. The token is checked, then kept in the system's
keyring or, without one, in tokens.json next to the configuration file.`,
		Example: `  flowctl login --server https://flows.example.com
  flowctl login --server https://flows.example.com --token-stdin < key.txt
  pass flows | flowctl login --email ann@example.com --password-stdin`,
		Args: cobra.NoArgs,
		RunE: o.run,
	}
	f := cmd.Flags()
	f.StringVar(&o.email, "email", "", "sign in with this `address` and its password")
	f.BoolVar(&o.tokenStdin, "token-stdin", false, "read the token or API key from stdin")
	f.BoolVar(&o.passwordStdin, "password-stdin", false, "read the password for --email from stdin")
	return cmd
}

func (o *loginOptions) run(cmd *cobra.Command, _ []string) error {
	a, ctx := o.app, cmd.Context()
	if err := o.check(); err != nil {
		return err
	}
	p, err := o.profile(ctx)
	if err != nil {
		return err
	}
	token, err := o.token(ctx, p)
	if err != nil {
		return err
	}
	c, err := a.ConnectTo(ctx, cmdutil.Target{Profile: p.Name, Server: p.Server, Token: token})
	if err != nil {
		return err
	}
	user, err := c.Auth.Whoami(ctx)
	if err != nil {
		return fmt.Errorf("check the token: %w", err)
	}
	if user.Role == "pending" { // Open WebUI lets it sign in, and refuses everything else
		return cmdutil.Denied(fmt.Errorf("the account %s at %s waits for approval; ask an administrator there, then sign in again", output.Text(user.Email), p.Server))
	}
	if p, err = a.WithFlags(p); err != nil {
		return err
	}
	var where string // the token is
	err = cmdutil.EditConfig(func(c *cmdutil.ConfigFile) error {
		c.Use(p.Name)
		if err := c.SetProfile(p); err != nil {
			return err
		}
		path, err := cmdutil.SaveToken(p.Name, token)
		where = path
		return err
	})
	if err != nil {
		return err
	}
	a.Note("Signed in to %s as %s (%s).", p.Server, user.Email, user.Role)
	a.Note("Profile %q is in use; its token is in %s.", p.Name, where)
	warnOverridden(a, p.Name, p.Server)
	return nil
}

// check finds flags that contradict each other.
func (o *loginOptions) check() error {
	token, email, asks := o.tokenStdin || o.app.Flags.Token != "", o.email != "", o.app.Interactive()
	switch {
	case token && email, o.tokenStdin && o.app.Flags.Token != "":
		return cmdutil.Usage(errors.New("--token-stdin, --email and --token exclude each other; give one of them"))
	case o.passwordStdin && !email:
		return cmdutil.Usage(errors.New("--password-stdin needs --email"))
	case !token && !email && !asks:
		return cmdutil.Usage(errors.New("there is no terminal to ask at; give --token-stdin, or --email with --password-stdin"))
	case email && !o.passwordStdin && !asks:
		return cmdutil.Usage(errors.New("there is no terminal to ask for the password at; add --password-stdin"))
	}
	return nil
}
