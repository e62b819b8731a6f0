package main

import (
	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/output"
)

// profileRow is what `flowctl profile list -o json` prints of each profile.
type profileRow struct {
	Name    string `json:"name"`
	Server  string `json:"server"` // "" for the local store
	Current bool   `json:"current"`
}

func newProfileListCmd(a *app) *cobra.Command {
	var out outputFlags
	cmd := &cobra.Command{
		Use:     "list",
		Aliases: []string{"ls"},
		Short:   "List profiles",
		Long:    `The star marks the profile in use.`,
		Example: `  flowctl profile list
  flowctl profile list -o json --jq '.[] | select(.current).server'`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.listProfiles(out) },
	}
	out.register(cmd)
	return cmd
}

func (a *app) listProfiles(out outputFlags) error {
	p, err := a.printer(out)
	if err != nil {
		return err
	}
	// A profile in use that is not there must not keep its list from being seen.
	current, err := a.place()
	if err != nil {
		a.warn("%v", err)
	} else if current.Profile == "" {
		if current.Profile = a.profileOf(current.Server); current.Profile == "" {
			a.note("Commands use %s, which is not a profile.", current)
		}
	}
	rows := []profileRow{{Name: localProfile, Current: current.Profile == localProfile}}
	for _, p := range a.config.Profiles {
		rows = append(rows, profileRow{Name: p.Name, Server: p.Server, Current: current.Profile == p.Name})
	}
	_, err = output.List(p, profileView(), output.Seq(rows))
	return err
}

func profileView() output.View[profileRow] {
	type column = output.Column[profileRow]
	return output.View[profileRow]{
		Columns: []column{
			{Title: "", Text: func(_ *output.Printer, r profileRow) string { return mark(r.Current) }},
			{Title: "NAME", Text: func(_ *output.Printer, r profileRow) string { return r.Name }},
			{Title: "SERVER", Text: func(_ *output.Printer, r profileRow) string { return place(r.Server) }},
		},
		Name: func(r profileRow) string { return r.Name },
	}
}

func mark(current bool) string {
	if current {
		return "*"
	}
	return ""
}

func place(server string) string { return target{Server: server}.String() }
