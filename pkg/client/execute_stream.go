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

// The types of a [RunEvent] that carry an [ExecuteResult].
const (
	EventExecution = "execution" // the first: the run's id, and whether it runs or waits for its turn
	EventResult    = "result"    // the last: what came of it
)

// maxEvent is the largest event that is read, in bytes: the result of a run.
const maxEvent = 256 << 20

// RunEvent is something that happened during a run on the server.
type RunEvent struct {
	Type string          // EventExecution, EventResult, or one of the run itself, such as "node.delta"
	Data json.RawMessage // as the server sent it
	Run  *ExecuteResult  // of EventExecution and EventResult, else nil
}

// ExecuteStream is Execute that gives what happens while it happens. The last
// event is always [EventResult], or an error comes in its place. From a server that
// does not run flows it is the only one, with Status [Delegated]. The run ends when
// ctx does, or who ranges over the events leaves. A server that falls silent for
// longer than [WithTimeout], and for a minute at least, is given up: ours says
// several times a minute that it is there.
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
			yield(s.c.wholeRun(k, a))
			return
		}
		s.c.runEvents(k, a, yield)
	}
}

// wholeRun is the answer of a server that does not stream.
func (c *conn) wholeRun(k *call, a *answer) (RunEvent, error) {
	body, err := io.ReadAll(a.stream)
	if err != nil {
		return RunEvent{}, c.runBroke(k, a, "", err)
	}
	return c.runEvent(k, &answer{header: a.header, body: body}, EventResult)
}

// runEvents gives the events of a stream.
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
		if e.Run != nil {
			execution = e.Run.ExecutionID
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
	e := RunEvent{Type: name, Data: a.body}
	if name != EventExecution && name != EventResult {
		if err := flow.Check(a.body); err != nil {
			return RunEvent{}, c.unusable(k, a, "an event of a run", err)
		}
		return e, nil
	}
	e.Run = new(ExecuteResult)
	if err := json.Unmarshal(a.body, e.Run); err != nil || e.Run.Status == "" {
		return RunEvent{}, c.unusable(k, a, "the result of a run", err)
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
