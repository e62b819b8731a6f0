package server

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"

	"github.com/flowctl/flowctl/internal/store"
)

// Transport returns a transport for an http.Client in the same process: its requests
// go straight to the server, without a socket or a key, as calls of u.
func (s *Server) Transport(u store.User) http.RoundTripper {
	return &transport{s: s, user: u}
}

type transport struct {
	s    *Server
	user store.User
}

// RoundTrip runs the server in a goroutine of its own, and returns as soon as it has written
// the headers. The body is copied from the server's slices to the reader's, without a buffer
// in between.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(req.Context())
	r := req.WithContext(ctx)
	r.RequestURI = req.URL.RequestURI()
	r.RemoteAddr = "in-process"
	if r.Host == "" {
		r.Host = req.URL.Host
	}
	if r.Header == nil {
		r.Header = http.Header{}
	}
	switch {
	case r.Body == nil:
		r.Body = http.NoBody
	case r.ContentLength == 0 && r.Body != http.NoBody:
		r.ContentLength = -1 // a client's 0 is an unknown length, a server's is none
	}
	body, pipe := io.Pipe()
	w := &pipeWriter{header: http.Header{}, pipe: pipe, discard: req.Method == http.MethodHead, ready: make(chan struct{})}
	go func() {
		defer cancel()
		defer func() { _ = r.Body.Close() }()
		defer func() {
			// What the server's own recovery passes on is an answer cut off.
			if p := recover(); p != nil {
				w.end(fmt.Errorf("answer was cut off: %w", io.ErrUnexpectedEOF))
			}
		}()
		t.s.serve(&call{ResponseWriter: w, s: t.s, r: r, local: &t.user})
		w.end(nil)
	}()
	stop := context.AfterFunc(req.Context(), func() {
		_ = pipe.CloseWithError(req.Context().Err())
		_ = r.Body.Close() // the server may be waiting for it
	})
	select {
	case <-w.ready:
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
	return w.response(req, &pipeBody{PipeReader: body, stop: stop}), nil
}

// pipeBody is a response's body; closing it early makes the server's writes fail.
type pipeBody struct {
	*io.PipeReader
	stop func() bool
}

// Close implements io.Closer.
func (b *pipeBody) Close() error {
	b.stop()
	return b.PipeReader.Close()
}

// pipeWriter is the server's side of an answer.
type pipeWriter struct {
	header  http.Header
	sent    http.Header // header as it was when the answer began
	status  int
	pipe    *io.PipeWriter
	discard bool // no body: the answer to a HEAD
	once    sync.Once
	ready   chan struct{} // closed once status and sent are there
}

// Header implements http.ResponseWriter.
func (w *pipeWriter) Header() http.Header { return w.header }

// WriteHeader lets RoundTrip return.
func (w *pipeWriter) WriteHeader(status int) {
	w.once.Do(func() {
		w.status, w.sent = status, w.header.Clone()
		close(w.ready)
	})
}

// Write passes b to the reader of the body.
func (w *pipeWriter) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	if w.discard {
		return len(b), nil
	}
	return w.pipe.Write(b)
}

// Flush only sends the header: what was written has been read.
func (w *pipeWriter) Flush() { w.WriteHeader(http.StatusOK) }

// end finishes the answer; the reader sees err, or its end.
func (w *pipeWriter) end(err error) {
	w.WriteHeader(http.StatusOK)
	_ = w.pipe.CloseWithError(err)
}

func (w *pipeWriter) response(req *http.Request, body io.ReadCloser) *http.Response {
	length, err := strconv.ParseInt(w.sent.Get("Content-Length"), 10, 64)
	if err != nil {
		length = -1
	}
	return &http.Response{
		Status:     strconv.Itoa(w.status) + " " + http.StatusText(w.status),
		StatusCode: w.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.sent, ContentLength: length, Body: body, Request: req,
	}
}
