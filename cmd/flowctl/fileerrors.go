package main

import "fmt"

// invalidError says that flow files are not valid, or hold no flow.
type invalidError struct{ msg string }

func (e invalidError) Error() string { return e.msg }

// unreadableError says that flow files could not be read, so that it is not known
// whether they are valid.
type unreadableError struct{ msg string }

func (e unreadableError) Error() string { return e.msg }

// severalError says that a file holds several flows where one is needed.
type severalError struct {
	path  string
	flows int
}

func (e severalError) Error() string {
	return fmt.Sprintf("%s holds %s; give a file with one, or use 'flowctl import'", e.path, plural(e.flows, "flow"))
}
