package main

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/output"
)

// The values of validate's --output.
const (
	reportText   = "text"
	reportJSON   = "json"
	reportGitHub = "github"
)

type validateOptions struct {
	app    *app
	format string
}

func newValidateCmd(a *app) *cobra.Command {
	o := &validateOptions{app: a}
	formats := []string{reportText, reportJSON, reportGitHub}
	cmd := &cobra.Command{
		Use:   "validate PATH...",
		Short: "Check flow files without a server",
		Long: `Check flow files and print a line for each problem:

  file:line:column: severity code message

Nothing is sent anywhere. The exit code is 3 when there are errors; warnings
alone do not count.

` + pathHelp,
		Example: `  flowctl validate flows
  flowctl validate -o github flows/*.json
  flowctl export review | flowctl validate -`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains(formats, o.format) {
				return usageError{fmt.Errorf("unknown output format %q; use one of %s", o.format, strings.Join(formats, ", "))}
			}
			return o.run(cmd.Context(), args)
		},
	}
	cmd.Flags().StringVarP(&o.format, "output", "o", reportText, "output format: text, json or github")
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (o *validateOptions) run(ctx context.Context, paths []string) error {
	sources := findSources(paths)
	findings := make([][]finding, len(sources))
	flows := make([]int, len(sources))
	inParallel(ctx, len(sources), runtime.GOMAXPROCS(0), func(i int) {
		r := o.app.readSource(ctx, sources[i], true)
		findings[i], flows[i] = r.findings, len(r.flows)
	})
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := o.print(slices.Concat(findings...)); err != nil {
		return err
	}
	var t tally
	for i := range sources {
		t.add(flows[i], findings[i])
	}
	if t.errors > 0 {
		return noError{t.String()}
	}
	o.app.note("%s", t)
	return nil
}

func (o *validateOptions) print(findings []finding) error {
	var err error
	switch o.format {
	case reportText:
		err = writeFindings(o.app.out, findings, finding.line)
	case reportGitHub:
		err = writeFindings(o.app.out, findings, finding.annotation)
	default:
		var p *output.Printer
		if p, err = o.app.printer(outputFlags{format: string(output.JSON)}); err == nil {
			_, err = output.List(p, output.View[finding]{}, output.Seq(findings))
		}
	}
	if err != nil {
		return fmt.Errorf("write the problems: %w", err)
	}
	return err
}
