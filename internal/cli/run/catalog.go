package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/client"
)

// The kinds of things in the catalog.
const (
	catalogModels    = "models"
	catalogKnowledge = "knowledge"
	catalogGroups    = "groups"
	catalogUsers     = "users"
	catalogFiles     = "files"
)

func catalogKinds() []string {
	return []string{catalogModels, catalogKnowledge, catalogGroups, catalogUsers, catalogFiles}
}

type catalogOptions struct {
	app    *cmdutil.App
	out    cmdutil.OutputFlags
	search string
}

// NewCatalogCmd returns the command catalog.
func NewCatalogCmd(a *cmdutil.App) *cobra.Command {
	o := &catalogOptions{app: a, out: cmdutil.OutputFlags{Paged: true}}
	cmd := &cobra.Command{
		Use:        "catalog models|knowledge|groups|users|files",
		SuggestFor: []string{"models", "knowledge", "groups", "users", "files"},
		Short:      "List models, knowledge bases, groups, users or files",
		Long: `Lists the ids of what flows can name on a server, as far as you may use it:

  models      modelId of model nodes
  knowledge   knowledgeBaseId of knowledge nodes
  groups      group_ids of access_control: your groups
  users       user_ids of access_control
  files       fileIds of input nodes: your files

An admin sees all. A flowctl server has no such lists. --output name prints ids
alone.`,
		Example: `  flowctl catalog models
  flowctl catalog users --search ann
  flowctl catalog knowledge -o json --jq '.[].id'`,
		Args:      cobra.ExactArgs(1),
		ValidArgs: catalogKinds(),
		RunE:      o.run,
	}
	cmd.Flags().StringVar(&o.search, "search", "", "only those whose name, id or e-mail has `text` in it, case ignored")
	o.out.Register(cmd)
	return cmd
}

func (o *catalogOptions) run(cmd *cobra.Command, args []string) error {
	kind := args[0]
	if !slices.Contains(catalogKinds(), kind) {
		return cmdutil.Usage(fmt.Errorf("unknown kind %s; use %s", output.Quoted(kind), strings.Join(catalogKinds(), ", ")))
	}
	p, err := o.app.Printer(o.out)
	if err != nil {
		return err
	}
	t, err := o.app.Target()
	if err != nil {
		return err
	}
	if t.Local() {
		return errors.New("the local store has no catalog; name an Open WebUI with --server or --profile")
	}
	c, err := o.app.ConnectTo(cmd.Context(), t)
	if err != nil {
		return err
	}
	found, more, err := catalog(cmd.Context(), c, kind, o.search)
	if err != nil {
		return err
	}
	n, err := output.List(p, catalogView(kind), output.Seq(found))
	switch {
	case err != nil:
	case more:
		o.app.Warn("there may be more: the server names the first %d only; --search TEXT finds others", len(found))
	case n == 0 && p.ForPeople():
		o.app.Note("No %s that you may use%s.", kind, whereSearched(o.search))
	}
	return err
}

func whereSearched(search string) string {
	if search == "" {
		return ""
	}
	return " with " + output.Quoted(search) + " in the name"
}

// catalog lists what the server has of a kind, with the text in name, id or e-mail;
// more reports whether it may have left some out.
func catalog(ctx context.Context, c *client.Client, kind, search string) (found []client.Entry, more bool, err error) {
	switch kind {
	case catalogModels:
		found, err = c.Directory.Models(ctx)
	case catalogKnowledge:
		found, err = c.Directory.KnowledgeBases(ctx)
	case catalogGroups:
		found, err = c.Directory.Groups(ctx)
	case catalogFiles:
		found, err = c.Directory.Files(ctx)
	case catalogUsers:
		found, err = c.Directory.Users(ctx)
		if errors.Is(err, client.ErrUnauthorized) || errors.Is(err, client.ErrForbidden) { // the whole list is for administrators
			return c.Directory.SearchUsers(ctx, search) // which looked at e-mails that it does not name
		}
	}
	search = strings.ToLower(search)
	found = slices.DeleteFunc(found, func(e client.Entry) bool {
		return !strings.Contains(strings.ToLower(e.Name+"\n"+e.ID+"\n"+e.Email), search)
	})
	return found, false, err
}

func catalogView(kind string) output.View[client.Entry] {
	type column = output.Column[client.Entry]
	columns := []column{
		{Title: "ID", Whole: true, Text: func(_ *output.Printer, e client.Entry) string { return e.ID }},
		{Title: "NAME", Text: func(_ *output.Printer, e client.Entry) string { return e.Name }},
	}
	switch kind {
	case catalogUsers:
		columns = append(columns, column{Title: "EMAIL", Text: func(_ *output.Printer, e client.Entry) string { return cmp.Or(e.Email, "-") }})
	case catalogFiles:
		columns = append(columns, column{Title: "TYPE", Text: func(_ *output.Printer, e client.Entry) string { return cmp.Or(e.ContentType, "-") }})
	}
	return output.View[client.Entry]{Columns: columns, Name: func(e client.Entry) string { return e.ID }}
}

// completeCatalog completes the id of something of a kind, after what was typed
// before it; nothing if the server cannot be asked.
func completeCatalog(a *cmdutil.App, cmd *cobra.Command, kind, before, prefix string) ([]cobra.Completion, cobra.ShellCompDirective) {
	ctx, cancel := context.WithTimeout(cmd.Context(), cmdutil.CompleteTimeout)
	defer cancel()
	const nothing = cobra.ShellCompDirectiveNoFileComp
	c, err := a.ConnectForCompletion(ctx, cmd)
	if err != nil {
		return nil, nothing
	}
	entries, _, err := catalog(ctx, c, kind, "")
	if err != nil {
		return nil, nothing
	}
	var found []cobra.Completion
	for _, e := range entries {
		if strings.HasPrefix(e.ID, prefix) && output.Text(e.ID) == e.ID {
			found = append(found, cobra.CompletionWithDesc(before+e.ID, output.Text(e.Name)))
		}
	}
	return found, nothing
}

// completeModel completes --model: [A=]B.
func completeModel(a *cmdutil.App) cobra.CompletionFunc {
	return func(cmd *cobra.Command, _ []string, prefix string) ([]cobra.Completion, cobra.ShellCompDirective) {
		before, prefix := cutAtEquals(prefix)
		return completeCatalog(a, cmd, catalogModels, before, prefix)
	}
}

// completeSet completes the value of --set: NODE.FIELD=VALUE.
func completeSet(a *cmdutil.App) cobra.CompletionFunc {
	return func(cmd *cobra.Command, _ []string, prefix string) ([]cobra.Completion, cobra.ShellCompDirective) {
		before, prefix := cutAtEquals(prefix)
		for field, kind := range map[string]string{".modelId=": catalogModels, ".knowledgeBaseId=": catalogKnowledge, ".mediaFileId=": catalogFiles} {
			if strings.HasSuffix(before, field) {
				return completeCatalog(a, cmd, kind, before, prefix)
			}
		}
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
}

// cutAtEquals cuts after the first =, which belongs to what comes before.
func cutAtEquals(arg string) (before, after string) {
	name, value, ok := strings.Cut(arg, "=")
	if !ok {
		return "", arg
	}
	return name + "=", value
}
