package auth

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
)

func newProfileCmd(a *cmdutil.App) *cobra.Command {
	return cmdutil.Group(&cobra.Command{
		Use:        "profile",
		SuggestFor: []string{"config", "context", "remote"},
		Short:      "Manage server profiles (servers under a name)",
		Long: `Commands use the profile in use, unless --profile, --server, FLOWCTL_PROFILE or
FLOWCTL_SERVER names another one. The profile "local" always exists: the flows
on this machine.`,
	}, newProfileListCmd(a), newProfileUseCmd(a), newProfileAddCmd(a), newProfileRemoveCmd(a))
}

func newProfileUseCmd(a *cmdutil.App) *cobra.Command {
	return &cobra.Command{
		Use:   "use NAME",
		Short: "Make a profile the one in use",
		Example: `  flowctl profile use work
  flowctl profile use local`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: CompleteProfiles(a, cmdutil.LocalProfile),
		RunE: func(_ *cobra.Command, args []string) error {
			name := args[0]
			p, ok := a.Config.ProfileNamed(name)
			if !ok && name != cmdutil.LocalProfile {
				return cmdutil.NoProfile(name)
			}
			err := cmdutil.EditConfig(func(c *cmdutil.ConfigFile) error {
				c.Use(name)
				return nil
			})
			if err != nil {
				return err
			}
			a.Note("Commands now work on %s.", cmdutil.Target{Server: p.Server})
			warnOverridden(a, name, p.Server)
			return nil
		},
	}
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

// checkProfileName refuses what could not be typed or read.
func checkProfileName(name string) error {
	odd := func(r rune) bool { return !unicode.IsPrint(r) || unicode.IsSpace(r) }
	switch {
	case name == cmdutil.LocalProfile:
		return cmdutil.Usage(fmt.Errorf("the name %q is taken by the store on this machine; take another one", name))
	case name == "", strings.HasPrefix(name, "-"), strings.ContainsFunc(name, odd):
		return cmdutil.Usage(fmt.Errorf("%q cannot name a profile; take letters, digits and signs, without blanks", name))
	}
	return nil
}

// CompleteProfiles completes the names of profiles, and further ones, but for those
// that are there already. Like CompleteNames it never complains.
func CompleteProfiles(a *cmdutil.App, further ...cobra.Completion) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		a.Err = io.Discard
		if err := a.LoadConfig(cmd.Root().PersistentFlags()); err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		names := slices.Clone(further)
		for _, p := range a.Config.Profiles {
			if !slices.Contains(args, p.Name) {
				names = append(names, cobra.CompletionWithDesc(p.Name, p.Server))
			}
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}
