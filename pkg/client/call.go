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
	brief      bool // the flow that it is answered with is wanted without its graph
	secret     bool // the answer may hold a token

	noSuch bool // nothing has the id that it is about

	tries int  // of the last sending
	lost  bool // a try failed that may have arrived all the same
	again bool // it was sent again because the answer was cut or empty
}

// beatPatience is how long a stream of events may be silent at least: our server
// says every 15 seconds that it is there.
const beatPatience = time.Minute

// patience returns how long the server may be silent, 0 for ever.
func (k *call) patience(limit time.Duration) time.Duration {
	if k.beats && limit > 0 {
		return max(limit, beatPatience)
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
	r := c.rest.R().SetContext(context.WithValue(ctx, callKey{}, k)).SetDoNotParseResponse(k.stream || k.brief)
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
	if k.brief {
		r.SetHeader("Prefer", "return=minimal") // RFC 7240; our server heeds it
	}
	resp, err := r.Execute(k.method, k.path)
	k.lost = k.lost || resp != nil && mayHaveArrived(resp, err)
	if err != nil {
		return nil, c.noAnswer(k, resp, c.plainly(ctx, k, err))
	}
	c.learn(resp.Header())
	a := &answer{header: resp.Header(), body: resp.Body()}
	if k.stream || k.brief {
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

// flow makes a call that is answered with a flow.
func (c *conn) flow(ctx context.Context, k *call) (flow.Flow, http.Header, error) {
	a, err := c.do(ctx, k)
	if err != nil {
		return flow.Flow{}, nil, err
	}
	if k.brief {
		f, again, err := c.briefFlow(k, a)
		if again {
			k.brief, k.lost = false, true
			return c.flow(ctx, k)
		}
		f.ETag = etag(a.header)
		return f, a.header, err
	}
	f, err := flow.ParseFlow(a.body)
	if err != nil || f.ID == "" {
		if err = c.unusable(k, a, "a flow", err); c.sendAgain(k, err) {
			return c.flow(ctx, k)
		}
		return flow.Flow{}, nil, err
	}
	f.ETag = etag(a.header)
	return f, a.header, nil
}

// etag is the ETag that our own server sent with a flow. A proxy that compresses marks
// it as weak, but what it stands for is the same.
func etag(h http.Header) string {
	if !isOurAnswer(h) {
		return ""
	}
	return strings.TrimPrefix(h.Get("ETag"), "W/")
}

// sendAgain reports whether a call whose answer of status 200 was cut or empty is to be
// sent once more: if doing it twice is as good as once. What was done is then found.
func (c *conn) sendAgain(k *call, err error) bool {
	var failed *Error
	if !errors.As(err, &failed) || !failed.broke || k.again {
		return false
	}
	k.again, k.lost = true, true
	return k.repeatable || k.method != http.MethodPost
}

// into makes a call and decodes its answer into v, which is what is expected.
func (c *conn) into(ctx context.Context, k *call, v any, what string) (http.Header, error) {
	a, err := c.do(ctx, k)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(a.body, v); err != nil {
		if err = c.unusable(k, a, what, err); c.sendAgain(k, err) {
			return c.into(ctx, k, v, what)
		}
		return nil, err
	}
	return a.header, nil
}

// gone makes a call that deletes, which is answered with true. Anything else, such
// as the page of a front end, means that nothing was deleted.
func (c *conn) gone(ctx context.Context, k *call) error {
	a, err := c.do(ctx, k)
	switch {
	case k.lost && errors.Is(err, ErrNotFound):
		return nil // an earlier try did it, and its answer was lost
	case err != nil:
		return err
	case string(bytes.TrimSpace(a.body)) != "true":
		var whole any
		if err := c.unusable(k, a, "true", json.Unmarshal(a.body, &whole)); !c.sendAgain(k, err) {
			return err
		}
		return c.gone(ctx, k)
	}
	return nil
}

func setInt(q url.Values, key string, n int) { q.Set(key, strconv.Itoa(n)) }
