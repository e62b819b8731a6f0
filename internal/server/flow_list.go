package server

import (
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/internal/store"
)

// maxLimit is the largest page of a list, in rows, and the size of one that was not
// asked for.
const maxLimit = 1000

func (s *Server) listFlows(c *call) error { return c.list(store.Own) }

// listAccessible lists the flows that the caller may read, for an admin all.
func (s *Server) listAccessible(c *call) error {
	if c.isAdmin() {
		return c.list(store.All)
	}
	return c.list(store.Accessible)
}

func (c *call) list(scope store.Scope) error {
	if c.s.compat == OpenWebUI && c.r.URL.RawQuery == "" {
		return c.listAsOpenWebUI(scope)
	}
	q, params, err := c.listQuery(scope)
	if err != nil {
		return err
	}
	unreadable := q.Scope == store.Reachable || q.Scope == store.Writable // some of the flows may be
	q.Digest = q.Digest && !q.Graph && !unreadable
	return c.sendList(q, params, func(a *answer, f *store.Flow) {
		if q.Graph && (!unreadable || c.rights(f).read) {
			a.flow(f, q.Owner)
		} else {
			a.summary(f, &q)
		}
	})
}

// listAsOpenWebUI answers like Open WebUI: with all flows that the caller may change or, for
// /accessible, read, in one answer with nodes and edges, which its pages count. An admin's
// lists leave out other users' private flows.
func (c *call) listAsOpenWebUI(scope store.Scope) error {
	q := store.ListQuery{UserID: c.user.ID, Scope: store.Accessible, Limit: maxLimit, Graph: true}
	if scope == store.Own {
		q.Scope = store.Writable
	}
	return c.sendList(q, nil, func(a *answer, f *store.Flow) { a.flow(f, false) })
}

// sendList answers with a page of a list or, without params, with all of it.
func (c *call) sendList(q store.ListQuery, params url.Values, row func(*answer, *store.Flow)) error {
	q.Bytes = listBytes
	held := int64(2 * listBytes)
	if err := c.reserve(held); err != nil {
		return err
	}
	q.Hold = func(bytes int64) error { // the flows of a part, and what is sent of them
		more := 2*bytes - held
		if more <= 0 {
			return nil
		}
		held += more
		return c.reserve(more)
	}
	page, err := c.s.st.ListFlows(c.r.Context(), q)
	if err != nil {
		return err
	}
	h := c.Header()
	h.Set("X-Total-Count", strconv.FormatInt(page.Total, 10))
	if page.Next != "" && params != nil {
		params.Set("cursor", page.Next)
		h.Set("Link", c.nextLink(params))
	}
	a := c.newAnswer()
	a.text("[")
	for after := false; ; after = true {
		for i := range page.Flows {
			if after || i > 0 {
				a.text(",")
			}
			if row(a, &page.Flows[i]); len(a.buf) > fullPart {
				a.flush()
			}
		}
		if !page.More() && (params != nil || page.Next == "") {
			break
		}
		if a.flush(); a.err != nil {
			return nil //nolint:nilerr // the client has gone
		}
		if page.More() {
			err = c.s.st.NextFlows(c.r.Context(), q, page)
		} else {
			q.Cursor = page.Next
			page, err = c.s.st.ListFlows(c.r.Context(), q)
		}
		if err != nil {
			c.breakOff(err)
		}
	}
	a.text("]")
	return c.send(a)
}

// listBytes is about how much of a list is in memory at a time. A longer one is read and sent
// in several parts, so that a client that reads slowly does not block others.
const listBytes = 1 << 20

// listQuery reads the query of a list. Unknown parameters are ignored; all wrong values of
// known ones are reported.
func (c *call) listQuery(scope store.Scope) (store.ListQuery, url.Values, error) {
	q := store.ListQuery{UserID: c.user.ID, Scope: scope, Limit: maxLimit}
	if c.r.URL.RawQuery == "" {
		return q, url.Values{}, nil
	}
	params := c.r.URL.Query()
	var p parser
	bad := func(name, kind, msg string) {
		p.fault(kind, msg, []any{"query", name}, rawjson.AppendString(nil, params.Get(name)))
	}
	if params.Has("limit") {
		q.Limit = p.number(params, "limit", maxLimit)
	}
	q.Cursor = params.Get("cursor")
	q.Search, q.Name, q.Prefix = params.Get("q"), params.Get("name"), params.Get("id_prefix")
	for _, name := range []string{"q", "name", "id_prefix"} {
		if text := params.Get(name); !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			bad(name, "string_unicode", "Input should be valid UTF-8 without NUL characters")
		}
	}
	for _, include := range strings.Split(params.Get("include"), ",") {
		switch include {
		case "":
		case "graph":
			q.Graph = true
		case "owner":
			q.Owner = true
		case "digest":
			q.Digest = true
		default:
			bad("include", "literal_error", "Input should be 'graph', 'owner' or 'digest'")
		}
	}
	access := params.Get("access")
	switch access {
	case "", "read", "write", "any", "public", "shared":
	default:
		bad("access", "literal_error", "Input should be 'read', 'write', 'any', 'public' or 'shared'")
	}
	all, err := strconv.ParseBool(params.Get("all"))
	if err != nil && params.Get("all") != "" {
		bad("all", "bool_parsing", "Input should be a valid boolean")
	}
	if p.faults != nil {
		return q, nil, invalid(p.faults...)
	}
	if all {
		if !c.isAdmin() {
			return q, nil, errProhibited
		}
		q.Scope = store.All
	}
	switch {
	case all, access == "":
	case access == "any" && c.isAdmin():
		q.Scope = store.All
	default:
		q.Scope = map[string]store.Scope{
			"read": store.Accessible, "write": store.Writable, "any": store.Reachable, "public": store.Public, "shared": store.Shared,
		}[access]
	}
	return q, params, nil
}
