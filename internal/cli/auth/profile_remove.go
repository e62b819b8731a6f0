package auth

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
)

func newProfileRemoveCmd(a *cmdutil.App) *cobra.Command {
	return &cobra.Command{
		Use:     "remove NAME...",
		Aliases: []string{"rm"},
		Short:   "Remove profiles and their tokens",
		Long: `Nothing changes on the server. When the profile in use is removed, commands use
the flows on this machine.`,
		Example:           `  flowctl profile remove work`,
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: CompleteProfiles(a),
		RunE:              func(_ *cobra.Command, args []string) error { return removeProfiles(a, args) },
	}
}

func removeProfiles(a *cmdutil.App, names []string) error {
	for _, name := range names {
		if name == cmdutil.LocalProfile {
			return cmdutil.Usage(errors.New("the profile local is always there"))
		}
		if _, ok := a.Config.ProfileNamed(name); !ok {
			return cmdutil.NoProfile(name)
		}
	}
	for _, name := range names {
		if err := cmdutil.DropToken(name); err != nil {
			return err
		}
	}
	err := cmdutil.EditConfig(func(c *cmdutil.ConfigFile) error {
		for _, name := range names {
			if err := c.RemoveProfile(name); err != nil {
				return err
			}
			if c.Used() == name {
				c.Use(cmdutil.LocalProfile)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, name := range names {
		a.Note("Removed the profile %q.", name)
	}
	return nil
}
