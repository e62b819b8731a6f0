package server

import (
	"crypto/sha256"
	"errors"
	"net/http"

	"github.com/flowctl/flowctl/internal/store"
)

// once is a POST with an Idempotency-Key: however often it arrives within a day,
// it is done once. The zero value is one without a key.
type once struct {
	record *store.Idempotency // what will be remembered; nil without a key
}

// once looks for an earlier arrival of this POST. If there was one, done is true
// and it is answered.
func (c *call) once(body []byte) (o once, done bool, err error) {
	keys := c.r.Header.Values("Idempotency-Key")
	switch {
	case len(keys) == 0:
		return once{}, false, nil
	case len(keys) > 1 || !isSaneKey(keys[0]):
		return once{}, false, badRequest("Idempotency-Key has to be one text of 1 to 255 printable ASCII characters")
	}
	o.record = &store.Idempotency{
		UserID: c.user.ID, Key: keys[0], Request: fingerprint(c.r, body), Status: http.StatusOK,
	}
	first, err := c.s.st.Idempotent(c.r.Context(), c.user.ID, keys[0])
	switch {
	case errors.Is(err, store.ErrNotFound):
		return o, false, nil
	case err != nil:
		return o, false, err
	}
	return o, true, c.replay(o, first)
}

// fingerprint is what two requests have in common that ask for the same.
func fingerprint(r *http.Request, body []byte) (sum [32]byte) {
	h := sha256.New()
	h.Write([]byte(r.Method + " " + r.URL.Path + "\n"))
	h.Write(body)
	h.Sum(sum[:0])
	return sum
}

func isSaneKey(key string) bool {
	if key == "" || len(key) > 255 {
		return false
	}
	for i := range len(key) {
		if key[i] < ' ' || key[i] > '~' {
			return false
		}
	}
	return true
}

// remember keeps f's JSON as the answer to later arrivals.
func (o once) remember(f *store.Flow) {
	if o.record == nil {
		return
	}
	a := new(answer)
	a.flow(f)
	o.record.Body, o.record.Revision = a.bytes(), f.Revision
}

// unlessLost returns err, or nil when it says that another arrival of the same POST
// came first while this one was on its way, and that was answered.
func (c *call) unlessLost(o once, err error) error {
	var replay *store.ReplayError
	if !errors.As(err, &replay) {
		return err
	}
	return c.replay(o, &replay.First)
}

// replay answers with the first answer, if it was to the same request.
func (c *call) replay(o once, first *store.Idempotency) error {
	if first.Request != o.record.Request {
		return &problem{status: http.StatusConflict, detail: "This Idempotency-Key was used for another request"}
	}
	c.Header().Set("Idempotency-Replayed", "true")
	if first.Revision != "" {
		c.Header().Set("ETag", `"`+first.Revision+`"`)
	}
	c.json(first.Status, first.Body)
	return nil
}
