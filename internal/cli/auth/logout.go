package auth

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/pkg/client"
)

func newLogoutCmd(a *cmdutil.App) *cobra.Command {
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
		RunE: func(cmd *cobra.Command, _ []string) error { return logout(cmd.Context(), a) },
	}
}

func logout(ctx context.Context, a *cmdutil.App) error {
	name := cmp.Or(a.Flags.Profile, a.Config.Profile)
	if a.Flags.Server != "" {
		if name = a.ProfileOf(a.Flags.Server); name == "" {
			return cmdutil.Usage(errors.New("no profile has this server; see 'flowctl profile list'"))
		}
	}
	if name == "" || name == cmdutil.LocalProfile {
		return cmdutil.Usage(errors.New("no server is in use, and the local store needs no token; name one with --profile"))
	}
	p, ok := a.Config.ProfileNamed(name)
	if !ok {
		return cmdutil.NoProfile(name)
	}
	token, err := cmdutil.ReadToken(name)
	if err != nil {
		return err
	}
	if err := cmdutil.DropToken(name); err != nil {
		return err
	}
	if token == "" {
		a.Note("Profile %q had no token.", name)
		return nil
	}
	err = endSession(ctx, a, cmdutil.Target{Profile: p.Name, Server: p.Server, Token: token})
	switch {
	case err == nil:
		a.Note("Signed out of profile %q.", name)
	case errors.Is(err, client.ErrInvalid), errors.Is(err, client.ErrUnsupported):
		a.Note("Signed out of profile %q. The token is forgotten here; the server takes it until it expires or is revoked.", name)
	case ctx.Err() != nil:
		return err
	default:
		a.Warn("%v; the token is forgotten here, but the server takes it until it expires", err)
	}
	return nil
}

// endSession makes the token worthless. A server that is away does not keep
// anybody from signing out for long.
func endSession(ctx context.Context, a *cmdutil.App, t cmdutil.Target) error {
	c, err := a.ConnectTo(ctx, t)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	return c.Auth.SignOut(ctx)
}
