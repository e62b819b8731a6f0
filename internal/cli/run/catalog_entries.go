package run

import (
	"cmp"
	"errors"
	"slices"

	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/client"
)

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
		if errors.Is(err, client.ErrUnauthorized) || errors.Is(err, client.ErrForbidden) || errors.Is(err, client.ErrNotFound) { // the whole list is for administrators of Open WebUI
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
		{Title: "NAME", Text: func(_ *output.Printer, e client.Entry) string { return e.Name }},
		{Title: "ID", Whole: true, Text: func(_ *output.Printer, e client.Entry) string { return e.ID }}, // not shortened: it goes into flows
	}
	switch kind {
	case catalogUsers:
		columns = append(columns, column{Title: "EMAIL", Text: func(_ *output.Printer, e client.Entry) string { return cmp.Or(e.Email, "-") }})
	case catalogFiles:
		columns = append(columns, column{Title: "TYPE", Text: func(_ *output.Printer, e client.Entry) string { return cmp.Or(e.ContentType, "-") }})
	}
	return output.View[client.Entry]{Columns: columns, Name: func(e client.Entry) string { return e.ID }}
}
