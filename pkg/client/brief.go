package client

import (
	"net/http"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/flowctl/flowctl/pkg/flow"
)

// WithoutGraph leaves nodes and edges out of the flow that a create or update
// returns, as lists do. They are then never held in memory, however large.
func WithoutGraph() interface {
	CreateOption
	UpdateOption
	PutOption
} {
	return brief{}
}

type brief struct{}

func (brief) create(w *write) { w.brief = true }
func (brief) update(w *write) { w.brief = true }
func (brief) put(w *write)    { w.brief = true }

// briefFlow reads the answer to k as it comes, without nodes and edges. Where it breaks
// off, a call that may be made twice is to be made again.
func (c *conn) briefFlow(k *call, a *answer) (f flow.Flow, again bool, err error) {
	defer func() { _ = a.stream.Close() }()
	d := jsontext.NewDecoder(a.stream, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	if d.PeekKind() != '{' {
		begin, err := begins(d, a.stream)
		return flow.Flow{}, false, c.unusable(k, &answer{header: a.header, body: begin}, "a flow", err)
	}
	f, err = readBrief(d)
	switch {
	case err == nil && f.ID != "":
		return f, false, nil
	case err == nil:
		return flow.Flow{}, false, c.unusable(k, &answer{header: a.header, body: f.AppendJSON(nil)}, "a flow", nil)
	case k.repeatable || k.method != http.MethodPost:
		return flow.Flow{}, true, nil
	}
	e := c.failure(k, http.StatusOK, err.Error())
	e.err, e.RequestID = c.beneath(err), c.redact(requestID(a.header))
	e.unsure = k.method == http.MethodPost && !k.repeatable
	return flow.Flow{}, false, brokeOff(e)
}

// readBrief reads a flow's members but for its nodes and edges.
func readBrief(d *jsontext.Decoder) (flow.Flow, error) {
	if _, err := d.ReadToken(); err != nil { // the opening brace
		return flow.Flow{}, err
	}
	var doc flow.Object
	for d.PeekKind() == '"' {
		t, err := d.ReadToken()
		if err != nil {
			return flow.Flow{}, err
		}
		key := t.String()
		if key == "nodes" || key == "edges" {
			err = d.SkipValue()
		} else {
			var v jsontext.Value
			v, err = d.ReadValue()
			doc.Set(key, []byte(v.Clone()))
		}
		if err != nil {
			return flow.Flow{}, err
		}
	}
	if _, err := d.ReadToken(); err != nil { // the closing brace
		return flow.Flow{}, err
	}
	return flow.ParseFlow(doc.AppendJSON(nil))
}
