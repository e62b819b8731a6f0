package files

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/disk"
	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/parallel"
	"github.com/flowctl/flowctl/pkg/flowfile"
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

// formatted is what came of one file.
type formatted struct {
	text    []byte // of standard input
	changed bool
	err     error
}

func (o *fmtOptions) run(ctx context.Context, paths []string) error {
	sources := files.Find(paths)
	results := make([]formatted, len(sources))
	parallel.Each(ctx, len(sources), runtime.GOMAXPROCS(0), func(i int) { results[i] = o.file(ctx, sources[i]) })
	if err := ctx.Err(); err != nil {
		return err
	}
	if !o.check {
		files.Sweep(func(yield func(string) bool) {
			for _, s := range sources {
				if !yield(s.Path) {
					return
				}
			}
		})
	}
	var errs []error
	changed, failed := 0, false
	for i, r := range results {
		errs = append(errs, r.err)
		failed = failed || r.err != nil && !errors.As(r.err, new(files.InvalidError))
		if !r.changed {
			continue
		}
		changed++
		if err := o.say(sources[i].Path, r); err != nil {
			return err
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

// say prints the name of a file that changed, or would; of standard input, the
// text.
func (o *fmtOptions) say(path string, r formatted) error {
	var err error
	if path == files.StdinPath && !o.check {
		_, err = o.app.Out.Write(r.text)
	} else {
		_, err = fmt.Fprintln(o.app.Out, output.Text(path))
	}
	if err != nil {
		return fmt.Errorf("print what changed: %w", err)
	}
	return nil
}

// file formats one file, and writes it unless --check is set or it is standard
// input.
func (o *fmtOptions) file(ctx context.Context, s files.Source) formatted {
	var text bytes.Buffer // of standard input
	r := files.Read(ctx, io.TeeReader(o.app.In, &text), s, false)
	if len(r.Flows) == 0 {
		return formatted{err: unformatted(s.Path, r.Findings)}
	}
	for i := range r.Flows {
		r.Flows[i] = o.form.Of(r.Flows[i])
	}
	write := func(w io.Writer) error {
		for _, f := range r.Flows {
			if err := flowfile.Write(w, f); err != nil {
				return err
			}
		}
		return nil
	}
	var changed bool
	var err error
	switch {
	case s.Path == files.StdinPath:
		return o.stdin(text.Bytes(), write)
	case o.check:
		var change disk.Change
		change, err = disk.Compare(s.Path, write)
		changed = change != disk.Unchanged
	default:
		changed, err = flowfile.WriteFile(s.Path, r.Flows...)
	}
	return formatted{changed: err == nil && changed, err: err}
}

// unformatted returns why there is nothing to format in a file.
func unformatted(path string, findings []files.Finding) error {
	switch {
	case len(findings) == 0:
		return files.InvalidError{Msg: path + " holds no flow"}
	case findings[0].Code == files.CodeUnreadable:
		return fmt.Errorf("%s: %s", path, findings[0].Message)
	}
	return files.InvalidError{Msg: findings[0].String()}
}

// stdin formats what was read from standard input. Unless it is only checked it
// counts as changed.
func (o *fmtOptions) stdin(text []byte, write func(io.Writer) error) formatted {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return formatted{err: fmt.Errorf("format standard input: %w", err)}
	}
	return formatted{text: b.Bytes(), changed: !o.check || !bytes.Equal(b.Bytes(), bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")))}
}
