package auth

import (
	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
)

// profileRow is what `flowctl profile list -o json` prints of each profile.
type profileRow struct {
	Name    string `json:"name"`
	Server  string `json:"server"` // "" for the local store
	Current bool   `json:"current"`
}

func newProfileListCmd(a *cmdutil.App) *cobra.Command {
	var out cmdutil.OutputFlags
	cmd := &cobra.Command{
		Use:     "list",
		Aliases: []string{"ls"},
		Short:   "List profiles",
		Long:    `The star marks the profile in use.`,
		Example: `  flowctl profile list
  flowctl profile list -o json --jq '.[] | select(.current).server'`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return listProfiles(a, out) },
	}
	out.Register(cmd)
	return cmd
}

func listProfiles(a *cmdutil.App, out cmdutil.OutputFlags) error {
	p, err := a.Printer(out)
	if err != nil {
		return err
	}
	// A profile in use that is not there must not keep its list from being seen.
	current, err := a.TargetWithoutToken()
	if err != nil {
		a.Warn("%v", err)
	} else if current.Profile == "" {
		if current.Profile = a.ProfileOf(current.Server); current.Profile == "" {
			a.Note("Commands use %s, which is not a profile.", current)
		}
	}
	rows := []profileRow{{Name: cmdutil.LocalProfile, Current: current.Profile == cmdutil.LocalProfile}}
	for _, p := range a.Config.Profiles {
		rows = append(rows, profileRow{Name: p.Name, Server: p.Server, Current: current.Profile == p.Name})
	}
	_, err = output.List(p, profileView(), output.Seq(rows))
	return err
}

func profileView() output.View[profileRow] {
	type column = output.Column[profileRow]
	return output.View[profileRow]{
		Columns: []column{
			{Title: "", Text: func(_ *output.Printer, r profileRow) string { return map[bool]string{true: "*"}[r.Current] }},
			{Title: "NAME", Text: func(_ *output.Printer, r profileRow) string { return r.Name }},
			{Title: "SERVER", Text: func(_ *output.Printer, r profileRow) string { return cmdutil.Target{Server: r.Server}.String() }},
		},
		Name: func(r profileRow) string { return r.Name },
	}
}
