package flows

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/lookup"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/share"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// whoHelp explains WHO in the help of share and unshare.
const whoHelp = `WHO is a user's e-mail, name or id, or group:NAME, a group by its name or id.`

type shareOptions struct {
	app    *cmdutil.App
	out    cmdutil.OutputFlags
	with   []string
	change share.Change
}

func newShareCmd(a *cmdutil.App) *cobra.Command {
	o := &shareOptions{app: a}
	cmd := &cobra.Command{
		Use:        "share NAME",
		SuggestFor: []string{"grant", "permissions", "access", "publish", "chmod"},
		Short:      "Let others read or change a flow, or show who may",
		Long: `Without flags it shows who may do what. --with lets somebody read the flow,
and with --write change it, too. --public lets everybody read it; --private
takes all rights away but the owner's, and with --with leaves only those whom
you name. What no flag names stays as it is. 'flowctl unshare' takes rights
away from somebody.

` + whoHelp + `

` + cmdutil.NameHelp,
		Example: `  flowctl share "Content review"
  flowctl share "Content review" --with ann@example.org --write
  flowctl share 3f2a --with group:reviewers`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: a.CompleteName,
		RunE:              o.run,
	}
	f := cmd.Flags()
	f.StringArrayVar(&o.with, "with", nil, "let `WHO` read the flow (repeatable)")
	f.BoolVar(&o.change.Write, "write", false, "let those of --with change it, too")
	f.BoolVar(&o.change.Public, "public", false, "let everybody read it")
	f.BoolVar(&o.change.Private, "private", false, "let nobody in but the owner")
	o.out.Register(cmd)
	return cmd
}

func (o *shareOptions) run(cmd *cobra.Command, args []string) error {
	switch {
	case o.change.Public && (o.change.Private || len(o.with) > 0):
		return cmdutil.Usage(errors.New("--public lets everybody in; leave out --private and --with"))
	case o.change.Write && len(o.with) == 0:
		return cmdutil.Usage(errors.New("--write goes with --with WHO"))
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
	people := lookup.NewPeople(c)
	for _, word := range o.with {
		who, err := people.Find(ctx, word)
		if err != nil {
			return err
		}
		o.change.With = append(o.change.With, who)
	}
	if len(o.with) == 0 && !o.change.Public && !o.change.Private {
		f, err := c.Flows.Get(ctx, id)
		if err != nil {
			return err
		}
		return printRights(ctx, p, c, f)
	}
	return doShare(ctx, o.app, p, c, id, o.change)
}

// doShare makes a change of rights, and prints what they are then.
func doShare(ctx context.Context, a *cmdutil.App, p *output.Printer, c *client.Client, id string, change share.Change) error {
	done, err := change.Do(ctx, c, id)
	if err != nil {
		return cmdutil.NotYours(ctx, c, id, err, cmdutil.MayShare)
	}
	for _, note := range done.Notes {
		a.Note("%s", note)
	}
	if !done.Changed {
		a.Note("Nothing changed: it is so already.")
	}
	if err := printRights(ctx, p, c, done.Flow); err != nil {
		return fmt.Errorf("%w; but the rights are as you asked", err)
	}
	return nil
}

func printRights(ctx context.Context, p *output.Printer, c *client.Client, f flow.Flow) error {
	list, err := share.Rights(ctx, c, f)
	if err != nil {
		return err
	}
	type column = output.Column[share.Right]
	_, err = output.List(p, output.View[share.Right]{
		Columns: []column{
			{Title: "WHO", Text: func(_ *output.Printer, r share.Right) string { return who(r) }},
			{Title: "MAY", Text: func(_ *output.Printer, r share.Right) string { return may(r) }},
			{Title: "NAME", Wide: true, Text: func(_ *output.Printer, r share.Right) string { return cmp.Or(r.Name, "-") }},
			{Title: "ID", Wide: true, Text: func(_ *output.Printer, r share.Right) string { return cmp.Or(r.ID, "-") }},
		},
		Name: who,
	}, output.Seq(list))
	return err
}

// who is the word for somebody that --with takes.
func who(r share.Right) string {
	switch r.Kind {
	case "everybody":
		return r.Kind
	case "group":
		return lookup.GroupPrefix + cmp.Or(r.Name, r.ID)
	}
	return cmp.Or(r.Email, r.Name, r.ID)
}

func may(r share.Right) string {
	var rights []string
	if r.Read {
		rights = append(rights, "read")
	}
	if r.Write {
		rights = append(rights, "change")
	}
	switch {
	case r.Gone:
		return "nothing: there is no such user any more"
	case r.Kind == "owner":
		rights = append(rights, "share", "delete")
	}
	return strings.Join(rights, ", ")
}
