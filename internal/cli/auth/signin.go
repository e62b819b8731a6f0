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

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/client"
)

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
		return a.SecretFromStdin(ctx, "Token:")
	case email == "":
		token, address, err := o.askWay(ctx, p)
		if err != nil || token != "" {
			return token, err
		}
		email = address
	}
	ask := a.AskSecret
	if o.passwordStdin {
		ask = a.SecretFromStdin
	}
	password, err := ask(ctx, "Password:")
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
