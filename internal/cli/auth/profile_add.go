package auth

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/pkg/client"
)

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
