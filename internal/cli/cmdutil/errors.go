package cmdutil

import "errors"

// usageError is a command line that cannot be carried out as it is.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// negativeError means that the answer is no: files differ, are invalid, a run failed.
// Its text may be empty, when what was printed says it all.
type negativeError struct{ msg string }

func (e negativeError) Error() string { return e.msg }

// failedError is a failure of which another error in its tree might be taken for an
// answer: who could not read a file does not know what is in it.
type failedError struct{ error }

func (e failedError) Unwrap() error { return e.error }

// partialError means that some of several things failed; each has been reported.
type partialError struct{ msg string }

func (e partialError) Error() string { return e.msg }

// ConflictError is something that exists, moved, or is ambiguous.
type ConflictError struct{ error }

func (e ConflictError) Unwrap() error { return e.error }

// errInterrupted is Ctrl-C where it is not a signal but a key.
var errInterrupted = errors.New("interrupted")

// deniedError is a refusal to sign in that the server did not mark as one.
type deniedError struct{ error }

func (e deniedError) Unwrap() error { return e.error }

// Usage makes err the error of a command line that cannot be carried out as it is:
// exit code 2.
func Usage(err error) error { return usageError{err} }

// Negative returns the error of an answer that is no: exit code 3. The text may be empty, when
// what was printed says it all.
func Negative(text string) error { return negativeError{text} }

// Failed makes err a failure, exit code 1, whatever other errors are in its tree.
func Failed(err error) error { return failedError{err} }

// Partial returns the error of a command of which some parts failed, each of which has been
// reported: exit code 5.
func Partial(text string) error { return partialError{text} }

// Conflict makes err a conflict: exit code 6.
func Conflict(err error) error { return ConflictError{err} }

// Denied makes err a refusal to sign in: exit code 4.
func Denied(err error) error { return deniedError{err} }
