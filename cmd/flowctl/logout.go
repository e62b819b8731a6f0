package main

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/pkg/client"
)

func newLogoutCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:        "logout",
		SuggestFor: []string{"signout"},
		Short:      "Sign out of a server",
		Long: `The token of --profile, or of the profile in use, is forgotten, and the session
on the server ends. The profile stays: 'flowctl login' signs in again. An API
key is valid until it is revoked on the server, a token of Open WebUI until it
expires.`,
		Example: `  flowctl logout
  flowctl logout --profile work`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.logout(cmd.Context()) },
	}
}

func (a *app) logout(ctx context.Context) error {
	name := cmp.Or(a.flags.profile, a.config.Profile)
	if a.flags.server != "" {
		if name = a.profileOf(a.flags.server); name == "" {
			return usageError{errors.New("no profile has this server; see 'flowctl profile list'")}
		}
	}
	if name == "" || name == localProfile {
		return usageError{errors.New("no server is in use, and the local store needs no token; name one with --profile")}
	}
	p, ok := a.config.profile(name)
	if !ok {
		return noProfile(name)
	}
	token, err := readToken(name)
	if err != nil {
		return err
	}
	if err := dropToken(name); err != nil {
		return err
	}
	if token == "" {
		a.note("Profile %q had no token.", name)
		return nil
	}
	err = a.endSession(ctx, target{Profile: p.Name, Server: p.Server, Token: token})
	switch {
	case err == nil:
		a.note("Signed out of profile %q.", name)
	case errors.Is(err, client.ErrInvalid), errors.Is(err, client.ErrUnsupported):
		a.note("Signed out of profile %q. The token is forgotten here; the server takes it until it expires or is revoked.", name)
	case ctx.Err() != nil:
		return err
	default:
		a.warn("%v; the token is forgotten here, but the server takes it until it expires", err)
	}
	return nil
}

// endSession makes the token worthless. A server that is away does not keep
// anybody from signing out for long.
func (a *app) endSession(ctx context.Context, t target) error {
	c, err := a.connectTo(ctx, t)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	return c.Auth.SignOut(ctx)
}
