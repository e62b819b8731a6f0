package auth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/client"
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
	where, err := keepLogin(p, token)
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
	ways := 0
	for _, given := range []bool{o.tokenStdin, o.email != "", o.app.Flags.Token != ""} {
		if given {
			ways++
		}
	}
	switch {
	case ways > 1:
		return cmdutil.Usage(errors.New("--token-stdin, --email and --token exclude each other; give one of them"))
	case o.passwordStdin && o.email == "":
		return cmdutil.Usage(errors.New("--password-stdin needs --email"))
	case ways == 0 && !o.app.Interactive():
		return cmdutil.Usage(errors.New("there is no terminal to ask at; give --token-stdin, or --email with --password-stdin"))
	case o.email != "" && !o.passwordStdin && !o.app.Interactive():
		return cmdutil.Usage(errors.New("there is no terminal to ask for the password at; add --password-stdin"))
	}
	return nil
}

// profile finds the server to sign in to, and the name to keep it under.
func (o *loginOptions) profile(ctx context.Context) (cmdutil.Profile, error) {
	a := o.app
	p, err := o.server(ctx)
	if err != nil {
		return p, err
	}
	c, err := client.New(p.Server)
	if err != nil {
		return p, cmdutil.Usage(err)
	}
	p.Server = c.BaseURL()
	if u, err := url.Parse(p.Server); err == nil && u.Scheme == "http" && !isLoopback(u.Hostname()) {
		a.Warn("%s is not encrypted: others on the way can read the token", p.Server)
	}
	if p.Name = cmp.Or(p.Name, a.ProfileOf(p.Server)); p.Name == "" {
		_, p.Name, _ = strings.Cut(p.Server, "://")
	}
	return p, checkProfileName(p.Name)
}

// server finds the server as the user wrote it: --server, that of --profile,
// FLOWCTL_SERVER, that of the profile in use, or what they answer.
func (o *loginOptions) server(ctx context.Context) (p cmdutil.Profile, err error) {
	a := o.app
	if name := a.Flags.Profile; name != "" {
		if err := checkProfileName(name); err != nil {
			return p, err
		}
		p, _ = a.Config.ProfileNamed(name)
		p.Name = name
	}
	p.Server = cmp.Or(a.Flags.Server, p.Server, os.Getenv("FLOWCTL_SERVER"))
	if p.Server == "" && p.Name == "" {
		p, _ = a.Config.ProfileNamed(a.Config.Profile)
	}
	switch {
	case p.Server != "":
	case !a.Interactive():
		err = cmdutil.Usage(errors.New("which server? Add --server URL"))
	default:
		p.Server, err = a.Ask(ctx, "URL of the server:")
	}
	return p, err
}

// isLoopback reports whether a host is this machine and nothing else.
func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// token returns the token to be stored: as it is given, or for a password.
func (o *loginOptions) token(ctx context.Context, p cmdutil.Profile) (string, error) {
	a := o.app
	email := o.email
	switch {
	case a.Flags.Token != "":
		return a.Flags.Token, nil
	case o.tokenStdin:
		return a.SecretFromStdin(ctx, "Token")
	case email == "":
		token, address, err := o.askWay(ctx, p)
		if err != nil || token != "" {
			return token, err
		}
		email = address
	}
	password, err := o.password(ctx)
	if err != nil {
		return "", err
	}
	c, err := a.ConnectTo(ctx, cmdutil.Target{Server: p.Server})
	if err != nil {
		return "", err
	}
	session, err := c.Auth.SignIn(ctx, email, password)
	if e := (*client.Error)(nil); errors.As(err, &e) && wrongPassword(e) {
		err = cmdutil.Denied(fmt.Errorf("sign in to %s: e-mail or password is wrong; try again, or use an API key", p.Server))
	}
	return session.Token, err
}

// wrongPassword reports whether a server refused to sign in for what was sent: ours
// with 401, Open WebUI with 400 (routers/auths.py, signin).
func wrongPassword(e *client.Error) bool {
	return e.StatusCode == http.StatusBadRequest || e.StatusCode == http.StatusUnauthorized
}

// askWay asks at the terminal how to sign in, and returns a token or the e-mail
// address of an account. A secret that was typed in the wrong place is not repeated.
func (o *loginOptions) askWay(ctx context.Context, p cmdutil.Profile) (token, email string, err error) {
	a := o.app
	fmt.Fprintln(a.Err, output.Text("Sign in to "+p.Server+" with an API key (in Open WebUI: Settings, Account, API keys), or with e-mail and password."))
	answer, err := a.Ask(ctx, "Press Enter to paste a key, or type your e-mail:")
	if err != nil {
		return "", "", err
	}
	switch {
	case strings.Contains(answer, "@"):
		return "", answer, nil
	case answer != "":
		a.Warn("this is not an e-mail address; it is taken for the key, and it was visible on the screen")
		return answer, "", nil
	}
	token, err = a.AskSecret(ctx, "API key or token:")
	return token, "", err
}

func (o *loginOptions) password(ctx context.Context) (string, error) {
	if o.passwordStdin {
		return o.app.SecretFromStdin(ctx, "Password")
	}
	return o.app.AskSecret(ctx, "Password:")
}

// keepLogin stores the token and makes the profile the one in use: both, or
// neither. It returns the name of the place where the token is, for messages.
func keepLogin(p cmdutil.Profile, token string) (where string, err error) {
	before, err := cmdutil.ReadToken(p.Name)
	if err != nil {
		return "", err
	}
	if where, err = cmdutil.SaveToken(p.Name, token); err != nil {
		return "", err
	}
	err = cmdutil.EditConfig(func(c *cmdutil.ConfigFile) error {
		c.Use(p.Name)
		return c.SetProfile(p)
	})
	switch {
	case err == nil:
		return where, nil
	case before == "":
		return "", errors.Join(err, cmdutil.DropToken(p.Name))
	}
	_, undone := cmdutil.SaveToken(p.Name, before)
	return "", errors.Join(err, undone)
}

// warnOverridden says so when the environment goes before the profile that was
// just made the one in use.
func warnOverridden(a *cmdutil.App, name, server string) {
	switch of := os.Getenv("FLOWCTL_SERVER"); {
	case of != "" && !cmdutil.SameServer(of, server):
		a.Warn("FLOWCTL_SERVER is set and goes before the profile; unset it")
	case os.Getenv("FLOWCTL_TOKEN") != "" && server != "":
		a.Warn("FLOWCTL_TOKEN is set and goes before the stored token; unset it")
	case of == "" && os.Getenv("FLOWCTL_PROFILE") != "" && os.Getenv("FLOWCTL_PROFILE") != name:
		a.Warn("FLOWCTL_PROFILE is set and goes before the profile in use; unset it")
	}
}
