package main

import (
	"context"
	"errors"

	"github.com/flowctl/flowctl/internal/reconcile"
	"github.com/flowctl/flowctl/internal/repo"
	"github.com/flowctl/flowctl/internal/store"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// The exit codes, as `flowctl help exit-codes` lists them.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitNo          = 3
	exitDenied      = 4
	exitSome        = 5
	exitConflict    = 6
	exitInterrupted = 130
)

// usageError is a command line that cannot be carried out as it stands.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// noError says that the answer is no: files differ, are invalid, a run failed.
// Its text may be empty, when what was printed says it all.
type noError struct{ msg string }

func (e noError) Error() string { return e.msg }

// failedError is a failure of which another error in its tree might be taken for an
// answer: who could not read a file does not know what is in it.
type failedError struct{ error }

func (e failedError) Unwrap() error { return e.error }

// someError says that some of several things failed; each has been reported.
type someError struct{ msg string }

func (e someError) Error() string { return e.msg }

// conflictError is something that exists, moved, or is ambiguous.
type conflictError struct{ error }

func (e conflictError) Unwrap() error { return e.error }

// errInterrupted is Ctrl-C where it is no signal but a key.
var errInterrupted = errors.New("interrupted")

// deniedError is a refusal to sign in that the server did not mark as one.
type deniedError struct{ error }

func (e deniedError) Unwrap() error { return e.error }

// exitCode maps an error to the exit code of the process. It is the only place
// that does.
func exitCode(ctx context.Context, err error) int {
	var (
		usage    usageError
		failed   failedError
		no       noError
		some     someError
		conflict conflictError
		denied   deniedError
	)
	switch {
	case err == nil:
		return exitDone
	case ctx.Err() != nil, errors.Is(err, errInterrupted):
		return exitInterrupted
	case errors.As(err, &usage), errors.As(err, new(severalError)), errors.As(err, new(*repo.ConfigError)), errors.Is(err, store.ErrBadKind):
		return exitUsage
	case errors.As(err, &failed), errors.As(err, new(unreadableError)):
		return exitFailed
	case errors.As(err, &no), errors.As(err, new(invalidError)), errors.As(err, new(*reconcile.UnstorableError)):
		return exitNo
	case errors.As(err, &some):
		return exitSome
	case errors.As(err, &conflict), errors.Is(err, client.ErrConflict), isUnclear(err):
		return exitConflict
	case errors.As(err, &denied), errors.Is(err, client.ErrUnauthorized), errors.Is(err, client.ErrForbidden):
		return exitDenied
	}
	return exitFailed
}

// isUnclear tells what was found to be ambiguous or moved.
func isUnclear(err error) bool {
	return errors.Is(err, flowfile.ErrTwoFiles) || errors.As(err, new(*reconcile.ConflictError)) || errors.As(err, new(*reconcile.MovedError)) ||
		errors.As(err, new(*reconcile.TwinError)) || errors.As(err, new(*reconcile.HiddenError)) || errors.As(err, new(*reconcile.RefusedError))
}

// errorText returns what is printed of an error before the process exits.
func (a *app) errorText(ctx context.Context, err error) string {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return "interrupted"
	}
	return a.explained(err.Error(), err)
}
