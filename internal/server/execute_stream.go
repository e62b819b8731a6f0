package server

import (
	"net/http"
	"time"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/internal/store"
	"github.com/flowctl/flowctl/pkg/flow"
)

const (
	// beat is how often a comment is sent on a stream without events.
	beat = 15 * time.Second
	// eventTimeout is how long a caller may take to receive an event.
	eventTimeout = time.Minute
)

// wantsEvents reports whether the caller asks for server-sent events.
func (c *call) wantsEvents() bool { return c.asksFor("Accept", "text/event-stream") }

// sendUntil returns a function that sends events until gone is closed.
func sendUntil(events chan<- flow.Event, gone <-chan struct{}) func(flow.Event) {
	return func(e flow.Event) {
		select {
		case events <- e:
		case <-gone:
		}
	}
}

// eventStream is an answer of server-sent events.
type eventStream struct {
	c       *call
	control *http.ResponseController
}

// streamRun sends "execution", the events of the run as they come, and "result"; the
// first and the last are the whole record of the run at that time. If the caller disconnects
// the run ends.
func (c *call) streamRun(run *activeRun, events <-chan flow.Event) error {
	s := &eventStream{c: c, control: http.NewResponseController(c.ResponseWriter)}
	_ = s.control.SetReadDeadline(time.Time{}) // in a process of one's own there are none
	c.Header().Set("Content-Type", "text/event-stream")
	c.Header().Set("X-Accel-Buffering", "no") // nginx would keep the events together
	c.WriteHeader(http.StatusOK)
	err := s.sendRun("execution", &run.begun)
	silent := time.NewTicker(beat)
	defer silent.Stop()
	for err == nil {
		select {
		case e := <-events:
			err = s.sendEvent(e)
			silent.Reset(beat)
		case <-silent.C:
			err = s.write([]byte(":\n\n"))
		case <-run.done: // every event was taken before
			if err := c.reserve(int64(2 * run.record.Size())); err != nil { // its text is made of it
				c.breakOff(err)
			}
			_ = s.sendRun("result", &run.record)
			return nil
		case <-c.r.Context().Done():
			err = c.r.Context().Err()
		}
	}
	run.cancel(errCallerGone)
	c.cause = err
	for { // take what the run still sends, which would keep it from ending
		select {
		case <-events:
		case <-run.done:
			return nil
		}
	}
}

func (s *eventStream) sendRun(name string, e *store.Execution) error {
	var a answer
	a.execution(e)
	return s.send(name, a.buf)
}

// sendEvent sends an event of the run, without escapes for HTML.
func (s *eventStream) sendEvent(e flow.Event) error {
	data, err := rawjson.Encode(e)
	if err != nil {
		return err
	}
	return s.send(string(e.Type), data)
}

// send writes one event. JSON has no line ends.
func (s *eventStream) send(name string, data []byte) error {
	text := make([]byte, 0, len(name)+len(data)+len("event: \ndata: \n\n"))
	text = append(append(append(text, "event: "...), name...), "\ndata: "...)
	return s.write(append(append(text, data...), "\n\n"...))
}

func (s *eventStream) write(text []byte) error {
	_ = s.control.SetWriteDeadline(time.Now().Add(eventTimeout))
	if _, err := s.c.Write(text); err != nil {
		return err
	}
	return s.control.Flush()
}
