package files

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/sync"
)

type validateOptions struct {
	app    *cmdutil.App
	format string
	online bool
	files.Checker
}

func newValidateCmd(a *cmdutil.App) *cobra.Command {
	o := &validateOptions{app: a, Checker: files.Checker{Stdin: a.In, LockFolder: sync.FolderOf}}
	cmd := &cobra.Command{
		Use:        "validate PATH...",
		SuggestFor: []string{"lint", "check", "verify"},
		Short:      "Check flow files without a server",
		Long: `Prints a line for each problem: file:line:column: severity code message. The
exit code is 3 if there are errors (with --strict: or warnings), and 1 if a file
cannot be read.

'flowctl help rules' lists the rules, and 'flowctl help rules CODE' explains
one. 'flowctl help files' shows how .flowctl.yaml turns rules off. --info shows
what is worth knowing, too. Nothing is sent anywhere; with --online the server
is asked for its models and knowledge bases.

` + files.PathHelp,
		Example: `  flowctl validate flows
  flowctl validate --strict -o github flows/*.json   # in CI
  flowctl validate --fix flows
  flowctl export review | flowctl validate -`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(args); err != nil {
				return cmdutil.Usage(err)
			}
			return o.run(cmd.Context(), args)
		},
	}
	f := cmd.Flags()
	cmdutil.EnumVar(cmd, &o.format, "output", "o", "text", "output format: text, json, github or sarif", "text", "json", "github", "sarif")
	f.BoolVar(&o.Strict, "strict", false, "count warnings as errors")
	f.BoolVar(&o.Info, "info", false, "also show what is worth knowing and cannot be changed")
	f.BoolVar(&o.Fix, "fix", false, "fix what can be fixed automatically, in place")
	f.BoolVar(&o.online, "online", false, "look for models and knowledge bases that the server does not have")
	f.StringArrayVar(&o.Disable, "disable", nil, "leave out the rule with this `code`; may be repeated")
	_ = cmd.RegisterFlagCompletionFunc("disable", func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return files.RuleCodes(), cobra.ShellCompDirectiveNoFileComp
	})
	return cmd
}

// check checks the flags.
func (o *validateOptions) check(paths []string) error {
	if o.Fix && slices.Contains(paths, files.StdinPath) {
		return errors.New("--fix changes files, and cannot be used with standard input")
	}
	for _, code := range o.Disable {
		if err := files.CheckCode(code); err != nil {
			return err
		}
	}
	return nil
}

func (o *validateOptions) run(ctx context.Context, paths []string) error {
	if o.online {
		if err := o.askServer(ctx); err != nil {
			return err
		}
	}
	r, err := o.Check(ctx, paths)
	if err != nil {
		return err
	}
	if err := o.print(r.Findings); err != nil {
		return err
	}
	if r.Fixed > 0 {
		o.app.Note("fixed %s", output.Plural(r.Fixed, "problem"))
	}
	if err := r.Verdict(""); err != nil {
		return err
	}
	o.app.Note("%s", r)
	return nil
}

func (o *validateOptions) print(findings []files.Finding) error {
	var err error
	switch o.format {
	case "text":
		err = files.WriteFindings(o.app.Out, findings, files.Finding.String)
	case "github":
		err = files.WriteFindings(o.app.Out, files.FromTop(findings), files.Finding.Annotation)
	case "sarif":
		err = files.WriteSARIF(o.app.Out, files.FromTop(findings))
	default:
		var p *output.Printer
		if p, err = o.app.Printer(cmdutil.OutputFlags{Format: output.JSON}); err == nil {
			_, err = output.List(p, output.View[files.Finding]{}, output.Seq(findings))
		}
	}
	if err != nil {
		return fmt.Errorf("write the problems: %w", err)
	}
	return err
}
