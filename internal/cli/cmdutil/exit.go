package cmdutil

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/repo"
	"github.com/flowctl/flowctl/internal/store"
	"github.com/flowctl/flowctl/internal/sync"
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

// errInterrupted is Ctrl-C where it is not a signal but a key.
var errInterrupted error = exitError{errors.New("interrupted"), exitInterrupted}

// Usage makes err the error of a command line that cannot be carried out as it is:
// exit code 2.
func Usage(err error) error { return exitError{err, exitUsage} }

// Negative returns the error of an answer that is no: exit code 3. The text may be empty, when
// what was printed is enough.
func Negative(text string) error { return exitError{errors.New(text), ExitNo} }

// Failed makes err a failure, exit code 1, whatever other errors are in its tree: whoever
// could not read a file does not know what is in it.
func Failed(err error) error { return exitError{err, ExitFailed} }

// Partial returns the error of a command of which some parts failed, each of which has been
// reported: exit code 5.
func Partial(text string) error { return exitError{errors.New(text), ExitSome} }

// PartialOf returns the error of a command in which some or all of several things failed,
// in the words of what failed: "flows not deleted".
func PartialOf(errs []error, total int, what string) error {
	err := errors.Join(errs...)
	if failed := len(errs); failed > 0 && failed < total {
		return Partial(fmt.Sprintf("%d of %d %s:\n%v", failed, total, what, err))
	}
	return err
}

// Conflict makes err, of something that exists, moved or is ambiguous, a conflict: exit
// code 6.
func Conflict(err error) error { return exitError{err, ExitConflict} }

// Denied makes err, which the server did not mark so, a refusal to sign in: exit code 4.
func Denied(err error) error { return exitError{err, exitDenied} }

// ExitCode maps an error to the exit code of the process. It is the only place
// that does.
func ExitCode(ctx context.Context, err error) int {
	var known exitError
	switch {
	case err == nil:
		return ExitDone
	case ctx.Err() != nil:
		return exitInterrupted
	case errors.As(err, &known):
		return known.code
	case errors.As(err, new(files.SeveralError)), errors.As(err, new(*sync.UsageError)), errors.As(err, new(*repo.ConfigError)), errors.Is(err, store.ErrBadKind):
		return exitUsage
	case errors.As(err, new(files.UnreadableError)):
		return ExitFailed
	case errors.As(err, new(files.InvalidError)), errors.As(err, new(*sync.UnstorableError)), errors.As(err, new(*sync.MissingError)):
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
	return errors.As(err, new(*sync.ConflictError)) || errors.As(err, new(*sync.MovedError)) ||
		errors.As(err, new(*sync.DuplicateError)) || errors.As(err, new(*sync.ClashError)) || errors.As(err, new(*sync.HiddenError)) || errors.As(err, new(*sync.RefusedError))
}

// ErrorText returns what is printed of an error before the process exits.
func (a *App) ErrorText(ctx context.Context, err error) string {
	// An answer that is being read ends with its connection.
	if ctx.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, net.ErrClosed)) {
		return "interrupted"
	}
	return a.explained(err.Error(), err)
}
