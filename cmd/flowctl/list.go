package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/client"
)

type listOptions struct {
	app      *app
	out      outputFlags
	search   string
	limit    int
	allUsers bool
}

func newListCmd(a *app) *cobra.Command {
	o := &listOptions{app: a}
	cmd := &cobra.Command{
		Use:        "list",
		SuggestFor: []string{"flows"},
		Aliases:    []string{"ls"},
		Short:      "List flows, the newest first",
		Long: `List your flows, the one that was changed last first.

--output name prints ids, fit for xargs; --output wide adds columns.`,
		Example: `  flowctl list --search review
  flowctl list -o json --jq '.[].name'`,
		Args:              cobra.NoArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              o.run,
	}
	f := cmd.Flags()
	f.StringVar(&o.search, "search", "", "only flows whose name contains `text`, case ignored")
	f.IntVar(&o.limit, "limit", 0, "at most `n` flows (default all)")
	f.BoolVar(&o.allUsers, "all-users", false, "flows of all users (admins only)")
	o.out.register(cmd)
	return cmd
}

func (o *listOptions) run(cmd *cobra.Command, _ []string) error {
	if o.limit < 0 {
		return usageError{fmt.Errorf("--limit is %d; give 1 or more, or 0 for all", o.limit)}
	}
	p, err := o.app.pagedPrinter(o.out)
	if err != nil {
		return err
	}
	c, err := o.app.connect(cmd.Context())
	if err != nil {
		return err
	}
	view := flowView()
	if o.allUsers {
		view = withOwner(view)
		// Only our server can list them all; the real backend does not say that it
		// leaves any out.
		if info, err := c.Server.Info(cmd.Context()); err == nil && !info.Flowctl {
			o.app.warn("this server leaves out the private flows of others, for administrators too")
		}
	}
	flows := c.Flows.All(cmd.Context(), client.ListOptions{
		Search:   o.search,
		Limit:    o.limit,
		AllUsers: o.allUsers,
		Graph:    p.Wide() || o.allUsers && p.ForPeople(), // the columns beyond a summary
	})
	n, err := output.List(p, view, flows)
	if err == nil && n == 0 && p.ForPeople() {
		o.app.note("%s", o.nothing())
	}
	return err
}

// nothing says what to do when there is nothing to show.
func (o *listOptions) nothing() string {
	if o.search != "" {
		return "No flow's name contains that text."
	}
	return "No flows yet. Make one with 'flowctl create NAME' or 'flowctl import FILE'."
}
