package httpx

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// Event is a server-sent event.
type Event struct {
	Name string // "" if it has none
	Data []byte
	Cut  bool // the stream ended before the blank line that ends an event
}

// EventReader reads server-sent events. Comments and other fields mean nothing here,
// but for two that are not part of the format: a line "error: …", which llama.cpp's
// server sent until September 2025 (llama.cpp#16109), is an event of that name, and a
// line of JSON is an event's data, as if "data:" stood before it.
type EventReader struct {
	lines *bufio.Reader
	max   int
}

// NewEventReader returns a reader of the events in r, none of which may be larger
// than max bytes.
func NewEventReader(r io.Reader, max int) *EventReader {
	return &EventReader{bufio.NewReaderSize(r, 16<<10), max}
}

// Next returns the next event that has data. The error is [io.EOF] at the end.
func (r *EventReader) Next() (Event, error) {
	var e Event
	for {
		line, err := r.line()
		if len(line) > 0 {
			e.add(line)
		}
		switch {
		case len(e.Data) > r.max:
			return Event{}, fmt.Errorf("an event is larger than %d bytes", r.max)
		case errors.Is(err, io.EOF) && e.Data != nil:
			e.Cut = true
			return e, nil
		case err != nil:
			return Event{}, err
		case len(line) == 0 && e.Data != nil:
			return e, nil
		case len(line) == 0:
			e.Name = ""
		}
	}
}

// add takes in a line.
func (e *Event) add(line []byte) {
	field, value, _ := bytes.Cut(line, []byte(":"))
	value = bytes.TrimPrefix(value, []byte(" "))
	switch {
	case string(field) == "event":
		e.Name = string(value)
		return
	case string(field) == "error":
		e.Name = "error"
	case line[0] == '{' && e.Data == nil:
		value = line
	case string(field) != "data":
		return
	}
	if e.Data != nil {
		e.Data = append(e.Data, '\n')
	}
	e.Data = append(e.Data, value...)
	if e.Data == nil {
		e.Data = []byte{}
	}
}

// line returns the next line without its end; at the end of the stream, the last one
// and io.EOF.
func (r *EventReader) line() ([]byte, error) {
	var line []byte
	for {
		part, err := r.lines.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case errors.Is(err, bufio.ErrBufferFull) && len(line) <= r.max:
			continue
		case errors.Is(err, bufio.ErrBufferFull):
			return nil, fmt.Errorf("a line is larger than %d bytes", r.max)
		}
		return bytes.TrimRight(line, "\r\n"), err
	}
}
