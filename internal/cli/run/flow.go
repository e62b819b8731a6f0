package run

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/runner"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// runFlow is the flow of a run.
type runFlow struct {
	name    string // the file's path, or the flow's name
	spec    flow.Spec
	id      string         // of the flow on the server, "" if it has none
	file    *flowfile.File // nil for a flow of the server
	media   bool           // an image, video or sound was given as input, and is in spec
	connect func() (*client.Client, error)
}

// loadRun reads the flow that a NAME|FILE|- argument means. A file needs no server.
func loadRun(ctx context.Context, a *cmdutil.App, arg string) (runFlow, error) {
	f := runFlow{name: arg, connect: func() (*client.Client, error) { return a.Connect(ctx) }}
	if files.IsFileArg(arg) {
		r := files.Read(ctx, a.In, files.Source{Path: arg}, false)
		if err := files.OneFlow(arg, r); err != nil {
			return f, err
		}
		f.file = &r.Flows[0]
		f.spec, f.id = f.file.Spec, f.file.ID
		return f, nil
	}
	c, err := f.connect()
	if err != nil {
		return f, err
	}
	if f.id, err = cmdutil.Resolve(ctx, c, arg); err != nil {
		return f, err
	}
	stored, err := c.Flows.Get(ctx, f.id)
	f.name, f.spec = stored.Name, stored.Spec
	return f, err
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
	fmt.Fprintf(&b, "%s cannot run; nothing was started", output.Text(f.name))
	for _, p := range problems {
		b.WriteString("\n" + f.line(p))
	}
	if hint != "" {
		b.WriteString("\n" + hint)
	}
	return cmdutil.Negative(b.String())
}

func (f runFlow) line(p flow.Problem) string {
	if f.file != nil && p.Pointer != "" {
		return files.InFlow(f.file, p).String()
	}
	at := ""
	if p.Node != "" {
		at = fmt.Sprintf("node %s: ", output.Quoted(p.Node))
	}
	return fmt.Sprintf("%s%s %s %s", at, p.Severity, p.Code, output.Text(p.Message))
}

// keep has the record kept on the server, or not, as the flags and the kind of the flow
// have it. Without --save a failure is only a warning: the run has its result.
func (o *runOptions) keep(ctx context.Context, f runFlow, r runner.Runner, record *flow.Execution) error {
	keep := !o.noSave && (o.save || f.file == nil)
	err := r.Keep(ctx, record, keep)
	if err == nil || !keep {
		return err
	}
	err = fmt.Errorf("the execution was not kept: %w", err)
	if o.save {
		return err
	}
	if errors.Is(err, client.ErrNotFound) {
		err = errors.New("the execution was not kept: the server keeps none; give --no-save")
	}
	o.app.Warn("%v", err)
	return nil
}
