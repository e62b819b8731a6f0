package client

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Rows to a page: as many as our server sends; fewer with nodes, which may be
// big.
const (
	pageRows      = 1000
	graphPageRows = 200
)

// rows is how many flows the next page has at most, after those that were given.
func (o ListOptions) rows(given int) int {
	rows := pageRows
	if o.Graph {
		rows = graphPageRows
	}
	if o.Limit > 0 {
		rows = min(rows, o.Limit-given)
	}
	return rows
}

// call is the call for the next page.
func (o ListOptions) call(given int, cursor string) *call {
	k := &call{verb: "list flows", method: http.MethodGet, path: flowsPath, query: url.Values{}, stream: true}
	var include []string
	if o.Graph {
		include = append(include, "graph")
	}
	if o.Owner {
		include = append(include, "owner")
	}
	if o.Digest {
		include = append(include, "digest")
	}
	if include != nil {
		k.query.Set("include", strings.Join(include, ","))
	}
	setInt(k.query, "limit", o.rows(given))
	switch {
	case o.Deleted:
		k.path += "deleted"
	case o.Access != "" && o.Access != AccessWrite && !o.second:
		k.path += "accessible"
	}
	if o.Access != "" {
		k.query.Set("access", string(o.Access))
	}
	if o.Name != "" {
		k.query.Set("name", o.Name)
	}
	if o.IDPrefix != "" {
		k.query.Set("id_prefix", o.IDPrefix)
	}
	if o.AllUsers {
		k.query.Set("all", "true")
	}
	if o.Search != "" {
		k.query.Set("q", o.Search)
	}
	if cursor != "" {
		k.query.Set("cursor", cursor)
	}
	return k
}

// row reads an element into memory of its own. Open WebUI's have their nodes
// and edges even when nobody asked for them; these are left out.
func (o ListOptions) row(raw []byte, ours bool) (flow.Flow, error) {
	if !ours && !o.Graph {
		doc, err := rawjson.ParseObject(raw)
		if err != nil {
			return flow.Flow{}, err
		}
		doc = slices.DeleteFunc(doc, func(m rawjson.Member) bool { return m.Key == "nodes" || m.Key == "edges" })
		raw = doc.AppendJSON(nil)
	} else {
		raw = bytes.Clone(raw)
	}
	f, err := flow.ParseFlow(raw)
	if err == nil && f.ID == "" {
		err = errors.New("it has no id")
	}
	return f, err
}

// matches reports whether the caller wants a flow of Open WebUI.
func (o ListOptions) matches(f flow.Flow) bool {
	return o.Loose || strings.Contains(strings.ToLower(f.Name), strings.ToLower(o.Search)) &&
		(o.Name == "" || f.Name == o.Name) && strings.HasPrefix(f.ID, o.IDPrefix)
}

// nextCursor reads the cursor out of Link: <…?cursor=…>; rel="next". Only the
// cursor: the address is the one that this client was made for.
func nextCursor(h http.Header) string {
	for _, link := range strings.Split(strings.Join(h.Values("Link"), ","), ",") {
		target, params, _ := strings.Cut(link, ";")
		if strings.Contains(params, `rel="next"`) || strings.Contains(params, "rel=next") {
			if u, err := url.Parse(strings.Trim(target, " <>")); err == nil {
				return u.Query().Get("cursor")
			}
		}
	}
	return ""
}

// explainList says what a 500 on a list may mean, unless it is our own server's or
// that of something that does not tell its version.
func (s *FlowsService) explainList(ctx context.Context, err error) error {
	var failed *Error
	if errors.As(err, &failed) && failed.StatusCode == http.StatusInternalServerError && s.c.isForeign(ctx) {
		failed.hint = "look into the server's log; it may have stored a flow that it cannot send (half a surrogate pair, or nesting beyond 250 levels): then delete that flow by its id"
	}
	return err
}

// broken is the error of a list whose elements could not be read to the end.
func (c *conn) broken(k *call, a *answer, err error) error {
	var bad *notList
	if errors.As(err, &bad) {
		return c.unusable(k, &answer{header: a.header, body: bad.begin}, "a list", bad)
	}
	e := c.failure(k, http.StatusOK, err.Error())
	e.err, e.RequestID = c.beneath(err), c.redact(requestID(a.header))
	return brokeOff(e)
}
