package run

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// runFlow is the flow of a run.
type runFlow struct {
	cmdutil.NamedFlow
	media   bool // an image, video or sound was given as input, and is in Spec
	connect func() (*client.Client, error)
}

// completeNameOrFile completes a NAME, and files where no flow is called so.
func completeNameOrFile(a *cmdutil.App) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, prefix string) ([]cobra.Completion, cobra.ShellCompDirective) {
		flows, directive := a.CompleteName(cmd, args, prefix)
		if len(args) == 0 {
			directive = cobra.ShellCompDirectiveDefault
		}
		return flows, directive
	}
}

// refused lists why the flow was not started, for a file each on a line as
// compilers have it.
func (f runFlow) refused(problems []flow.Problem, hint string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s cannot run; nothing was started", output.Text(f.Name))
	for _, p := range problems {
		b.WriteString("\n" + f.line(p))
	}
	if hint != "" {
		b.WriteString("\n" + hint)
	}
	return cmdutil.Negative(b.String())
}

func (f runFlow) line(p flow.Problem) string {
	if f.File != nil && p.Pointer != "" {
		return files.InFlow(f.File, p).String()
	}
	at := ""
	if p.Node != "" {
		at = fmt.Sprintf("node %s: ", output.Quoted(p.Node))
	}
	return fmt.Sprintf("%s%s %s %s", at, p.Severity, p.Code, output.Text(p.Message))
}
