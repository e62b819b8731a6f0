package server

import (
	"errors"

	"github.com/flowctl/flowctl/internal/store"
)

func (s *Server) createFlow(c *call) error {
	o, _, err := c.object()
	if err != nil {
		return err
	}
	d, faults := parseDraft(o, "body")
	if _, ok := o.Get("name"); !ok {
		faults = append(faults, missing("body", "name"))
	}
	if faults != nil {
		return invalid(faults...)
	}
	return c.create(d.flow(c.user.ID, ""))
}

// create stores a new flow, if its owner may have one more, and answers with it.
func (c *call) create(f *store.Flow) error {
	f.Fill()
	charge, err := c.s.quotas.take(c.r.Context(), f.UserID, 1, int64(f.Size()))
	if err != nil {
		return err
	}
	err = c.s.st.CreateFlow(c.r.Context(), f)
	charge.settle(err)
	if err != nil {
		return err
	}
	return c.sendWritten(f)
}

// chargeGrowth charges what a flow has more than it had, instead of what was charged
// for an earlier attempt.
func (c *call) chargeGrowth(ch *charge, f *store.Flow, had int) (err error) {
	ch.settle(errUnchanged)
	*ch, err = c.s.quotas.take(c.r.Context(), f.UserID, 0, int64(f.Size()-had))
	return err
}

// errUnchanged ends an update that would change nothing: the flow keeps its time
// and its entity tag, so that saving twice is not a change.
var errUnchanged = errors.New("unchanged")

func (s *Server) updateFlow(c *call) error {
	o, _, err := c.object()
	if err != nil {
		return err
	}
	d, faults := parseDraft(o, "body")
	if faults != nil {
		return invalid(faults...)
	}
	if err := c.holdFlow(c.r.PathValue("id")); err != nil {
		return err
	}
	var unchanged store.Flow
	var charge charge
	change := func(f *store.Flow) error {
		switch may := c.rights(f); {
		case !may.write, d.changesAccess(f) && !may.own:
			return errProhibited
		}
		if err := c.checkIfMatch(f); err != nil {
			return err
		}
		had := f.Size()
		changed, err := d.apply(f)
		if err != nil {
			return err
		}
		if !changed {
			unchanged = *f
			return errUnchanged
		}
		if err := c.chargeGrowth(&charge, f, had); err != nil {
			return err
		}
		return nil
	}
	f, err := s.st.UpdateFlow(c.r.Context(), c.r.PathValue("id"), change)
	charge.settle(err)
	if errors.Is(err, errUnchanged) {
		return c.sendWritten(&unchanged)
	}
	if err != nil {
		return err
	}
	return c.sendWritten(f)
}

func (s *Server) deleteFlow(c *call) error {
	err := c.holdFlow(c.r.PathValue("id"))
	if err != nil {
		return err
	}
	err = s.st.DeleteFlow(c.r.Context(), c.r.PathValue("id"), func(f *store.Flow) error {
		if !c.rights(f).own {
			return errProhibited
		}
		return c.checkIfMatch(f)
	})
	if err != nil {
		return err
	}
	s.quotas.forget() // executions of several users may have gone with it
	s.runs.cancelFlow(c.r.PathValue("id"))
	return c.sendTrue()
}
