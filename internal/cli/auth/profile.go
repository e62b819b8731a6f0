package auth

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/pkg/client"
)

func newProfileCmd(a *cmdutil.App) *cobra.Command {
	cmd := &cobra.Command{
		Use:        "profile",
		SuggestFor: []string{"config", "context", "remote"},
		Short:      "Manage server profiles (servers under a name)",
		Long: `Commands use the profile in use, unless --profile, --server, FLOWCTL_PROFILE or
FLOWCTL_SERVER names another one. The profile "local" always exists: the flows
on this machine.`,
		Args: cobra.ArbitraryArgs,
		RunE: cmdutil.GroupRun,
	}
	cmd.AddCommand(newProfileListCmd(a), newProfileUseCmd(a), newProfileAddCmd(a), newProfileRemoveCmd(a))
	return cmd
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

func newProfileAddCmd(a *cmdutil.App) *cobra.Command {
	return &cobra.Command{
		Use:   "add NAME [URL]",
		Short: "Add a profile",
		Long: `The URL can be --server, too. --header and --ca-cert are kept with the profile,
in the configuration file, which only you can read. 'flowctl login' adds a
profile and signs in at once.`,
		Example: `  flowctl profile add work https://flows.example.com
  flowctl login --profile work`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(_ *cobra.Command, args []string) error {
			url := a.Flags.Server
			switch {
			case len(args) == 2 && url != "":
				return cmdutil.Usage(errors.New("the URL is given twice; leave out --server"))
			case len(args) == 2:
				url = args[1]
			case url == "":
				return cmdutil.Usage(errors.New("which server? Add its URL: flowctl profile add NAME URL"))
			}
			return addProfile(a, args[0], url)
		},
	}
}

func addProfile(a *cmdutil.App, name, url string) error {
	if err := checkProfileName(name); err != nil {
		return err
	}
	c, err := client.New(url)
	if err != nil {
		return cmdutil.Usage(err)
	}
	if p, ok := a.Config.ProfileNamed(name); ok && !cmdutil.SameServer(p.Server, url) {
		return cmdutil.Conflict(fmt.Errorf("the profile %q is there already, for %s; remove it first, or take another name", name, p.Server))
	}
	p, err := a.WithFlags(cmdutil.Profile{Name: name, Server: c.BaseURL()})
	if err != nil {
		return err
	}
	if err := cmdutil.EditConfig(func(c *cmdutil.ConfigFile) error { return c.SetProfile(p) }); err != nil {
		return err
	}
	a.Note("Added the profile %q. Sign in with 'flowctl login --profile %s'.", name, name)
	return nil
}

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
