package server

import (
	"crypto/sha256"
	"errors"
	"net/http"

	"github.com/flowctl/flowctl/internal/store"
)

// once is a request for a run with an Idempotency-Key: however often it arrives within a
// day, the flow runs once. The zero value is one without a key. (What is stored has ids of
// its client's choice for that.)
type once struct {
	record *store.Idempotency // what will be remembered; nil without a key
	first  *store.Idempotency // what is remembered of an earlier arrival, nil if this is the first
}

// once looks for an earlier arrival of this POST. The key of another request is a
// 409.
func (c *call) once(body []byte) (once, error) {
	keys := c.r.Header.Values("Idempotency-Key")
	switch {
	case len(keys) == 0:
		return once{}, nil
	case len(keys) > 1 || !isSaneKey(keys[0]):
		return once{}, badRequest("Idempotency-Key has to be one text of 1 to 255 printable ASCII characters")
	}
	o := once{record: &store.Idempotency{UserID: c.user.ID, Key: keys[0], Request: fingerprint(c.r, body)}}
	first, err := c.s.st.Idempotent(c.r.Context(), o.record.UserID, o.record.Key)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return o, nil
	case err != nil:
		return o, err
	}
	return o, o.cameAfter(first)
}

// cameAfter reports that there was an earlier arrival.
func (o *once) cameAfter(first *store.Idempotency) error {
	if first.Request != o.record.Request {
		return &problem{status: http.StatusConflict, detail: "This Idempotency-Key was used for another request"}
	}
	o.first = first
	return nil
}

// lost reports whether err, of a write, says that another arrival came first while
// this one was on its way; if so, err is only what keeps it from being answered.
func (o *once) lost(err error) (bool, error) {
	var replay *store.ReplayError
	if !errors.As(err, &replay) {
		return false, err
	}
	return true, o.cameAfter(&replay.First)
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

func (c *call) markReplay() { c.Header().Set("Idempotency-Replayed", "true") }
