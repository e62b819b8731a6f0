package flows

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/lookup"
	"github.com/flowctl/flowctl/internal/share"
	"github.com/flowctl/flowctl/pkg/flow"
)

type unshareOptions struct {
	app  *cmdutil.App
	out  cmdutil.OutputFlags
	with []string
}

func newUnshareCmd(a *cmdutil.App) *cobra.Command {
	o := &unshareOptions{app: a}
	cmd := &cobra.Command{
		Use:        "unshare NAME --with WHO",
		SuggestFor: []string{"revoke", "unpublish"},
		Short:      "Take the rights to a flow away from users or groups",
		Long: `The rights of all others stay. Somebody may still get in by a group that they
are in: 'flowctl share NAME' shows who may do what.

` + whoHelp + `

` + cmdutil.NameHelp,
		Example: `  flowctl unshare "Content review" --with ann@example.org
  flowctl unshare 3f2a --with group:reviewers --with bob@example.org`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: a.CompleteName,
		RunE:              o.run,
	}
	cmd.Flags().StringArrayVar(&o.with, "with", nil, "take all rights away from `WHO` (repeatable)")
	o.out.Register(cmd)
	return cmd
}

func (o *unshareOptions) run(cmd *cobra.Command, args []string) error {
	if len(o.with) == 0 {
		return cmdutil.Usage(errors.New("give --with WHO; 'flowctl share NAME --private' takes all rights away"))
	}
	p, err := o.app.Printer(o.out)
	if err != nil {
		return err
	}
	ctx := cmd.Context()
	c, id, err := o.app.FindFlow(ctx, args[0])
	if err != nil {
		return err
	}
	f, err := c.Flows.Get(ctx, id)
	if err != nil {
		return err
	}
	people, change := lookup.NewPeople(c), share.Change{}
	for _, word := range o.with {
		who, known := hasID(f, word)
		if !known {
			if who, err = people.Find(ctx, word); err != nil {
				return err
			}
		}
		change.Without = append(change.Without, who)
	}
	return doShare(ctx, o.app, p, c, id, change)
}

// hasID finds who is meant by an id that stands in the flow.
func hasID(f flow.Flow, word string) (lookup.Who, bool) {
	id, group := strings.CutPrefix(word, lookup.GroupPrefix)
	return share.Has(f, id, group)
}
