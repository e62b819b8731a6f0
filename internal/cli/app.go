package cli

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
)

// Main runs the command line of the process and returns the exit code.
func Main() int {
	cobra.EnableCommandSorting = false // help lists commands in the order in which they are needed
	a := cmdutil.NewApp(os.Stdin, os.Stdout, os.Stderr)
	return execute(a.Interrupts.Watch(context.Background()), a, os.Args[1:])
}

// execute executes one command line and returns the exit code.
func execute(ctx context.Context, a *cmdutil.App, args []string) int {
	root := NewRootCmd(a)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if out, ok := root.OutOrStdout().(*firstError); ok && err == nil {
		err = out.err
	}
	err = errors.Join(err, a.Close())
	if err == nil {
		return cmdutil.ExitDone
	}
	code := cmdutil.ExitCode(ctx, err)
	if text := a.ErrorText(ctx, err); text != "" {
		a.Fail(text)
	}
	return code
}

// firstError remembers what went wrong first with a writer: cobra writes help and
// completions without looking.
type firstError struct {
	w   io.Writer
	err error
}

func (f *firstError) Write(p []byte) (int, error) {
	n, err := f.w.Write(p)
	if f.err == nil {
		f.err = err
	}
	return n, err
}
