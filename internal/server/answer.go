package server

import (
	"net/http"
	"strconv"

	"github.com/flowctl/flowctl/internal/rawjson"
)

const (
	largePart = 32 << 10  // the size from which a stored text is sent by itself, not copied
	fullPart  = 128 << 10 // the size from which the rows of a list are sent
)

// answer is a JSON body that is being written. Small parts are collected in a buffer.
type answer struct {
	c   *call // nil if the text is only put together
	buf []byte
	err error // why nobody receives the answer any more
}

// newAnswer returns an empty answer, with the buffer of an earlier one if there is one.
func (c *call) newAnswer() *answer {
	a, ok := c.s.answers.Get().(*answer)
	if !ok {
		a = &answer{buf: make([]byte, 0, 8<<10)}
	}
	*a = answer{c: c, buf: a.buf[:0]}
	return a
}

// raw adds JSON text.
func (a *answer) raw(b []byte) {
	if len(b) < largePart || a.c == nil {
		a.buf = append(a.buf, b...)
		return
	}
	a.flush()
	_, a.err = a.c.Write(b)
}

// text adds JSON text.
func (a *answer) text(s string) { a.buf = append(a.buf, s...) }

// string adds a text, such as a key, and then s as a JSON string.
func (a *answer) string(text, s string) { a.buf = rawjson.AppendString(append(a.buf, text...), s) }

// int adds a text, such as a key, and a number.
func (a *answer) int(text string, n int64) {
	a.buf = strconv.AppendInt(append(a.buf, text...), n, 10)
}

func (a *answer) intOrNull(text string, n *int64) {
	if n == nil {
		a.value(text, nil)
	} else {
		a.int(text, *n)
	}
}

// value adds a text, such as a key, and JSON text, which is null if it is nil.
func (a *answer) value(text string, v []byte) {
	a.text(text)
	if v == nil {
		a.text("null")
	} else {
		a.raw(v)
	}
}

// list adds a list of n elements.
func (a *answer) list(n int, element func(i int)) {
	a.text("[")
	for i := range n {
		if i > 0 {
			a.text(",")
		}
		element(i)
	}
	a.text("]")
}

// flush sends the buffer as a part of a body of unknown length.
func (a *answer) flush() {
	if a.c.status == 0 {
		a.c.Header().Set("Content-Type", "application/json")
	}
	_, a.err = a.c.Write(a.buf)
	a.buf = a.buf[:0]
}

// send answers 200 with a, or with the rest of an answer that has begun. a must not be
// used any more.
func (c *call) send(a *answer) error {
	if c.status == 0 {
		c.json(http.StatusOK, a.buf)
	} else {
		a.flush()
	}
	if cap(a.buf) <= 2*fullPart {
		c.s.answers.Put(a)
	}
	return nil
}

// breakOff aborts an answer of which a part has been sent, so that no client takes it for
// complete.
func (c *call) breakOff(err error) {
	c.cause = err
	panic(http.ErrAbortHandler)
}

// json answers with a short body.
func (c *call) json(status int, body []byte) {
	h := c.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	c.WriteHeader(status)
	_, _ = c.Write(body) // fails only when the client has gone
}
