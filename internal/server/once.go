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
	first  *store.Idempotency // what is remembered of an earlier arrival, nil if this is the first
}

// once looks for an earlier arrival of this POST. The key of another request is a
// 409.
func (c *call) once(body []byte) (once, error) {
	o, err := c.onceUnseen(body)
	if err != nil || o.record == nil {
		return o, err
	}
	first, err := c.s.st.Idempotent(c.r.Context(), o.record.UserID, o.record.Key)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return o, nil
	case err != nil:
		return o, err
	}
	return o, o.cameAfter(first)
}

// onceUnseen is once for a POST whose answer follows from the request: an earlier
// arrival need not be looked for, the write comes across it.
func (c *call) onceUnseen(body []byte) (once, error) {
	keys := c.r.Header.Values("Idempotency-Key")
	switch {
	case len(keys) == 0:
		return once{}, nil
	case len(keys) > 1 || !isSaneKey(keys[0]):
		return once{}, badRequest("Idempotency-Key has to be one text of 1 to 255 printable ASCII characters")
	}
	return once{record: &store.Idempotency{
		UserID: c.user.ID, Key: keys[0], Request: fingerprint(c.r, body), Status: http.StatusOK,
	}}, nil
}

// cameAfter says that there was an earlier arrival.
func (o *once) cameAfter(first *store.Idempotency) error {
	if first.Request != o.record.Request {
		return &problem{status: http.StatusConflict, detail: "This Idempotency-Key was used for another request"}
	}
	o.first = first
	return nil
}

// lost tells whether err, of a write, says that another arrival came first while
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

// remember keeps what the request has made or changed. A flow is remembered by its id
// and revision: its text may have megabytes, and is in the database already.
func (o *once) remember(f *store.Flow) {
	if o.record != nil {
		o.record.Made, o.record.Revision, o.record.CreatedAt = f.ID, f.Revision, f.CreatedAt
	}
}

// restoreMaking gives a flow made of the same request what the server chose then.
func (o *once) restoreMaking(f *store.Flow) {
	f.ID, f.Revision = o.first.Made, o.first.Revision
	f.CreatedAt, f.UpdatedAt = o.first.CreatedAt, o.first.CreatedAt
}

// replay answers with the flow that an earlier arrival has made or changed, as it is
// now: others may have changed it since.
func (c *call) replay(o once) error {
	err := c.holdFlow(o.first.Made)
	var f *store.Flow
	if err == nil {
		f, err = c.s.st.Flow(c.r.Context(), o.first.Made)
	}
	if errors.Is(err, store.ErrNotFound) {
		return &problem{status: http.StatusNotFound, detail: "The flow that this request made or changed has been deleted since"}
	}
	if err != nil {
		return err
	}
	if may := c.rights(f); !may.read && !may.write {
		return errProhibited
	}
	c.markReplay()
	return c.sendWritten(f)
}

func (c *call) markReplay() { c.Header().Set("Idempotency-Replayed", "true") }
