package main

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

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/client"
)

type loginOptions struct {
	app           *app
	email         string
	tokenStdin    bool
	passwordStdin bool
}

func newLoginCmd(a *app) *cobra.Command {
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
	c, err := a.connectTo(ctx, target{Profile: p.Name, Server: p.Server, Token: token})
	if err != nil {
		return err
	}
	user, err := c.Auth.Whoami(ctx)
	if err != nil {
		return fmt.Errorf("check the token: %w", err)
	}
	if user.Role == "pending" { // the real backend lets it sign in, and refuses everything else
		return deniedError{fmt.Errorf("the account %s at %s waits for approval; ask an administrator there, then sign in again", output.Text(user.Email), p.Server)}
	}
	if p, err = a.given(p); err != nil {
		return err
	}
	where, err := keepLogin(p, token)
	if err != nil {
		return err
	}
	a.note("Signed in to %s as %s (%s).", p.Server, user.Email, user.Role)
	a.note("Profile %q is in use; its token is in %s.", p.Name, where)
	a.warnOverridden(p.Name, p.Server)
	return nil
}

// check finds flags that contradict each other.
func (o *loginOptions) check() error {
	ways := 0
	for _, given := range []bool{o.tokenStdin, o.email != "", o.app.flags.token != ""} {
		if given {
			ways++
		}
	}
	switch {
	case ways > 1:
		return usageError{errors.New("--token-stdin, --email and --token exclude each other; give one of them")}
	case o.passwordStdin && o.email == "":
		return usageError{errors.New("--password-stdin needs --email")}
	case ways == 0 && !o.app.interactive():
		return usageError{errors.New("there is no terminal to ask at; give --token-stdin, or --email with --password-stdin")}
	case o.email != "" && !o.passwordStdin && !o.app.interactive():
		return usageError{errors.New("there is no terminal to ask for the password at; add --password-stdin")}
	}
	return nil
}

// profile finds the server to sign in to, and the name to keep it under.
func (o *loginOptions) profile(ctx context.Context) (Profile, error) {
	a := o.app
	p, err := o.server(ctx)
	if err != nil {
		return p, err
	}
	c, err := client.New(p.Server)
	if err != nil {
		return p, usageError{err}
	}
	p.Server = c.BaseURL()
	if u, err := url.Parse(p.Server); err == nil && u.Scheme == "http" && !isLoopback(u.Hostname()) {
		a.warn("%s is not encrypted: others on the way can read the token", p.Server)
	}
	if p.Name = cmp.Or(p.Name, a.profileOf(p.Server)); p.Name == "" {
		_, p.Name, _ = strings.Cut(p.Server, "://")
	}
	return p, checkProfileName(p.Name)
}

// server finds the server as the user wrote it: --server, that of --profile,
// FLOWCTL_SERVER, that of the profile in use, or what they answer.
func (o *loginOptions) server(ctx context.Context) (p Profile, err error) {
	a := o.app
	if name := a.flags.profile; name != "" {
		if err := checkProfileName(name); err != nil {
			return p, err
		}
		p, _ = a.config.profile(name)
		p.Name = name
	}
	p.Server = cmp.Or(a.flags.server, p.Server, os.Getenv("FLOWCTL_SERVER"))
	if p.Server == "" && p.Name == "" {
		p, _ = a.config.profile(a.config.Profile)
	}
	switch {
	case p.Server != "":
	case !a.interactive():
		err = usageError{errors.New("which server? Add --server URL")}
	default:
		p.Server, err = a.ask(ctx, "URL of the server:")
	}
	return p, err
}

// isLoopback tells whether a host is this machine and nothing else.
func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// token returns the token to be stored: as it is given, or for a password.
func (o *loginOptions) token(ctx context.Context, p Profile) (string, error) {
	a := o.app
	email := o.email
	switch {
	case a.flags.token != "":
		return a.flags.token, nil
	case o.tokenStdin:
		return a.secretFromStdin(ctx, "Token")
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
	c, err := a.connectTo(ctx, target{Server: p.Server})
	if err != nil {
		return "", err
	}
	session, err := c.Auth.SignIn(ctx, email, password)
	if e := (*client.Error)(nil); errors.As(err, &e) && wrongPassword(e) {
		err = deniedError{fmt.Errorf("sign in to %s: e-mail or password is wrong; try again, or use an API key", p.Server)}
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
func (o *loginOptions) askWay(ctx context.Context, p Profile) (token, email string, err error) {
	a := o.app
	fmt.Fprintln(a.err, output.Text("Sign in to "+p.Server+" with an API key (in Open WebUI: Settings, Account, API keys), or with e-mail and password."))
	answer, err := a.ask(ctx, "Press Enter to paste a key, or type your e-mail:")
	if err != nil {
		return "", "", err
	}
	switch {
	case strings.Contains(answer, "@"):
		return "", answer, nil
	case answer != "":
		a.warn("this is not an e-mail address; it is taken for the key, and it was visible on the screen")
		return answer, "", nil
	}
	token, err = a.askSecret(ctx, "API key or token:")
	return token, "", err
}

func (o *loginOptions) password(ctx context.Context) (string, error) {
	if o.passwordStdin {
		return o.app.secretFromStdin(ctx, "Password")
	}
	return o.app.askSecret(ctx, "Password:")
}

// keepLogin stores the token and makes the profile the one in use: both, or
// neither. It tells where the token is.
func keepLogin(p Profile, token string) (where string, err error) {
	before, err := readToken(p.Name)
	if err != nil {
		return "", err
	}
	if where, err = saveToken(p.Name, token); err != nil {
		return "", err
	}
	err = editConfig(func(c *configFile) error {
		c.use(p.Name)
		return c.setProfile(p)
	})
	switch {
	case err == nil:
		return where, nil
	case before == "":
		return "", errors.Join(err, dropToken(p.Name))
	}
	_, undone := saveToken(p.Name, before)
	return "", errors.Join(err, undone)
}

// warnOverridden says so when the environment goes before the profile that was
// just made the one in use.
func (a *app) warnOverridden(name, server string) {
	switch of := os.Getenv("FLOWCTL_SERVER"); {
	case of != "" && !sameServer(of, server):
		a.warn("FLOWCTL_SERVER is set and goes before the profile; unset it")
	case os.Getenv("FLOWCTL_TOKEN") != "" && server != "":
		a.warn("FLOWCTL_TOKEN is set and goes before the stored token; unset it")
	case of == "" && os.Getenv("FLOWCTL_PROFILE") != "" && os.Getenv("FLOWCTL_PROFILE") != name:
		a.warn("FLOWCTL_PROFILE is set and goes before the profile in use; unset it")
	}
}
