package cmdutil

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/flowctl/flowctl/internal/output"
)

// App is what all commands share: the streams, the configuration, and the place
// that flows are kept in, opened when the first command needs it.
type App struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer

	Flags      GlobalFlags
	Config     Config
	Connected  Target // the last one that was connected to
	Closers    []func() error
	Interrupts Interrupts

	warnedTokens bool // that others can read them
}

// GlobalFlags are the flags that every command has.
type GlobalFlags struct {
	Server, Token, Profile string
	Debug, noColor, Quiet  bool
	noPager                bool
	headers                []string
	caCert                 string
}

// NewApp returns an app with these streams.
func NewApp(in io.Reader, out, err io.Writer) *App {
	return &App{In: in, Out: out, Err: err}
}

// Close ends what commands opened, last first.
func (a *App) Close() error {
	var errs []error
	for i := len(a.Closers) - 1; i >= 0; i-- {
		errs = append(errs, a.Closers[i]())
	}
	a.Closers = nil
	return errors.Join(errs...)
}

// Fail writes the error that ends the command.
func (a *App) Fail(text string) {
	fmt.Fprintf(a.Err, "%s %s\n", a.Styles().Error("error:"), output.Lines(text))
}

// Warn writes something that the user should know, though the command goes on.
func (a *App) Warn(format string, args ...any) {
	fmt.Fprintf(a.Err, "%s %s\n", a.Styles().Warning("warning:"), output.Lines(fmt.Sprintf(format, args...)))
}

// Note writes a word about what was done. --quiet leaves it out.
func (a *App) Note(format string, args ...any) {
	if !a.Flags.Quiet {
		fmt.Fprintln(a.Err, output.Lines(fmt.Sprintf(format, args...)))
	}
}

// Styles returns the styles of what is written to stderr.
func (a *App) Styles() output.Styles { return output.NewStyles(a.Err, a.Color(a.Err)) }

// Color reports whether to write colours to w: on a terminal, unless NO_COLOR,
// TERM=dumb or --no-color say otherwise; elsewhere only with FORCE_COLOR.
func (a *App) Color(w io.Writer) bool {
	switch {
	case a.Flags.noColor, os.Getenv("NO_COLOR") != "":
		return false
	case os.Getenv("FORCE_COLOR") != "":
		return os.Getenv("FORCE_COLOR") != "0"
	}
	return IsTerminal(w) && os.Getenv("TERM") != "dumb"
}

// IsTerminal reports whether a stream is a terminal.
func IsTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// Interactive reports whether the user can be asked.
func (a *App) Interactive() bool { return IsTerminal(a.In) && IsTerminal(a.Err) }

// OutputFlags are the flags of commands that print data.
type OutputFlags struct {
	Format, jq, template string
}

// Register adds the flags.
func (o *OutputFlags) Register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVarP(&o.Format, "output", "o", "", "output format: text, wide, json, jsonl, yaml or name")
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

// Printer returns the printer that a command's output flags ask for.
func (a *App) Printer(o OutputFlags) (*output.Printer, error) { return a.printerTo(a.Out, o) }

// printerTo is printer for a writer before stdout.
func (a *App) printerTo(w io.Writer, o OutputFlags) (*output.Printer, error) {
	format := o.Format
	if format == "" && o.jq == "" && o.template == "" {
		format = a.Config.Output
	}
	opts := output.Options{Format: output.Format(format), JQ: o.jq, Template: o.template, Color: a.Color(a.Out)}
	if f, ok := a.Out.(*os.File); ok && IsTerminal(a.Out) {
		opts.Terminal, opts.Now = true, time.Now
		if width, _, err := term.GetSize(int(f.Fd())); err == nil {
			opts.Width = width
		}
	}
	p, err := output.New(w, opts)
	if err != nil {
		return nil, Usage(err)
	}
	return p, nil
}

// Register adds the flags.
func (f *GlobalFlags) Register(cmd *cobra.Command) {
	p := cmd.PersistentFlags()
	p.StringVar(&f.Server, "server", "", "`URL` of the flows server (FLOWCTL_SERVER)")
	p.StringVar(&f.Token, "token", "", "`token` or API key; others can see it in the list of processes, so prefer FLOWCTL_TOKEN")
	p.StringVar(&f.Profile, "profile", "", "`name` of a configured server, or \"local\" (FLOWCTL_PROFILE)")
	p.Duration("timeout", DefaultTimeout, "give up when the server sends nothing for this long, 0: never (FLOWCTL_TIMEOUT)")
	p.StringArrayVar(&f.headers, "header", nil, "send this header with every request (repeatable: `NAME:VALUE`); prefer FLOWCTL_HEADERS, one a line, which others cannot see")
	p.StringVar(&f.caCert, "ca-cert", "", "also trust the certificates in this PEM `file` (FLOWCTL_CA_CERT)")
	p.BoolVar(&f.Debug, "debug", false, "log requests to stderr")
	p.BoolVar(&f.noColor, "no-color", false, "no colours (NO_COLOR)")
	p.BoolVar(&f.noPager, "no-pager", false, "do not page long lists (FLOWCTL_PAGER=)")
	p.BoolVarP(&f.Quiet, "quiet", "q", false, "print only errors and warnings besides the result")
}
