package server

import (
	"bytes"
	"context"

	"github.com/flowctl/flowctl/internal/store"
)

// maxRecord is the largest record of a run that is stored, in bytes; larger ones are stored
// without some of their parts. A caller who waits for the run gets the whole record.
const maxRecord = 16 << 20

// record stores the outcome of a run, without its largest parts if it is larger than
// maxRecord or than the room in its user's quota. It sets the status of e to the stored one.
func (r *runs) record(ctx context.Context, e *store.Execution) error {
	kept := leaveOut(*e, maxRecord)
	charge, err := r.quotas.take(ctx, e.UserID, 0, int64(kept.Size()))
	if err != nil {
		kept = leaveOut(*e, 0)
	}
	err = r.st.FinishExecution(ctx, &kept, r.keep)
	charge.settle(err)
	e.Status = kept.Status
	return err
}

// leaveOut returns a record of at most most bytes: it removes the results of the nodes, the
// inputs, the outputs and then the rest, as far as necessary. meta names the removed parts.
func leaveOut(e store.Execution, most int) store.Execution {
	var names []byte
	out := func(name string, part *[]byte) {
		if e.Size() > most && len(*part) > 0 {
			*part = nil
			names = append(append(append(names, '"'), name...), `",`...)
		}
	}
	out("node_results", &e.NodeResults)
	out("inputs", &e.Inputs)
	out("outputs", &e.Outputs)
	out("errors", &e.Errors)
	if string(e.Meta) != "{}" {
		out("meta", &e.Meta)
	}
	if names == nil {
		return e
	}
	meta := []byte(`{"left_out":[` + string(names[:len(names)-1]) + `]`)
	if rest := bytes.TrimPrefix(e.Meta, []byte("{")); len(rest) > 1 {
		meta = append(append(meta, ','), rest...)
	} else {
		meta = append(meta, '}')
	}
	e.Meta = meta
	return e
}
