package cmdutil

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// paged returns the writer for a table on a terminal: the user's pager, which shows it when
// the command ends, or stdout if there is none.
func (a *App) paged() io.Writer {
	line := a.pagerCommand()
	if line == "" {
		return a.Out
	}
	pg := &pager{app: a, line: line}
	a.Closers = append(a.Closers, pg.close)
	return pg
}

// pagerCommand is the user's pager, "" for none.
func (a *App) pagerCommand() string {
	line, set := os.LookupEnv("FLOWCTL_PAGER")
	if !set {
		line, set = os.LookupEnv("PAGER")
	}
	if !set && os.Getenv("TERM") != "dumb" {
		line, _ = exec.LookPath("less")
	}
	if line = strings.TrimSpace(line); a.Flags.noPager || line == "cat" {
		return ""
	}
	return line
}

// pager is a writer whose text a pager shows. It keeps the text until close, so that nothing
// is lost if the pager cannot be started.
type pager struct {
	app  *App
	line string
	text bytes.Buffer
}

func (p *pager) Write(text []byte) (int, error) { return p.text.Write(text) }

// close shows the text and waits until the user has read it. The pager's exit code is
// ignored: the user may quit early.
func (p *pager) close() error {
	if p.text.Len() == 0 {
		return nil
	}
	cmd := UserProgram(p.line)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(p.text.Bytes()), p.app.Out, p.app.Err
	cmd.Env = os.Environ()
	if _, set := os.LookupEnv("LESS"); !set {
		cmd.Env = append(cmd.Env, "LESS=FRX") // leave if it fits the screen, show colours, do not clear
	}
	defer p.app.Interrupts.Ignore()()
	err := cmd.Run()
	if cmd.ProcessState != nil && !ShellFailed(err) {
		return nil
	}
	p.app.Warn("cannot run the pager %q; set PAGER, or give --no-pager", p.line)
	_, err = io.Copy(p.app.Out, &p.text)
	return err
}

// ShellFailed reports whether a shell could not run the program it was given.
func ShellFailed(err error) bool {
	const notExecutable, notFound = 126, 127
	var exit *exec.ExitError
	return errors.As(err, &exit) && (exit.ExitCode() == notExecutable || exit.ExitCode() == notFound)
}

// UserProgram returns the command in a variable such as EDITOR, with args appended: a
// program, its path with or without spaces, or a shell command such as "code --wait". It has
// no context, since it has the terminal and the user ends it.
func UserProgram(line string, args ...string) *exec.Cmd {
	words := []string{"sh", "-c", line + ` "$@"`, line}
	if path, err := exec.LookPath(line); err == nil {
		words = []string{path}
	} else if runtime.GOOS == "windows" {
		words = strings.Fields(line)
	}
	words = append(words, args...)
	return exec.CommandContext(context.Background(), words[0], words[1:]...) //nolint:gosec // to run what the user asks for is the point
}
