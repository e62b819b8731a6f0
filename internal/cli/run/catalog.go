package run

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
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

An admin sees all. A flowctl server has users and groups only. --output name
prints ids alone.`,
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
