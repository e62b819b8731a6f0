package client

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"mime"

	"github.com/flowctl/flowctl/internal/httpx"
	"github.com/flowctl/flowctl/pkg/flow"
)

// The types of the first and the last [RunEvent]: they carry the record of the run.
const (
	EventExecution flow.EventType = "execution" // the run is recorded; it goes on, or waits for its turn
	EventResult    flow.EventType = "result"    // the run has ended
)

// maxEvent is the largest event that is read, in bytes: the result of a run.
const maxEvent = 256 << 20

// RunEvent is something that happened during a run on the server.
type RunEvent struct {
	flow.Event                 // of [EventExecution] and [EventResult] the type alone
	Execution  *flow.Execution // of these two, else nil
	Data       json.RawMessage // as the server sent it
}

// ExecuteStream is Execute that yields what happens while it happens. The first event is
// [EventExecution], the last [EventResult], or an error comes in its place. The run ends
// when ctx does, or when the loop over the events is left. A server that falls silent
// for longer than [WithTimeout], and for a minute at least, is given up: flowctl's sends
// something several times a minute.
func (s *FlowsService) ExecuteStream(ctx context.Context, id string, req ExecuteRequest) iter.Seq2[RunEvent, error] {
	return func(yield func(RunEvent, error) bool) {
		k := req.call(id)
		k.stream, k.beats = true, true
		a, err := s.c.do(ctx, k)
		if err != nil {
			yield(RunEvent{}, err)
			return
		}
		defer func() { _ = a.stream.Close() }()
		if kind, _, _ := mime.ParseMediaType(a.header.Get("Content-Type")); kind != "text/event-stream" {
			yield(RunEvent{}, s.c.notRun(k, a))
			return
		}
		s.c.runEvents(k, a, yield)
	}
}

// notRun is the error of an answer that is not a stream of events.
func (c *conn) notRun(k *call, a *answer) error {
	body, err := io.ReadAll(a.stream)
	if err != nil {
		return c.runBroke(k, a, "", err)
	}
	var said struct{ Status string }
	if err = json.Unmarshal(body, &said); said.Status == "delegated_to_client" {
		return c.refuse(k, ErrDelegated, "", "run it on this machine instead")
	}
	return c.unusable(k, &answer{header: a.header, body: body}, "the events of a run", err)
}

// runEvents returns the events of a stream.
func (c *conn) runEvents(k *call, a *answer, yield func(RunEvent, error) bool) {
	var execution string
	for events := httpx.NewEventReader(a.stream, maxEvent); ; {
		sent, err := events.Next()
		if err == nil && sent.Cut {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			yield(RunEvent{}, c.runBroke(k, a, execution, err))
			return
		}
		e, err := c.runEvent(k, &answer{header: a.header, body: sent.Data}, sent.Name)
		if err != nil {
			yield(RunEvent{}, err)
			return
		}
		if e.Execution != nil {
			execution = e.Execution.ID
		}
		if e.Type == EventResult {
			// Nothing follows; read to its end, the connection can be used again.
			_, _ = io.CopyN(io.Discard, a.stream, 1<<10)
		}
		if !yield(e, nil) || e.Type == EventResult {
			return
		}
	}
}

// runEvent reads the data of one event.
func (c *conn) runEvent(k *call, a *answer, name string) (RunEvent, error) {
	e := RunEvent{Data: a.body}
	if e.Type = flow.EventType(name); e.Type != EventExecution && e.Type != EventResult {
		if err := json.Unmarshal(a.body, &e.Event); err != nil {
			return RunEvent{}, c.unusable(k, a, "an event of a run", err)
		}
		return e, nil
	}
	e.Execution = new(flow.Execution)
	if err := json.Unmarshal(a.body, e.Execution); err != nil || e.Execution.ID == "" {
		return RunEvent{}, c.unusable(k, a, "the record of a run", err)
	}
	return e, nil
}

// runBroke is the error of a stream that ended before its time, of the run of that
// execution, "" if it is not known.
func (c *conn) runBroke(k *call, a *answer, execution string, err error) error {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	e := c.failure(k, 200, err.Error())
	e.err, e.RequestID = c.beneath(err), c.redact(requestID(a.header))
	e = brokeOff(e)
	switch {
	case errors.Is(err, context.Canceled):
	case execution != "":
		e.hint = "the run ends with the connection; see what is kept of it as execution " + httpx.Printable(execution, 80)
	default:
		e.hint = "the run may have been made all the same: look at the executions of the flow before you try again"
	}
	return e
}
