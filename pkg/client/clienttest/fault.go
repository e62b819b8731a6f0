package clienttest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"time"
)

// Fault is something that goes wrong with a request.
type Fault struct {
	Method string // "" is any
	Path   string // what the path ends with; "" is any
	Times  int    // how many such requests; 0 is one, negative all

	After bool // the request is carried out before it goes wrong

	// How it goes wrong: the first of these that is set; none is 500 text/plain.
	Drop   bool          // the connection is cut without an answer
	Cut    bool          // it is cut in the middle of the answer, after Silent
	Silent time.Duration // no byte comes for so long, then the connection is cut
	Status int           // this answer

	Header http.Header // with Status
	Body   string      // with Status
}

// Fail lets the next requests that are like f go wrong. Of several faults that fit
// a request the oldest one is taken.
func (b *Backend) Fail(f Fault) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if f.Times == 0 {
		f.Times = 1
	}
	b.faults = append(b.faults, &f)
}

// fault takes the fault for r, nil if there is none.
func (b *Backend) fault(r *http.Request) *Fault {
	for _, f := range b.faults {
		if f.Times != 0 && (f.Method == "" || f.Method == r.Method) && strings.HasSuffix(r.URL.Path, f.Path) {
			f.Times--
			return f
		}
	}
	return nil
}

func (f *Fault) serve(b *Backend, w http.ResponseWriter, r *http.Request) {
	done := httptest.NewRecorder()
	if f.After || f.Cut {
		b.serve(done, r)
	}
	switch {
	case f.Drop:
		panic(http.ErrAbortHandler)
	case f.Cut:
		w.Header().Set("Content-Type", done.Header().Get("Content-Type"))
		text := done.Body.Bytes()
		_, _ = w.Write(text[:len(text)/2])
		_ = http.NewResponseController(w).Flush()
		wait(r, f.Silent)
		panic(http.ErrAbortHandler)
	case f.Silent > 0:
		wait(r, f.Silent)
		panic(http.ErrAbortHandler)
	case f.Status != 0:
		for key, values := range f.Header {
			w.Header()[key] = values
		}
		w.WriteHeader(f.Status)
		_, _ = w.Write([]byte(f.Body))
	default:
		crash(w)
	}
}

// wait waits for a time, or until nobody waits for the answer any more.
func wait(r *http.Request, silent time.Duration) {
	select {
	case <-time.After(silent):
	case <-r.Context().Done():
	}
}
