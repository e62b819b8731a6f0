package files

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/output"
)

type fmtOptions struct {
	app   *cmdutil.App
	check bool
	form  cmdutil.FormFlags
}

func newFmtCmd(a *cmdutil.App) *cobra.Command {
	o := &fmtOptions{app: a}
	cmd := &cobra.Command{
		Use:        "fmt PATH...",
		SuggestFor: []string{"format"},
		Short:      "Format flow files, in place",
		Long: `Known keys come in a fixed order, all others stay; positions are whole pixels,
and what the editor saves while it shows or runs a flow is left out. The names
of the files that changed are printed. - formats standard input to stdout.

With --check nothing is written, and the exit code is 3 if a file would change.
'flowctl help layouts' explains --layout.

` + files.PathHelp,
		Example: `  flowctl fmt flows
  flowctl fmt --check flows   # in CI`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.run(cmd.Context(), args)
		},
	}
	cmd.Flags().BoolVar(&o.check, "check", false, "write nothing, and fail if a file is not formatted")
	o.form.Register(cmd)
	return cmd
}

func (o *fmtOptions) run(ctx context.Context, paths []string) error {
	f := files.Formatter{Stdin: o.app.In, Check: o.check, Form: o.form.Of}
	results, err := f.Format(ctx, paths)
	if err != nil {
		return err
	}
	var errs []error
	changed, failed := 0, false
	for _, r := range results {
		errs = append(errs, r.Err)
		failed = failed || r.Err != nil && !errors.As(r.Err, new(files.InvalidError))
		if !r.Changed {
			continue
		}
		changed++
		text := r.Text
		if r.Path != files.StdinPath || o.check {
			text = []byte(output.Text(r.Path) + "\n")
		}
		if _, err := o.app.Out.Write(text); err != nil {
			return fmt.Errorf("print what changed: %w", err)
		}
	}
	if failed {
		return cmdutil.Failed(errors.Join(errs...))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if o.check && changed > 0 {
		return cmdutil.Negative(fmt.Sprintf("%s not in canonical form; run 'flowctl fmt' on them", output.Plural(changed, "file")))
	}
	return nil
}
