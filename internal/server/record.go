package server

import (
	"bytes"
	"context"

	"github.com/flowctl/flowctl/internal/store"
)

// maxRecord is the largest record of a run that is kept, in bytes: of larger ones parts
// are left out. Whoever waits for the run is answered with all of it.
const maxRecord = 16 << 20

// record keeps what became of a run, without its largest parts if it is larger than a
// record may be, or than its user's quota has room for. e gets the status that the
// record has then.
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

// leaveOut takes out of a record what makes it larger than most: what the nodes did, the
// inputs, the outputs, and then the rest. meta names what was left out.
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
