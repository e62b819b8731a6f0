package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/pkg/client"
)

func newProfileCmd(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:        "profile",
		SuggestFor: []string{"config", "context", "remote"},
		Short:      "Manage server profiles (servers under a name)",
		Long: `Commands use the profile in use, unless --profile, --server, FLOWCTL_PROFILE or
FLOWCTL_SERVER names another one. The profile "local" always exists: the flows
on this machine.`,
		Args: cobra.ArbitraryArgs,
		RunE: groupRun,
	}
	cmd.AddCommand(newProfileListCmd(a), newProfileUseCmd(a), newProfileAddCmd(a), newProfileRemoveCmd(a))
	return cmd
}

func newProfileUseCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "use NAME",
		Short: "Make a profile the one in use",
		Example: `  flowctl profile use work
  flowctl profile use local`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: a.completeProfiles(localProfile),
		RunE: func(_ *cobra.Command, args []string) error {
			name := args[0]
			p, ok := a.config.profile(name)
			if !ok && name != localProfile {
				return noProfile(name)
			}
			err := editConfig(func(c *configFile) error {
				c.use(name)
				return nil
			})
			if err != nil {
				return err
			}
			a.note("Commands now work on %s.", target{Server: p.Server})
			a.warnOverridden(name, p.Server)
			return nil
		},
	}
}

func newProfileAddCmd(a *app) *cobra.Command {
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
			url := a.flags.server
			switch {
			case len(args) == 2 && url != "":
				return usageError{errors.New("the URL is given twice; leave out --server")}
			case len(args) == 2:
				url = args[1]
			case url == "":
				return usageError{errors.New("which server? Add its URL: flowctl profile add NAME URL")}
			}
			return a.addProfile(args[0], url)
		},
	}
}

func (a *app) addProfile(name, url string) error {
	if err := checkProfileName(name); err != nil {
		return err
	}
	c, err := client.New(url)
	if err != nil {
		return usageError{err}
	}
	if p, ok := a.config.profile(name); ok && !sameServer(p.Server, url) {
		return conflictError{fmt.Errorf("the profile %q is there already, for %s; remove it first, or take another name", name, p.Server)}
	}
	p, err := a.given(Profile{Name: name, Server: c.BaseURL()})
	if err != nil {
		return err
	}
	if err := editConfig(func(c *configFile) error { return c.setProfile(p) }); err != nil {
		return err
	}
	a.note("Added the profile %q. Sign in with 'flowctl login --profile %s'.", name, name)
	return nil
}

func newProfileRemoveCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "remove NAME...",
		Aliases: []string{"rm"},
		Short:   "Remove profiles and their tokens",
		Long: `Nothing changes on the server. When the profile in use is removed, commands use
the flows on this machine.`,
		Example:           `  flowctl profile remove work`,
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: a.completeProfiles(),
		RunE:              func(_ *cobra.Command, args []string) error { return a.removeProfiles(args) },
	}
}

func (a *app) removeProfiles(names []string) error {
	for _, name := range names {
		if name == localProfile {
			return usageError{errors.New("the profile local is always there")}
		}
		if _, ok := a.config.profile(name); !ok {
			return noProfile(name)
		}
	}
	for _, name := range names {
		if err := dropToken(name); err != nil {
			return err
		}
	}
	err := editConfig(func(c *configFile) error {
		for _, name := range names {
			if err := c.removeProfile(name); err != nil {
				return err
			}
			if c.used() == name {
				c.use(localProfile)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, name := range names {
		a.note("Removed the profile %q.", name)
	}
	return nil
}

// checkProfileName refuses what could not be typed or read.
func checkProfileName(name string) error {
	odd := func(r rune) bool { return !unicode.IsPrint(r) || unicode.IsSpace(r) }
	switch {
	case name == localProfile:
		return usageError{fmt.Errorf("the name %q is taken by the store on this machine; take another one", name)}
	case name == "", strings.HasPrefix(name, "-"), strings.ContainsFunc(name, odd):
		return usageError{fmt.Errorf("%q cannot name a profile; take letters, digits and signs, without blanks", name)}
	}
	return nil
}

// completeProfiles completes the names of profiles, and further ones, but for those
// that are there already. Like completeNames it never complains.
func (a *app) completeProfiles(further ...cobra.Completion) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		a.err = io.Discard
		if err := a.loadConfig(cmd.Root().PersistentFlags()); err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		names := slices.Clone(further)
		for _, p := range a.config.Profiles {
			if !slices.Contains(args, p.Name) {
				names = append(names, cobra.CompletionWithDesc(p.Name, p.Server))
			}
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}
