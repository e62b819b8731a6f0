package server

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/flowctl/flowctl/internal/disk"
	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/internal/store"
)

func (s *Server) createFlow(c *call) error {
	d, err := c.namedDraft()
	if err != nil {
		return err
	}
	return c.create(d.flow(c.user.ID, ""))
}

// namedDraft reads the flow in the body, which has to have a name.
func (c *call) namedDraft() (d draft, err error) {
	o, _, err := c.object()
	if err != nil {
		return d, err
	}
	d, faults := parseDraft(o, "body")
	if _, ok := o.Get("name"); !ok {
		faults = append(faults, missing("body", "name"))
	}
	if faults != nil {
		return d, invalid(faults...)
	}
	return d, nil
}

// create stores a new flow, if its owner may have one more, and answers with it.
func (c *call) create(f *store.Flow) error {
	message, err := c.sentMessage()
	if err != nil {
		return err
	}
	f.Version.Message = message
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

// write is a change of a flow in progress.
type write struct {
	message   string      // of the version that it makes
	unchanged *store.Flow // what there is, if the write would change nothing
	charge    charge
}

func (c *call) newWrite() (*write, error) {
	message, err := c.sentMessage()
	return &write{message: message}, err
}

// errUnchanged ends an update that would change nothing: the flow keeps its time and its
// entity tag.
var errUnchanged = errors.New("unchanged")

// change returns a function for the store that changes a flow with edit. It charges the
// flow's growth to its owner, in place of an earlier attempt's.
func (c *call) change(w *write, edit func(*store.Flow) (changed bool, err error)) func(*store.Flow) error {
	return func(f *store.Flow) error {
		was := *f
		changed, err := edit(f)
		if err != nil {
			return err
		}
		if !changed && !was.Deleted() {
			w.unchanged = f
			return errUnchanged
		}
		f.Version.UserID, f.Version.Message = c.user.ID, w.message
		flows := int64(0)
		if was.Deleted() {
			flows = 1
		}
		w.charge.settle(errUnchanged)
		w.charge, err = c.s.quotas.take(c.r.Context(), f.UserID, flows, int64(f.Size()-was.Size()))
		return err
	}
}

// update changes the flow in the path with edit, and answers with it.
func (c *call) update(w *write, edit func(*store.Flow) (changed bool, err error)) error {
	if err := c.reserveFlow(c.r.PathValue("id")); err != nil {
		return err
	}
	f, err := c.s.st.UpdateFlow(c.r.Context(), c.r.PathValue("id"), c.change(w, edit))
	return c.sendChanged(w, f, err)
}

// sendChanged answers with the result of a write.
func (c *call) sendChanged(w *write, f *store.Flow, err error) error {
	w.charge.settle(err)
	if errors.Is(err, errUnchanged) {
		f, err = w.unchanged, nil
	}
	if err != nil {
		return err
	}
	return c.sendWritten(f)
}

func (s *Server) updateFlow(c *call) error {
	o, _, err := c.object()
	if err != nil {
		return err
	}
	d, faults := parseDraft(o, "body")
	if faults != nil {
		return invalid(faults...)
	}
	w, err := c.newWrite()
	if err != nil {
		return err
	}
	return c.update(w, func(f *store.Flow) (bool, error) {
		switch may := c.rights(f); {
		case !may.write, d.changesAccess(f) && !may.own:
			return false, errProhibited
		}
		if err := c.checkIfMatch(f); err != nil {
			return false, err
		}
		return d.apply(f)
	})
}

func (s *Server) deleteFlow(c *call) error {
	err := c.reserveFlow(c.r.PathValue("id"))
	if err != nil {
		return err
	}
	query := c.r.URL.Query()
	purge, err := strconv.ParseBool(cmp.Or(query.Get("purge"), "false"))
	if err != nil {
		return invalid(fault{kind: "bool_parsing", loc: []any{"query", "purge"}, msg: "Input should be a valid boolean", input: rawjson.AppendString(nil, query.Get("purge"))})
	}
	err = s.st.DeleteFlow(c.r.Context(), c.r.PathValue("id"), purge, func(f *store.Flow) error {
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
	if err := s.emptyBin(c.r.Context()); err != nil {
		s.log.Warn("the bin was not emptied", "error", err)
	}
	return c.sendTrue()
}

// DefaultKeepDeleted is how long a deleted flow can be restored unless [Options] says
// otherwise.
const DefaultKeepDeleted = 30 * 24 * time.Hour

// emptyBin removes the flows whose time in the bin is over.
func (s *Server) emptyBin(ctx context.Context) error {
	if s.keepDeleted < 0 {
		return nil
	}
	_, err := s.st.PurgeDeleted(ctx, time.Now().Add(-s.keepDeleted))
	return err
}

// restoreFlow takes a flow out of the bin. For a caller who may not, the answer is the same
// as for a flow that does not exist.
func (s *Server) restoreFlow(c *call) error {
	if _, _, err := c.objectIfAny(); err != nil {
		return err
	}
	w := &write{}
	f, err := s.st.RestoreFlow(c.r.Context(), c.r.PathValue("id"), c.change(w, func(f *store.Flow) (bool, error) {
		if !c.rights(f).own {
			return false, errNotFound
		}
		return true, c.checkIfMatch(f)
	}))
	return c.sendChanged(w, f, err)
}

// listDeleted lists the flows in the bin: the caller's own or, for admins with all, everybody's.
func (s *Server) listDeleted(c *call) error {
	q, params, err := c.listQuery(store.Own)
	if err != nil {
		return err
	}
	if q.Deleted = true; q.Scope != store.All {
		q.Scope = store.Own
	}
	return c.sendList(q, params, func(a *answer, f *store.Flow) {
		if f.UpdatedAt = f.DeletedAt(); q.Graph {
			a.flow(f, q.Owner)
		} else {
			a.summary(f, &q)
		}
	})
}

// saneID returns the pattern of ids that clients may choose: they can be path elements and, on
// any system, file names. It is compiled when it is first needed.
//
//nolint:gochecknoglobals // compiled once
var saneID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$`) })

// putFlow replaces the flow in the path by that in the body, and creates it if it does not
// exist.
func (s *Server) putFlow(c *call) error {
	d, err := c.namedDraft()
	if err != nil {
		return err
	}
	w, err := c.newWrite()
	if err != nil {
		return err
	}
	id := c.r.PathValue("id")
	create := func() (*store.Flow, error) {
		f, err := c.putNew(id, d)
		if err != nil {
			return nil, err
		}
		f.Version.Message = w.message
		w.charge.settle(errUnchanged)
		w.charge, err = s.quotas.take(c.r.Context(), f.UserID, 1, int64(f.Size()))
		return f, err
	}
	change := c.change(w, func(f *store.Flow) (bool, error) { return c.putOver(d, f) })
	var f *store.Flow
	err = store.ErrExists
	if c.r.Header.Get("If-None-Match") == "*" && len(c.r.Header.Values("If-Match")) == 0 { // it is likely to be new
		if f, err = create(); err == nil {
			err = s.st.CreateFlow(c.r.Context(), f)
		}
	}
	if errors.Is(err, store.ErrExists) {
		if err = c.reserveFlow(id); err == nil || errors.Is(err, store.ErrNotFound) {
			f, err = s.st.PutFlow(c.r.Context(), id, create, change)
		}
	}
	return c.sendChanged(w, f, err)
}

// putNew returns the flow of d where there is none yet.
func (c *call) putNew(id string, d draft) (*store.Flow, error) {
	switch {
	case len(c.r.Header.Values("If-Match")) > 0:
		return nil, &problem{status: http.StatusPreconditionFailed, detail: "There is no such flow"}
	case !saneID().MatchString(id), strings.HasSuffix(id, "."), disk.IsDeviceName(id):
		return nil, invalid(fault{
			kind: "string_pattern_mismatch", loc: []any{"path", "id"}, input: rawjson.AppendString(nil, id),
			msg: "An id has 1 to 128 letters, digits, dots, dashes and underscores, and begins with a letter or digit; it does not end with a dot, and is not the name of a device (con, nul, …)",
		})
	}
	f := d.flow(c.user.ID, "")
	f.ID = id
	return f, nil
}

// putOver replaces f by d and reports whether that changed anything.
func (c *call) putOver(d draft, f *store.Flow) (changed bool, err error) {
	if f.Deleted() { // is created again, with what it was as its earlier versions
		if !c.rights(f).own {
			return false, &problem{status: http.StatusConflict, detail: "Another flow with this id was deleted and can still be restored: use another id"}
		}
		next, err := c.putNew(f.ID, d)
		if err == nil {
			f.Name, f.Description, f.Nodes, f.Edges, f.Meta, f.Extra, f.AccessControl = next.Name, next.Description, next.Nodes, next.Edges, next.Meta, next.Extra, next.AccessControl
		}
		return true, err
	}
	switch may := c.rights(f); {
	case !may.write, d.changesAccess(f) && !may.own:
		return false, errProhibited
	}
	if none := c.r.Header.Values("If-None-Match"); len(none) > 0 && matches(none, etag(f), true) {
		return false, &problem{status: http.StatusPreconditionFailed, detail: "There is such a flow already"}
	}
	if err := c.checkIfMatch(f); err != nil {
		return false, err
	}
	before := *f
	next := d.flow(f.UserID, f.Name)
	f.Name, f.Description, f.Nodes, f.Edges, f.Meta, f.Extra = next.Name, next.Description, next.Nodes, next.Edges, next.Meta, next.Extra
	if d.changesAccess(f) {
		f.AccessControl = next.AccessControl
	}
	return !sameAuthored(&before, f), nil
}

// sameAuthored reports whether the fields that an author writes are the same in two flows,
// byte for byte.
func sameAuthored(a, b *store.Flow) bool {
	return a.Name == b.Name && sameText(a.Description, b.Description) &&
		string(a.Nodes) == string(b.Nodes) && string(a.Edges) == string(b.Edges) && string(a.Meta) == string(b.Meta) &&
		string(a.Extra) == string(b.Extra) && string(a.AccessControl) == string(b.AccessControl)
}
