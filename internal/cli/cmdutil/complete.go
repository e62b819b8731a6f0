package cmdutil

import (
	"context"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// CompleteTimeout is how long a shell waits for the names of flows.
const CompleteTimeout = 2 * time.Second

// CompleteName completes the one NAME of a command.
func (a *App) CompleteName(cmd *cobra.Command, args []string, prefix string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return a.CompleteNames(cmd, args, prefix)
}

// CompleteNames completes any number of NAMEs, without those that are on the line already. It
// returns nothing, and no error, if the flows cannot be read: the user is in the middle of a
// line.
func (a *App) CompleteNames(cmd *cobra.Command, args []string, prefix string) ([]cobra.Completion, cobra.ShellCompDirective) {
	ctx, cancel := context.WithTimeout(cmd.Context(), CompleteTimeout)
	defer cancel()
	c, err := a.ConnectForCompletion(ctx, cmd)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	flows, err := c.Flows.List(ctx, client.ListOptions{Access: client.AccessAny})
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return refCompletions(flows, args, prefix), cobra.ShellCompDirectiveNoFileComp
}

// ConnectForCompletion connects to the server of a command line. It does not create a local
// store.
func (a *App) ConnectForCompletion(ctx context.Context, cmd *cobra.Command) (*client.Client, error) {
	a.Err = io.Discard
	if err := a.LoadConfig(cmd.Root().PersistentFlags()); err != nil {
		return nil, err
	}
	if t, err := a.Target(); err != nil {
		return nil, err
	} else if t.Local() && !localExists() {
		return nil, fs.ErrNotExist // a key press makes no database
	}
	return a.Connect(ctx)
}

// localExists reports whether there is an embedded store.
func localExists() bool {
	path, err := LocalPath()
	if err != nil {
		return false
	}
	_, err = os.Stat(path)
	return err == nil
}

// refCompletions offers the names that begin with prefix, and ids: where a name
// does not mean one flow, and where prefix is the start of an id.
func refCompletions(flows []flow.Flow, args []string, prefix string) []cobra.Completion {
	names := make(map[string]int)
	for _, f := range flows {
		names[f.Name]++
	}
	var found []cobra.Completion
	for _, f := range flows {
		if slices.Contains(args, f.ID) || slices.Contains(args, f.Name) {
			continue
		}
		byName := f.Name != "" && names[f.Name] == 1 && output.Text(f.Name) == f.Name
		if byName && strings.HasPrefix(f.Name, prefix) {
			found = append(found, cobra.CompletionWithDesc(f.Name, f.ID))
		}
		if (!byName || prefix != "") && strings.HasPrefix(f.ID, strings.ToLower(prefix)) {
			found = append(found, cobra.CompletionWithDesc(f.ID, output.Text(f.Name)))
		}
	}
	return found
}
