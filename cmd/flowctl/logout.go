package main

import (
	"cmp"
	"errors"

	"github.com/spf13/cobra"
)

func newLogoutCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "logout",
		Short: "Forget the token of a server",
		Long: `Forget the token of --profile, or else of the profile in use. The profile stays,
so that 'flowctl login' signs in again.

The token itself stays valid on the server until it expires or is revoked there.`,
		Example: `  flowctl logout
  flowctl logout --profile work`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.logout() },
	}
}

func (a *app) logout() error {
	name := cmp.Or(a.flags.profile, a.config.Profile)
	if a.flags.server != "" {
		if name = a.profileOf(a.flags.server); name == "" {
			return usageError{errors.New("no profile has this server; see 'flowctl profile list'")}
		}
	}
	if name == "" || name == localProfile {
		return usageError{errors.New("no server is in use, and the local store needs no token; name one with --profile")}
	}
	if _, ok := a.config.profile(name); !ok {
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
	a.note("Signed out of profile %q.", name)
	return nil
}
