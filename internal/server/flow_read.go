package server

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/flowctl/flowctl/internal/store"
)

// smallFlow is the size in bytes up to which a flow is read, by one query, without reserving
// memory first. Most flows are smaller.
const smallFlow = 64 << 10

// readable returns the flow of the path if the caller may read it.
func (c *call) readable() (*store.Flow, error) {
	id := c.r.PathValue("id")
	f, err := c.s.st.SmallFlow(c.r.Context(), id, smallFlow)
	if errors.Is(err, store.ErrNotFound) {
		if err := c.reserveFlow(id); err != nil {
			return nil, err
		}
		f, err = c.s.st.Flow(c.r.Context(), id)
	}
	if err != nil {
		return nil, err
	}
	if !c.rights(f).read {
		return nil, errProhibited
	}
	return f, nil
}

// sendFlow answers with a whole flow and its entity tag.
func (c *call) sendFlow(f *store.Flow) error {
	c.Header().Set("ETag", etag(f))
	c.Header().Set("Flow-Version", strconv.FormatInt(f.Version.Number, 10))
	a := c.newAnswer()
	a.flow(f, false)
	return c.send(a)
}

// sendWritten is sendFlow after a write. The caller may ask for an answer without nodes and
// edges.
func (c *call) sendWritten(f *store.Flow) error {
	if c.prefers(preferMinimal) {
		brief := *f
		brief.Nodes, brief.Edges = nil, nil
		f = &brief
	}
	return c.sendFlow(f)
}

func (s *Server) getFlow(c *call) error {
	f, err := c.readableVersion()
	if err != nil {
		return err
	}
	if c.notModified(f) {
		c.Header().Set("ETag", etag(f))
		c.WriteHeader(http.StatusNotModified)
		return nil
	}
	return c.sendFlow(f)
}

func (s *Server) exportFlow(c *call) error {
	f, err := c.readableVersion()
	if err != nil {
		return err
	}
	a := c.newAnswer()
	a.export(f)
	return c.send(a)
}
