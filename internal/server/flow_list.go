package server

import (
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/flowctl/flowctl/internal/store"
)

// maxLimit is the largest page of a list, in rows, and the size of one that was not
// asked for.
const maxLimit = 1000

func (s *Server) listFlows(c *call) error { return c.list(store.Own) }

// listAccessible lists what the caller may read, which for an admin is all.
func (s *Server) listAccessible(c *call) error {
	if c.isAdmin() {
		return c.list(store.All)
	}
	return c.list(store.Accessible)
}

func (c *call) list(scope store.Scope) error {
	q, params, err := c.listQuery(scope)
	if err != nil {
		return err
	}
	q.Bytes = listBytes
	page, err := c.s.st.ListFlows(c.r.Context(), q)
	if err != nil {
		return err
	}
	h := c.Header()
	h.Set("X-Total-Count", strconv.FormatInt(page.Total, 10))
	if page.Next != "" {
		params.Set("cursor", page.Next)
		// Only the query: it is right behind every proxy and path prefix.
		h.Set("Link", "<?"+params.Encode()+`>; rel="next"`)
	}
	a := c.s.newAnswer()
	a.text("[")
	a.flows(page.Flows, q.Graph, false)
	for q.Until = page.Next; page.Rest != ""; {
		if !c.sendPart(a) {
			return nil
		}
		if q.Cursor = page.Rest; q.Limit > 0 {
			q.Limit -= len(page.Flows)
		}
		if page, err = c.s.st.ListFlows(c.r.Context(), q); err != nil {
			c.breakOff(err)
		}
		a.flows(page.Flows, q.Graph, true)
	}
	a.text("]")
	return c.send(a)
}

// listBytes is about how much of a list is held at once. A longer one is read and sent
// in several parts: a client that reads slowly holds up nobody.
const listBytes = 1 << 20

// flows adds the rows of a list, after others or not.
func (a *answer) flows(flows []store.Flow, graph, after bool) {
	for i := range flows {
		if after || i > 0 {
			a.text(",")
		}
		if graph {
			a.flow(&flows[i])
		} else {
			a.summary(&flows[i])
		}
		a.row()
	}
}

// listQuery reads the query of a list. Parameters that we do not know are ignored,
// wrong values of those that we know are reported, all of them.
func (c *call) listQuery(scope store.Scope) (store.ListQuery, url.Values, error) {
	q := store.ListQuery{UserID: c.user.ID, Scope: scope, Limit: maxLimit}
	if c.r.URL.RawQuery == "" {
		return q, url.Values{}, nil
	}
	params := c.r.URL.Query()
	var faults []fault
	bad := func(name, kind, msg string) {
		faults = append(faults, fault{
			kind: kind, loc: []any{"query", name}, msg: msg, input: appendQuoted(nil, params.Get(name)),
		})
	}
	if params.Has("limit") {
		n, err := strconv.Atoi(params.Get("limit"))
		switch {
		case err != nil:
			bad("limit", "int_parsing", "Input should be a valid integer")
		case n < 1:
			bad("limit", "greater_than_equal", "Input should be greater than or equal to 1")
		case n > maxLimit:
			bad("limit", "less_than_equal", "Input should be less than or equal to "+strconv.Itoa(maxLimit))
		}
		q.Limit = n
	}
	q.Cursor, q.Search = params.Get("cursor"), params.Get("q")
	if !utf8.ValidString(q.Search) || strings.ContainsRune(q.Search, 0) {
		bad("q", "string_unicode", "Input should be valid UTF-8 without NUL characters")
	}
	switch include := params.Get("include"); include {
	case "", "graph":
		q.Graph = include != ""
	default:
		bad("include", "literal_error", "Input should be 'graph'")
	}
	all, err := strconv.ParseBool(params.Get("all"))
	if err != nil && params.Get("all") != "" {
		bad("all", "bool_parsing", "Input should be a valid boolean")
	}
	if faults != nil {
		return q, nil, invalid(faults...)
	}
	if all {
		if !c.isAdmin() {
			return q, nil, errProhibited
		}
		q.Scope = store.All
	}
	return q, params, nil
}
