package server

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/engine/browser"
	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/internal/store"
	"github.com/flowctl/flowctl/pkg/flow"
)

// executeFlow runs the flow in the path or, on a server without a model, asks the caller to
// run it. The body is optional.
func (s *Server) executeFlow(c *call) error {
	o, body, err := c.objectIfAny()
	if err != nil {
		return err
	}
	if s.runs == nil {
		return c.delegate()
	}
	async := c.prefers(preferAsync)
	e := store.Execution{UserID: c.user.ID}
	if async { // another caller waits for the run, which ends when they go
		if e.Key, err = c.idempotencyKey(); err != nil {
			return err
		}
		e.Request = digestOf(c.r, body)
	}
	opts, faults := parseExecute(o)
	if faults != nil {
		return invalid(faults...)
	}
	f, err := c.readableVersion()
	if err != nil {
		return err
	}
	if e.Key != "" {
		if err := c.replayRun(&e); !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	if err := c.reserve(int64(len(f.Nodes) + len(f.Edges))); err != nil { // of which the spec is a copy
		return err
	}
	spec, err := specOf(f)
	if err != nil {
		return err
	}
	opts.Services = s.runs.Services
	if err := checkRun(spec, opts); err != nil {
		return err
	}
	var events chan flow.Event
	if !async && c.wantsEvents() {
		events = make(chan flow.Event)
		opts.Events = sendUntil(events, c.r.Context().Done())
	}
	version := f.Version.Number // and not in f, which may be large
	e.FlowID, e.Version = f.ID, &version
	e.Fill()
	// The record of the run counts for the user's quota.
	room, err := s.quotas.take(c.r.Context(), e.UserID, 0, int64(e.Size()))
	if err != nil {
		return err
	}
	room.settle(errUnchanged)
	free := c.handOver() // the run holds the flow and the request from here on
	run, err := s.runs.start(c.r.Context(), e, job{spec, opts, free})
	if err != nil {
		free()
	}
	switch {
	case e.Key != "" && errors.Is(err, store.ErrExists): // it arrived twice at the same moment
		return c.replayRun(&e)
	case err != nil:
		return err
	case async:
		return c.accepted(&run.begun)
	case events != nil:
		return c.streamRun(run, events)
	}
	return c.awaitRun(run)
}

// delegate asks the caller to run the flow.
func (c *call) delegate() error {
	f, err := c.readable()
	if err != nil {
		return err
	}
	a := c.newAnswer()
	a.string(`{"message":"Flow execution is handled client-side","flowId":`, f.ID)
	a.text(`,"status":"delegated_to_client"}`)
	return c.send(a)
}

// parseExecute reads {"inputs":{…},"engine":…,"limits":{…}}.
func parseExecute(o flow.Object) (opts engine.Options, faults []fault) {
	var p parser
	for _, m := range o {
		if m.Key != "inputs" && m.Key != "engine" && m.Key != "limits" {
			p.fault("extra_forbidden", "Extra inputs are not permitted; there are inputs, engine and limits", []any{"body", m.Key}, m.Value)
		}
	}
	if raw, ok := o.Get("inputs"); ok && !isNull(raw) {
		loc := []any{"body", "inputs"}
		p.object(raw, loc)
		inputs, _ := rawjson.ParseObject(raw) // what is not an object has been reported
		opts.Inputs = make(map[string]json.RawMessage, len(inputs))
		for _, m := range inputs {
			opts.Inputs[m.Key] = m.Value
		}
	}
	if raw, ok := o.Get("engine"); ok && !isNull(raw) {
		loc := []any{"body", "engine"}
		if name := p.text(raw, loc); name != nil {
			var err error
			if opts.Semantics, err = browser.Named(*name); err != nil {
				p.fault("literal_error", "Input should be 'standard' or 'browser'", loc, raw)
			}
		}
	}
	if raw, ok := o.Get("limits"); ok && !isNull(raw) {
		opts.Limits = p.limits(raw)
	}
	return opts, p.faults
}

// limits reads the limits that a caller sets to a run: {"calls","tokens","time",
// "memory"}, the time in milliseconds, the memory in bytes.
func (p *parser) limits(raw []byte) (limits engine.Limits) {
	loc := []any{"body", "limits"}
	o, _ := rawjson.ParseObject(p.object(raw, loc)) // what is not an object has been reported
	for _, m := range o {
		if isNull(m.Value) {
			continue
		}
		switch at := at(loc, m.Key); m.Key {
		case "calls":
			limits.Calls = int(p.atLeastOne(m.Value, at, math.MaxInt32))
		case "tokens":
			limits.Tokens = int(p.atLeastOne(m.Value, at, math.MaxInt32))
		case "time":
			limits.Time = time.Duration(p.atLeastOne(m.Value, at, maxRunTime.Milliseconds())) * time.Millisecond
		case "memory":
			limits.Memory = p.atLeastOne(m.Value, at, math.MaxInt64)
		default:
			p.fault("extra_forbidden", "Extra inputs are not permitted; there are calls, tokens, time and memory", at, m.Value)
		}
	}
	return limits
}

// maxRunTime is the longest limit of time that means anything.
const maxRunTime = 365 * 24 * time.Hour

// atLeastOne reads a whole number from 1 to most.
func (p *parser) atLeastOne(raw []byte, loc []any, most int64) int64 {
	return p.integer(string(raw), "int_type", loc, raw, 1, most)
}

// specOf reads a stored flow.
func specOf(f *store.Flow) (flow.Spec, error) {
	o := flow.Object{
		{Key: "name", Value: rawjson.AppendString(nil, f.Name)},
		{Key: "nodes", Value: f.Nodes},
		{Key: "edges", Value: f.Edges},
	}
	return flow.ParseSpec(o.AppendJSON(nil))
}

// checkRun returns an error with all reasons why a flow cannot run, nil if there are none.
func checkRun(spec flow.Spec, opts engine.Options) error {
	err := engine.Check(spec, opts)
	var refused *engine.RefusedError
	if !errors.As(err, &refused) {
		return err
	}
	faults := make([]fault, 0, min(len(refused.Problems), maxFaults))
	for _, p := range refused.Problems[:cap(faults)] {
		loc := []any{"flow"}
		if p.Code == engine.CodeUnknownInput {
			loc = []any{"body", "inputs", p.Node}
		}
		msg := p.Message
		if p.Node != "" && len(loc) == 1 {
			loc = append(loc, "nodes", p.Node)
		}
		faults = append(faults, fault{kind: p.Code, loc: loc, msg: msg})
	}
	return invalid(faults...)
}

// accepted answers with where the execution can be read.
func (c *call) accepted(e *store.Execution) error {
	// Relative to this path, so that it is right with every proxy.
	c.Header().Set("Location", "executions/"+url.PathEscape(e.ID))
	var a answer
	a.runResult(e)
	c.json(http.StatusAccepted, a.buf)
	return nil
}

// idempotencyKey returns the Idempotency-Key of a request for a run, "" if it has none: however
// often a request with a key arrives, the flow runs once. (What is stored has ids of its
// client's choice for that.)
func (c *call) idempotencyKey() (string, error) {
	keys := c.r.Header.Values("Idempotency-Key")
	if len(keys) == 0 {
		return "", nil
	}
	if notPrintable := func(r rune) bool { return r < ' ' || r > '~' }; len(keys) > 1 ||
		keys[0] == "" || len(keys[0]) > 255 || strings.ContainsFunc(keys[0], notPrintable) {
		return "", badRequest("Idempotency-Key has to be one text of 1 to 255 printable ASCII characters")
	}
	return keys[0], nil
}

// digestOf returns a digest that is the same for equal requests.
func digestOf(r *http.Request, body []byte) string {
	h := sha256.New()
	h.Write([]byte(r.Method + " " + r.URL.Path + "?" + r.URL.RawQuery + "\n"))
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil))
}

// replayRun answers a request that arrived before with the execution that it started then,
// or returns [store.ErrNotFound].
func (c *call) replayRun(e *store.Execution) error {
	first, err := c.s.st.ExecutionByKey(c.r.Context(), e.UserID, e.Key)
	if err != nil {
		return err
	}
	if first.Request != e.Request {
		return &problem{status: http.StatusConflict, detail: "This Idempotency-Key was used for another request"}
	}
	c.Header().Set("Idempotency-Replayed", "true")
	return c.accepted(first)
}

// awaitRun answers when the run has ended. If the caller disconnects it ends the run.
func (c *call) awaitRun(run *activeRun) error {
	control := http.NewResponseController(c.ResponseWriter)
	_ = control.SetReadDeadline(time.Time{}) // in a process of one's own there are none
	_ = control.SetWriteDeadline(time.Time{})
	select {
	case <-run.done:
	case <-c.r.Context().Done():
		run.cancel(errCallerGone)
		return c.r.Context().Err()
	}
	if err := c.reserve(int64(run.record.Size())); err != nil {
		return err
	}
	_ = control.SetWriteDeadline(time.Now().Add(writeTimeout))
	a := c.newAnswer()
	a.runResult(&run.record)
	return c.send(a)
}
