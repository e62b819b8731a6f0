package cmdutil

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/client"
)

// App has what all commands share: the streams, the configuration, and a client of the
// server, which is made when it is first needed.
type App struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer

	Flags      GlobalFlags
	Config     Config
	Connected  Target // the last one that was connected to
	Closers    []func() error
	Interrupts Interrupts

	client       *client.Client // of [App.Connect]
	warnedTokens bool           // that others can read them
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

// Fail writes the text of the error that ends the command.
func (a *App) Fail(text string) {
	fmt.Fprintf(a.Err, "%s %s\n", a.Styles().Error("error:"), output.Lines(text))
}

// Warn writes a warning to stderr.
func (a *App) Warn(format string, args ...any) {
	fmt.Fprintf(a.Err, "%s %s\n", a.Styles().Warning("warning:"), output.Lines(fmt.Sprintf(format, args...)))
}

// Note writes what was done to stderr, unless --quiet is set.
func (a *App) Note(format string, args ...any) {
	if !a.Flags.Quiet {
		fmt.Fprintln(a.Err, output.Lines(fmt.Sprintf(format, args...)))
	}
}

// Styles returns the styles of what is written to stderr.
func (a *App) Styles() output.Styles { return output.NewStyles(a.Err, a.Color(a.Err)) }

// Color reports whether to write colours to w: to a terminal, unless NO_COLOR, TERM=dumb or
// --no-color is set; elsewhere only with FORCE_COLOR.
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

// Interactive reports whether stdin and stderr are terminals, so that the user can be asked.
func (a *App) Interactive() bool { return IsTerminal(a.In) && IsTerminal(a.Err) }

// Printer returns a printer for the output flags of a command.
func (a *App) Printer(o OutputFlags) (*output.Printer, error) {
	format := o.Format
	if format == "" && o.jq == "" && o.template == "" {
		format = a.Config.Output
	}
	opts := output.Options{Format: format, JQ: o.jq, Template: o.template, Color: a.Color(a.Out)}
	if f, ok := a.Out.(*os.File); ok && IsTerminal(a.Out) {
		opts.Terminal, opts.Now = true, time.Now
		if width, _, err := term.GetSize(int(f.Fd())); err == nil {
			opts.Width = width
		}
	}
	p, err := output.New(a.Out, opts)
	if err != nil {
		return nil, Usage(err)
	}
	if o.Paged && opts.Terminal && p.ForPeople() {
		return output.New(a.paged(), opts)
	}
	return p, nil
}

// Progress returns a bar on a terminal's stderr; elsewhere, and where a single step
// is not worth one, it is nil and draws nothing.
func (a *App) Progress(label string, steps int) *output.Progress {
	if steps < 2 || a.Flags.Quiet || !IsTerminal(a.Err) {
		return nil
	}
	return output.NewProgress(a.Err, label, steps)
}
