package sync

import (
	"fmt"
	"strings"
)

// Candidate is one of the flows that a file may belong to.
type Candidate struct{ ID, Name string }

// Conflict is a file that may belong to more than one flow, or to another file's.
type Conflict struct {
	File       string
	Reason     string // what is unclear, and what to do
	Candidates []Candidate
}

// ConflictError lists the files whose flow is not clear.
type ConflictError struct{ Conflicts []Conflict }

// Error has a line for each file.
func (e *ConflictError) Error() string {
	var b strings.Builder
	b.WriteString("it is not clear which flow is which:")
	for _, c := range e.Conflicts {
		var ids []string
		for _, f := range c.Candidates {
			ids = append(ids, f.ID)
		}
		fmt.Fprintf(&b, "\n  %s %s (%s)", c.File, c.Reason, strings.Join(ids, ", "))
	}
	return b.String()
}

func ambiguous(it *item, free []*stored, files int) Conflict {
	c := Conflict{File: it.Path}
	for _, at := range free {
		c.Candidates = append(c.Candidates, Candidate{at.id, at.name})
	}
	c.Reason = fmt.Sprintf("is named %q, as are %d flows; say which it is by an \"id\" in the file", it.Name, len(free))
	if len(free) == 1 {
		c.Reason = fmt.Sprintf("is one of %d files named %q, and there is one such flow; say which file it is by its \"id\"", files, it.Name)
	}
	return c
}

// MovedError reports that flows have changed since a plan was made.
type MovedError struct{ Moved []string }

// Error returns a line for each flow that has changed.
func (e *MovedError) Error() string {
	return "the plan does not hold any more; make a new one:\n  " + strings.Join(e.Moved, "\n  ")
}

// DuplicateError reports that a flow was made for a file while somebody else made one of
// the same name.
type DuplicateError struct {
	ID   string // of the file's flow
	Twin Candidate
}

// Error names both flows.
func (e *DuplicateError) Error() string {
	return fmt.Sprintf("somebody else made a flow named %q at the same time: %s; the file is now %s, delete the one that is not wanted", e.Twin.Name, e.Twin.ID, e.ID)
}
