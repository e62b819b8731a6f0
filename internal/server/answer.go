package server

import (
	"net/http"
	"strconv"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// largePart is the size from which a stored text is written by itself instead of
// being copied into the buffer of the answer.
const largePart = 32 << 10

// answer is a JSON body being put together: small parts are gathered in a buffer,
// large ones only referred to.
type answer struct {
	parts [][]byte // what is complete
	size  int      // bytes in parts
	buf   []byte   // what comes next
	start int      // where in buf the next part begins
	pool  *sync.Pool
}

// newAnswer returns an empty answer, with the buffer of an earlier one if there is
// one to be had.
func (s *Server) newAnswer() *answer {
	if a, ok := s.answers.Get().(*answer); ok {
		return a
	}
	return &answer{buf: make([]byte, 0, 8<<10), pool: &s.answers}
}

// raw adds JSON text.
func (a *answer) raw(b []byte) {
	if len(b) < largePart {
		a.buf = append(a.buf, b...)
		return
	}
	a.cut()
	a.parts = append(a.parts, b)
	a.size += len(b)
}

// text adds JSON text.
func (a *answer) text(s string) { a.buf = append(a.buf, s...) }

// quote adds s as a JSON string.
func (a *answer) quote(s string) { a.buf = appendQuoted(a.buf, s) }

// int adds a number.
func (a *answer) int(n int64) { a.buf = strconv.AppendInt(a.buf, n, 10) }

// cut makes what was gathered a part.
func (a *answer) cut() {
	if a.start < len(a.buf) {
		a.parts = append(a.parts, a.buf[a.start:])
		a.size += len(a.buf) - a.start
		a.start = len(a.buf)
	}
}

// row ends an element of a list, which may be long: a buffer that is nearly full is
// followed by a new one, where one that grows would be copied again and again.
func (a *answer) row() {
	if len(a.buf) < chunk {
		return
	}
	a.cut()
	a.buf, a.start = make([]byte, 0, chunk+chunk/4), 0
}

// chunk is about how much of a list is gathered in one buffer, in bytes.
const chunk = 128 << 10

// bytes is the whole text as a copy.
func (a *answer) bytes() []byte {
	a.cut()
	all := make([]byte, 0, a.size)
	for _, p := range a.parts {
		all = append(all, p...)
	}
	return all
}

// free puts the buffer back. The parts must not be used any more.
func (a *answer) free() {
	const keep = 256 << 10
	if cap(a.buf) > keep {
		return
	}
	clear(a.parts)
	*a = answer{parts: a.parts[:0], buf: a.buf[:0], pool: a.pool}
	a.pool.Put(a)
}

// send answers 200 with a, or with the rest of an answer that has begun, and frees it.
func (c *call) send(a *answer) error {
	defer a.free()
	a.cut()
	if c.status == 0 {
		c.jsonHeader(http.StatusOK, a.size)
	}
	c.write(a)
	return nil
}

// sendPart answers 200 with the beginning of an answer, or goes on with one, and
// empties a for what follows. It reports whether the client is still there.
func (c *call) sendPart(a *answer) bool {
	a.cut()
	if c.status == 0 {
		c.Header().Set("Content-Type", "application/json")
		c.WriteHeader(http.StatusOK)
	}
	there := c.write(a)
	clear(a.parts)
	a.parts, a.size, a.buf, a.start = a.parts[:0], 0, a.buf[:0], 0
	return there
}

// write writes what a has, and reports whether the client is still there: otherwise
// there is nobody to tell.
func (c *call) write(a *answer) bool {
	for _, p := range a.parts {
		if _, err := c.Write(p); err != nil {
			return false
		}
	}
	return true
}

// breakOff ends an answer of which a part has been sent, so that nobody takes it for
// the whole.
func (c *call) breakOff(err error) {
	c.cause = err
	panic(http.ErrAbortHandler)
}

// json answers with a short body.
func (c *call) json(status int, body []byte) {
	c.jsonHeader(status, len(body))
	_, _ = c.Write(body) // fails only when the client has gone
}

func (c *call) jsonHeader(status, length int) {
	h := c.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(length))
	c.WriteHeader(status)
}

// appendQuoted appends s as a JSON string that escapes no more than it has to.
func appendQuoted(dst []byte, s string) []byte {
	dst, _ = jsontext.AppendQuote(dst, s) // the error is of invalid UTF-8, which is replaced
	return dst
}
