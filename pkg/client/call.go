package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-resty/resty/v2"

	"github.com/flowctl/flowctl/internal/httpx"
	"github.com/flowctl/flowctl/pkg/flow"
)

// call is one call of the API with all its tries.
type call struct {
	verb    string // what is being done, for errors: "get flow"
	subject string // to what: an id or a name; "" without
	method  string
	path    string // below the base URL, escaped
	query   url.Values
	body    []byte // JSON; nil for none
	ifMatch string

	ifNoneMatch string

	repeatable bool // doing it twice is as good as once, on every server
	beats      bool // answered by a stream of events, which is never silent for long
	stream     bool // the answer's body is left to be read
	minimal    bool // the flow that it is answered with is wanted without its graph
	secret     bool // the answer may hold a token

	noSuch bool // nothing has the id that it is about

	tries int  // of the last sending
	lost  bool // a try failed that may have arrived all the same
	again bool // it was sent again because the answer was cut or empty
}

// beatTimeout is how long a stream of events may be silent at least: our server
// says every 15 seconds that it is there.
const beatTimeout = time.Minute

// idleTimeout returns how long the server may be silent, 0 for ever.
func (k *call) idleTimeout(limit time.Duration) time.Duration {
	if k.beats && limit > 0 {
		return max(limit, beatTimeout)
	}
	return limit
}

type callKey struct{}

// callOf returns the call that a request belongs to.
func callOf(ctx context.Context) *call {
	if k, ok := ctx.Value(callKey{}).(*call); ok {
		return k
	}
	return &call{}
}

const flowsPath = "/api/v1/flows/"

// answer is what came back, with a status of 2xx.
type answer struct {
	header http.Header
	body   []byte        // all of it; nil for a stream
	stream io.ReadCloser // to be closed
}

// doing says what the call does, for errors.
func (k *call) doing() string {
	if k.subject == "" {
		return k.verb
	}
	return k.verb + " " + strconv.Quote(httpx.Printable(k.subject, 80))
}

// do makes the call. Any status but 2xx is an [*Error].
func (c *conn) do(ctx context.Context, k *call) (*answer, error) {
	if err := ctx.Err(); err != nil {
		return nil, c.noAnswer(k, nil, err)
	}
	if k.noSuch {
		e := c.refuse(k, ErrNotFound, fmt.Sprintf("nothing has the id %q", k.subject), "give one that a list shows")
		e.Doing = k.verb
		return nil, e
	}
	r := c.rest.R().SetContext(context.WithValue(ctx, callKey{}, k)).SetDoNotParseResponse(k.stream)
	r.QueryParam = k.query
	if k.body != nil {
		r.SetHeader("Content-Type", "application/json")
	}
	if k.beats {
		r.SetHeader("Accept", "text/event-stream, application/json")
	}
	if k.ifMatch != "" {
		r.SetHeader("If-Match", k.ifMatch)
	}
	if k.ifNoneMatch != "" {
		r.SetHeader("If-None-Match", k.ifNoneMatch)
	}
	if k.minimal {
		r.SetHeader("Prefer", "return=minimal") // RFC 7240; our server heeds it
	}
	resp, err := r.Execute(k.method, k.path)
	k.lost = k.lost || resp != nil && mayHaveArrived(resp, err)
	if err != nil {
		return nil, c.noAnswer(k, resp, c.plainly(ctx, k, err))
	}
	c.learn(resp.Header())
	a := &answer{header: resp.Header(), body: resp.Body()}
	if k.stream {
		a.stream = resp.RawBody()
	}
	if !resp.IsSuccess() {
		return nil, c.refused(k, resp.StatusCode(), a)
	}
	return a, nil
}

// learn notes what an answer's header says of the server.
func (c *conn) learn(h http.Header) {
	if isOurAnswer(h) && c.known.Load() == nil {
		c.known.Store(ownServer())
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		c.skew.Store(date.Unix() - time.Now().Unix())
	}
}

// requestID is the server's name for a request, fit to be printed.
func requestID(h http.Header) string { return httpx.Printable(h.Get("X-Request-Id"), 80) }

// fillBody makes a reader for every try: the transport may still hold the
// last one's.
func fillBody(_ *resty.Client, r *resty.Request) error {
	k := callOf(r.Context())
	k.tries = r.Attempt
	if k.body != nil {
		r.Body = bytes.NewReader(k.body)
	}
	return nil
}

// ask makes a call whose answer is read by read, which fails with errOther if it is
// readable, but something else than is wanted. A call whose answer of status 200 was cut
// or empty is made once more if doing it twice is as good as once.
func (c *conn) ask(ctx context.Context, k *call, want string, read func(body []byte) error) (http.Header, error) {
	for {
		a, err := c.do(ctx, k)
		if err != nil {
			return nil, err
		}
		if err = read(a.body); err == nil {
			return a.header, nil
		}
		if errors.Is(err, errOther) {
			err = nil
		}
		failed := c.unusable(k, a, want, err)
		if !failed.broke || k.again || k.method == http.MethodPost && !k.repeatable {
			return nil, failed
		}
		k.again, k.lost = true, true
	}
}

// errOther is an answer that can be read and is not what was wanted.
var errOther = errors.New("something else")

// flow makes a call that is answered with a flow.
func (c *conn) flow(ctx context.Context, k *call) (f flow.Flow, err error) {
	h, err := c.ask(ctx, k, "a flow", func(body []byte) (err error) {
		if f, err = flow.ParseFlow(body); err == nil && f.ID == "" {
			err = errOther
		}
		return err
	})
	if err != nil {
		return flow.Flow{}, err
	}
	if isOurAnswer(h) {
		f.ETag = strings.TrimPrefix(h.Get("ETag"), "W/") // which a proxy that compresses adds
	}
	return f, nil
}

// into makes a call and decodes its answer into v. ok, if it is not nil, reports whether v
// is then what was wanted.
func (c *conn) into(ctx context.Context, k *call, v any, want string, ok func() bool) (http.Header, error) {
	return c.ask(ctx, k, want, func(body []byte) error {
		err := json.Unmarshal(body, v)
		if err == nil && ok != nil && !ok() {
			err = errOther
		}
		return err
	})
}

// gone makes a call that deletes, which is answered with true. Anything else, such
// as the page of a front end, means that nothing was deleted.
func (c *conn) gone(ctx context.Context, k *call) error {
	var done bool
	_, err := c.ask(ctx, k, "true", func(body []byte) error {
		err := json.Unmarshal(body, &done)
		if !done && json.Valid(body) {
			err = errOther
		}
		return err
	})
	if k.lost && errors.Is(err, ErrNotFound) {
		return nil // an earlier try did it, and its answer was lost
	}
	return err
}

func setInt(q url.Values, key string, n int) { q.Set(key, strconv.Itoa(n)) }
