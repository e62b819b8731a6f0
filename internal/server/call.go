package server

import (
	"io"
	"net/http"

	"github.com/flowctl/flowctl/internal/store"
)

// call is a request and its answer.
type call struct {
	http.ResponseWriter

	s       *Server
	r       *http.Request
	hosts   hosts       // by which names the server may be asked for
	id      string      // request id
	route   string      // pattern of the route, "" for none
	local   *store.User // who calls from this process; nil for a request from a socket
	user    *store.User // who is signed in; nil until the route asked
	keyName string      // of the key that user is signed in with
	cause   error       // what went wrong inside, for the log alone

	status  int   // of the answer, 0 while there is none
	written int64 // bytes of its body

	reserved []func() // release the memory that it uses
}

// WriteHeader records the status and sends it.
func (c *call) WriteHeader(status int) {
	if c.status == 0 {
		c.status = status
	}
	c.ResponseWriter.WriteHeader(status)
}

// Write counts the body's bytes.
func (c *call) Write(b []byte) (int, error) {
	if c.status == 0 {
		c.status = http.StatusOK
	}
	n, err := c.ResponseWriter.Write(b)
	c.written += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController through.
func (c *call) Unwrap() http.ResponseWriter { return c.ResponseWriter }

func (c *call) userID() string {
	if c.user == nil {
		return ""
	}
	return c.user.ID
}

func (c *call) isAdmin() bool { return c.user.Role == store.RoleAdmin }

// copy answers 200 with what r returns.
func (c *call) copy(r io.Reader) error {
	c.WriteHeader(http.StatusOK)
	_, _ = io.Copy(c, r) // fails only when the client has gone
	return nil
}
