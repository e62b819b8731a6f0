package cmdutil

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/lookup"
	"github.com/flowctl/flowctl/internal/repo"
	"github.com/flowctl/flowctl/internal/store"
	"github.com/flowctl/flowctl/internal/sync"
	"github.com/flowctl/flowctl/internal/template"
	"github.com/flowctl/flowctl/pkg/client"
)

// The exit codes, as `flowctl help exit-codes` lists them.
const (
	ExitDone        = 0
	ExitFailed      = 1
	exitUsage       = 2
	ExitNo          = 3
	exitDenied      = 4
	ExitSome        = 5
	ExitConflict    = 6
	exitInterrupted = 130
)

// exitError is an error with its exit code.
type exitError struct {
	error
	code int
}

func (e exitError) Unwrap() error { return e.error }

// errInterrupted is the error for Ctrl-C that was read as a key, not sent as a signal.
var errInterrupted error = exitError{errors.New("interrupted"), exitInterrupted}

// Usage marks err as caused by the command line: exit code 2.
func Usage(err error) error { return exitError{err, exitUsage} }

// Negative returns an error for an answer that is no: exit code 3. text may be empty if what
// was printed is enough.
func Negative(text string) error { return exitError{errors.New(text), ExitNo} }

// Failed marks err as a failure: exit code 1, even if it wraps an error with another code.
func Failed(err error) error { return exitError{err, ExitFailed} }

// Partial returns an error for a command that failed for some of several things and has
// reported each: exit code 5.
func Partial(text string) error { return exitError{errors.New(text), ExitSome} }

// PartialOf returns the error of a command that failed for some or all of total things. what
// describes them: "flows not deleted".
func PartialOf(errs []error, total int, what string) error {
	err := errors.Join(errs...)
	if failed := len(errs); failed > 0 && failed < total {
		return Partial(fmt.Sprintf("%d of %d %s:\n%v", failed, total, what, err))
	}
	return err
}

// Conflict marks err as a conflict, with something that exists, has changed or is ambiguous:
// exit code 6.
func Conflict(err error) error { return exitError{err, ExitConflict} }

// Denied marks err, which the server did not mark so, as a refused sign-in: exit code 4.
func Denied(err error) error { return exitError{err, exitDenied} }

// ExitCode returns the exit code of the process for the error that ends it. Exit codes are
// decided here only.
func ExitCode(ctx context.Context, err error) int {
	var known exitError
	switch {
	case err == nil:
		return ExitDone
	case ctx.Err() != nil:
		return exitInterrupted
	case errors.As(err, &known):
		return known.code
	case errors.As(err, new(files.SeveralError)), errors.As(err, new(*sync.UsageError)), errors.As(err, new(*repo.ConfigError)), errors.Is(err, store.ErrBadKind),
		errors.As(err, new(*template.ValueError)), errors.As(err, new(*template.UnknownError)):
		return exitUsage
	case errors.As(err, new(files.UnreadableError)):
		return ExitFailed
	case errors.As(err, new(files.InvalidError)), errors.As(err, new(*template.InvalidError)), errors.As(err, new(*sync.UnstorableError)), errors.As(err, new(*sync.MissingError)):
		return ExitNo
	case errors.Is(err, client.ErrConflict), isUnclear(err):
		return ExitConflict
	case errors.Is(err, client.ErrUnauthorized), errors.Is(err, client.ErrForbidden):
		return exitDenied
	}
	return ExitFailed
}

// isUnclear reports whether it is not clear which flow is meant, or which version of it.
func isUnclear(err error) bool {
	return errors.As(err, new(*lookup.UnclearError)) || errors.As(err, new(*sync.ConflictError)) || errors.As(err, new(*sync.MovedError)) ||
		errors.As(err, new(*sync.DuplicateError)) || errors.As(err, new(*sync.ClashError)) || errors.As(err, new(*sync.HiddenError)) || errors.As(err, new(*sync.RefusedError))
}

// ErrorText returns the text that is printed for the error that ends the process.
func (a *App) ErrorText(ctx context.Context, err error) string {
	// An answer that is being read ends with its connection.
	if ctx.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, net.ErrClosed)) {
		return "interrupted"
	}
	return a.explained(err.Error(), err)
}
