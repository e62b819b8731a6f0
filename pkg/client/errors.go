package client

import "errors"

// What went wrong, to be asked with errors.Is.
var (
	ErrUnauthorized = errors.New("not signed in")      // 401
	ErrForbidden    = errors.New("not allowed")        // 403
	ErrNotFound     = errors.New("not found")          // 404
	ErrInvalid      = errors.New("invalid")            // 400, 413, 415, 422
	ErrConflict     = errors.New("changed meanwhile")  // 409, 412
	errNotBuilt     = errors.New("client: to be done") // while the package is being written
)

// Error is a call that failed: the server refused it, its answer made no sense,
// or none came.
type Error struct {
	StatusCode int          // of the answer; 0 if none came
	Detail     string       // what the server said, fit to be printed; or what was wrong with its answer
	Fields     []FieldError // of a 422: every fault that the server found
	Method     string       // "GET", ...
	Path       string       // below the base URL, without the query
	RequestID  string       // the server's X-Request-Id, "" without
}

// FieldError is one fault in what was sent.
type FieldError struct {
	Field   string // where: "name", "nodes.0.id"
	Message string // what is wrong there
	Type    string // the server's code for it, such as "list_type"
}

func (e *Error) Error() string { return "" }
