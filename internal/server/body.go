package server

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

// maxSignIn is the largest body of a sign-in, in bytes: it is read before the user is known.
const maxSignIn = 4 << 10

// body reads the request's body, which has to be JSON by its Content-Type. A body of
// more than limit bytes is refused before it is read.
func (c *call) body(limit int64) ([]byte, error) {
	if err := checkContentType(c.r); err != nil {
		return nil, err
	}
	length := c.r.ContentLength
	if length > limit {
		c.Header().Set("Connection", "close") // the rest is not worth reading
		return nil, tooLarge(limit)
	}
	whole := length
	if length < 0 {
		whole = limit
	}
	if err := c.reserve(whole); err != nil {
		c.leaveBody()
		return nil, err
	}
	var data []byte
	var err error
	if r := http.MaxBytesReader(c.ResponseWriter, c.r.Body, limit); length < 0 {
		data, err = io.ReadAll(r)
	} else {
		data = make([]byte, length)
		_, err = io.ReadFull(r, data)
	}
	var tooMuch *http.MaxBytesError
	switch {
	case errors.As(err, &tooMuch):
		return nil, tooLarge(limit)
	case errors.Is(err, os.ErrDeadlineExceeded):
		c.Header().Set("Connection", "close")
		return nil, &problem{status: http.StatusRequestTimeout, detail: "The body did not arrive in time", cause: err}
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, badRequest("The body ends early")
	case err != nil && c.r.Context().Err() != nil:
		return nil, c.r.Context().Err()
	case err != nil:
		return nil, badRequest("The body could not be read")
	}
	return data, nil
}

// bodyTime sets how long the body may still take to arrive. Connections and requests
// without one are left alone.
func (c *call) bodyTime(d time.Duration) {
	if c.local == nil && c.r.ContentLength != 0 {
		_ = http.NewResponseController(c.ResponseWriter).SetReadDeadline(time.Now().Add(d)) // a recorder in a test has none
	}
}

// leaveBody makes the connection close after the answer instead of reading the rest of the
// body.
func (c *call) leaveBody() {
	if c.r.ContentLength != 0 {
		c.Header().Set("Connection", "close")
	}
}

func tooLarge(limit int64) error {
	return &problem{status: http.StatusRequestEntityTooLarge, detail: "The body is larger than " + byteSize(limit)}
}

// byteSize returns a number of bytes as a text, such as "16 MiB".
func byteSize(n int64) string {
	for _, unit := range []struct {
		size int64
		name string
	}{{1 << 20, " MiB"}, {1 << 10, " KiB"}} {
		if n >= unit.size && n%unit.size == 0 {
			return strconv.FormatInt(n/unit.size, 10) + unit.name
		}
	}
	return strconv.FormatInt(n, 10) + " bytes"
}

// checkContentType accepts JSON, and a body without a Content-Type.
// Forms and text/plain are refused because a foreign page can make a browser send
// those without asking.
func checkContentType(r *http.Request) error {
	unsupported := func(detail string) error {
		return &problem{status: http.StatusUnsupportedMediaType, detail: detail}
	}
	if enc := r.Header.Get("Content-Encoding"); enc != "" && !strings.EqualFold(enc, "identity") {
		return unsupported("Content-Encoding is not supported: send the body as it is")
	}
	ct := r.Header.Get("Content-Type")
	if ct == "" || ct == "application/json" {
		return nil
	}
	kind, params, err := mime.ParseMediaType(ct)
	isJSON := kind == "application/json" || strings.HasPrefix(kind, "application/") && strings.HasSuffix(kind, "+json")
	if err != nil || !isJSON {
		if r.ContentLength == 0 {
			return nil // of nothing, as `curl -X POST -d ''` says it
		}
		return unsupported("Content-Type has to be application/json")
	}
	if charset := params["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
		return unsupported("The charset has to be utf-8")
	}
	return nil
}

// object reads the body as a JSON object.
func (c *call) object() (flow.Object, []byte, error) { return c.objectWithin(c.s.maxBody) }

// objectWithin is object for a body of at most limit bytes.
func (c *call) objectWithin(limit int64) (flow.Object, []byte, error) {
	data, err := c.body(limit)
	if err != nil {
		return nil, nil, err
	}
	o, err := parseBody(data)
	return o, data, err
}

// objectIfAny is object for a route whose body may be left out.
func (c *call) objectIfAny() (flow.Object, []byte, error) {
	data, err := c.body(c.s.maxBody)
	if err != nil || len(data) == 0 {
		return nil, data, err
	}
	o, err := parseBody(data)
	return o, data, err
}

// parseBody parses data as an object. Invalid JSON is a 422 with its position.
func parseBody(data []byte) (flow.Object, error) {
	if len(data) == 0 {
		return nil, invalid(missing("body"))
	}
	o, err := rawjson.ParseObject(data)
	if err == nil {
		return o, nil
	}
	var syntax *rawjson.SyntaxError
	if rawjson.Check(data) == nil {
		return nil, invalid(fault{
			kind: "model_attributes_type", loc: []any{"body"},
			msg: "Input should be a valid dictionary", input: data,
		})
	}
	if !errors.As(err, &syntax) {
		return nil, err
	}
	// ParseObject stops at what is not an object; the first fault of grammar counts.
	_ = errors.As(rawjson.Check(data), &syntax)
	return nil, invalid(fault{
		kind: "json_invalid", loc: []any{"body", int(syntax.Offset)},
		msg: "JSON decode error: " + syntax.Msg, input: []byte("{}"),
	})
}
