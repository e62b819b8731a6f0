package cmdutil

import (
	"context"
	"errors"
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

// ExitCode maps an error to the exit code of the process. It is the only place
// that does.
func ExitCode(ctx context.Context, err error) int {
	var (
		usage    usageError
		failed   failedError
		no       negativeError
		some     partialError
		conflict ConflictError
		denied   deniedError
	)
	switch {
	case err == nil:
		return ExitDone
	case ctx.Err() != nil, errors.Is(err, errInterrupted):
		return exitInterrupted
	case errors.As(err, &usage), errors.As(err, new(files.SeveralError)), errors.As(err, new(*repo.ConfigError)), errors.Is(err, store.ErrBadKind):
		return exitUsage
	case errors.As(err, &failed), errors.As(err, new(files.UnreadableError)):
		return ExitFailed
	case errors.As(err, &no), errors.As(err, new(files.InvalidError)), errors.As(err, new(*sync.UnstorableError)):
		return ExitNo
	case errors.As(err, &some):
		return ExitSome
	case errors.As(err, &conflict), errors.Is(err, client.ErrConflict), isUnclear(err):
		return ExitConflict
	case errors.As(err, &denied), errors.Is(err, client.ErrUnauthorized), errors.Is(err, client.ErrForbidden):
		return exitDenied
	}
	return ExitFailed
}

// isUnclear returns what was found to be ambiguous or moved.
func isUnclear(err error) bool {
	return errors.Is(err, files.ErrTwoFiles) || errors.As(err, new(*sync.ConflictError)) || errors.As(err, new(*sync.MovedError)) ||
		errors.As(err, new(*sync.TwinError)) || errors.As(err, new(*sync.ClashError)) || errors.As(err, new(*sync.HiddenError)) || errors.As(err, new(*sync.RefusedError))
}

// ErrorText returns what is printed of an error before the process exits.
func (a *App) ErrorText(ctx context.Context, err error) string {
	// An answer that is being read ends with its connection.
	if ctx.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, net.ErrClosed)) {
		return "interrupted"
	}
	return a.explained(err.Error(), err)
}
