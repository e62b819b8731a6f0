package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/flowctl/flowctl/internal/output"
)

// app is what all commands share: the streams, the configuration, and the place
// that flows are kept in, opened when the first command needs it.
type app struct {
	in  io.Reader
	out io.Writer
	err io.Writer

	flags      globalFlags
	config     Config
	connected  target // the last one that was connected to
	closers    []func() error
	interrupts interrupts

	warnedTokens bool // that others can read them
}

// globalFlags are the flags that every command has.
type globalFlags struct {
	server, token, profile string
	debug, noColor, quiet  bool
	noPager                bool
	headers                []string
	caCert                 string
}

func newApp(in io.Reader, out, err io.Writer) *app {
	return &app{in: in, out: out, err: err}
}

// Main runs the command line of the process and returns the exit code.
func Main() int {
	cobra.EnableCommandSorting = false // help lists commands in the order in which they are needed
	a := newApp(os.Stdin, os.Stdout, os.Stderr)
	return a.run(a.interrupts.watch(context.Background()), os.Args[1:])
}

// run executes one command line and returns the exit code.
func (a *app) run(ctx context.Context, args []string) int {
	root := newRootCmd(a)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if out, ok := root.OutOrStdout().(*firstError); ok && err == nil {
		err = out.err
	}
	err = errors.Join(err, a.close())
	if err == nil {
		return exitDone
	}
	code := exitCode(ctx, err)
	if text := a.errorText(ctx, err); text != "" {
		a.fail(text)
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

// close ends what commands opened, last first.
func (a *app) close() error {
	var errs []error
	for i := len(a.closers) - 1; i >= 0; i-- {
		errs = append(errs, a.closers[i]())
	}
	a.closers = nil
	return errors.Join(errs...)
}

// fail writes the error that ends the command.
func (a *app) fail(text string) {
	fmt.Fprintf(a.err, "%s %s\n", a.styles().Error("error:"), output.Lines(text))
}

// warn writes something that the user should know, though the command goes on.
func (a *app) warn(format string, args ...any) {
	fmt.Fprintf(a.err, "%s %s\n", a.styles().Warning("warning:"), output.Lines(fmt.Sprintf(format, args...)))
}

// note writes a word about what was done. --quiet leaves it out.
func (a *app) note(format string, args ...any) {
	if !a.flags.quiet {
		fmt.Fprintln(a.err, output.Lines(fmt.Sprintf(format, args...)))
	}
}

func (a *app) styles() output.Styles { return output.NewStyles(a.err, a.color(a.err)) }

// color tells whether to write colours to w: on a terminal, unless NO_COLOR,
// TERM=dumb or --no-color say otherwise; elsewhere only with FORCE_COLOR.
func (a *app) color(w io.Writer) bool {
	switch {
	case a.flags.noColor, os.Getenv("NO_COLOR") != "":
		return false
	case os.Getenv("FORCE_COLOR") != "":
		return os.Getenv("FORCE_COLOR") != "0"
	}
	return isTerminal(w) && os.Getenv("TERM") != "dumb"
}

// isTerminal tells whether a stream is a terminal.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// interactive tells whether the user can be asked.
func (a *app) interactive() bool { return isTerminal(a.in) && isTerminal(a.err) }

// outputFlags are the flags of commands that print data.
type outputFlags struct {
	format, jq, template string
}

func (o *outputFlags) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVarP(&o.format, "output", "o", "", "output format: text, wide, json, jsonl, yaml or name")
	f.StringVar(&o.jq, "jq", "", "filter the JSON with a jq `program`")
	f.StringVar(&o.template, "template", "", "format the JSON with a Go `template`")
	_ = cmd.RegisterFlagCompletionFunc("output", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		var formats []string
		for _, f := range output.Formats() {
			formats = append(formats, string(f))
		}
		return formats, cobra.ShellCompDirectiveNoFileComp
	})
}

// printer gives the printer that a command's output flags ask for.
func (a *app) printer(o outputFlags) (*output.Printer, error) { return a.printerTo(a.out, o) }

// printerTo is printer for a writer before stdout.
func (a *app) printerTo(w io.Writer, o outputFlags) (*output.Printer, error) {
	format := o.format
	if format == "" && o.jq == "" && o.template == "" {
		format = a.config.Output
	}
	opts := output.Options{Format: output.Format(format), JQ: o.jq, Template: o.template, Color: a.color(a.out)}
	if f, ok := a.out.(*os.File); ok && isTerminal(a.out) {
		opts.Terminal, opts.Now = true, time.Now
		if width, _, err := term.GetSize(int(f.Fd())); err == nil {
			opts.Width = width
		}
	}
	p, err := output.New(w, opts)
	if err != nil {
		return nil, usageError{err}
	}
	return p, nil
}
