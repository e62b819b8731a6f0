package clienttest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

// storedFlow is a row.
type storedFlow struct {
	id, userID           string
	name                 string
	description          json.RawMessage // null or a string
	nodes, edges, access json.RawMessage
	createdAt, updatedAt int64
	unsendable           bool // a lone surrogate, or too deep: no answer can hold it
	infinite             bool // a number too big: export fails
}

// the deepest nesting that Open WebUI's encoder takes, about.
const maxDepth = 250

type right func(r *storedFlow, u *User) bool

// reads and writes are independent of each other, as in Open WebUI. Nobody
// but the owner sees a private flow in a list, whatever their role (models/flows.py,
// get_flows_by_user_id).
func reads(r *storedFlow, u *User) bool { return r.userID == u.ID || mayRead(r.access, u) }

func writes(r *storedFlow, u *User) bool { return r.userID == u.ID || mayWrite(r.access, u) }

// may adds what administrators may do with a single flow (routers/flows.py,
// has_flow_access).
func may(can right, r *storedFlow, u *User) bool { return u.Role == "admin" || can(r, u) }

func (r *storedFlow) set(doc flow.Object) {
	field := func(key string, to *json.RawMessage) {
		if v, ok := doc.Get(key); ok && string(v) != "null" {
			var bad flaws
			*to, bad = respell(v)
			r.unsendable = r.unsendable || bad.surrogate || bad.depth > maxDepth
			r.infinite = r.infinite || bad.infinite
		}
	}
	if v, ok := doc.Get("name"); ok && string(v) != "null" {
		_ = json.Unmarshal(v, &r.name)
	}
	field("description", &r.description)
	field("nodes", &r.nodes)
	field("edges", &r.edges)
	field("access_control", &r.access)
}

// json is the flow as answers have it. Meta cannot be set.
func (r *storedFlow) json(withOwner bool) []byte {
	name, _ := json.Marshal(r.name)
	owner, _ := json.Marshal(r.userID)
	doc := flow.Object{
		{Key: "id", Value: json.RawMessage(strconv.Quote(r.id))},
		{Key: "user_id", Value: owner},
		{Key: "name", Value: name},
		{Key: "description", Value: r.description},
		{Key: "nodes", Value: r.nodes},
		{Key: "edges", Value: r.edges},
		{Key: "created_at", Value: strconv.AppendInt(nil, r.createdAt, 10)},
		{Key: "updated_at", Value: strconv.AppendInt(nil, r.updatedAt, 10)},
		{Key: "meta", Value: json.RawMessage("{}")},
		{Key: "access_control", Value: r.access},
	}
	if !withOwner {
		doc = slices.Delete(doc, 1, 2)
	}
	return doc.AppendJSON(nil)
}

func (r *storedFlow) send(w http.ResponseWriter) {
	if r.unsendable {
		crash(w)
		return
	}
	send(w, r.json(true))
}

// insert stores a new row, public unless doc sets another.
func (b *Backend) insert(u *User, doc flow.Object) *storedFlow {
	now := b.opts.Now().Unix()
	r := &storedFlow{
		id: uuid.NewString(), userID: u.ID, createdAt: now, updatedAt: now,
		description: json.RawMessage("null"), nodes: json.RawMessage("[]"), edges: json.RawMessage("[]"), access: json.RawMessage("null"),
	}
	r.set(doc)
	b.flows = append(b.flows, r)
	return r
}

// find returns the flow that a request names; nil if that was answered.
func (b *Backend) find(w http.ResponseWriter, r *http.Request, u *User, can right) *storedFlow {
	for _, row := range b.flows {
		if row.id != r.PathValue("id") {
			continue
		}
		if !may(can, row, u) {
			fail(w, http.StatusForbidden, noPermission)
			return nil
		}
		return row
	}
	fail(w, http.StatusNotFound, notFound)
	return nil
}

func flowKinds() map[string]byte {
	return map[string]byte{"name": '"', "description": '"', "nodes": '[', "edges": '[', "access_control": '{'}
}

// list knows no query parameters.
func (b *Backend) list(can right) func(http.ResponseWriter, *http.Request, *User) {
	return func(w http.ResponseWriter, _ *http.Request, u *User) {
		var rows []*storedFlow
		for _, r := range b.flows {
			if can(r, u) {
				rows = append(rows, r)
			}
		}
		slices.Reverse(rows) // SQLite goes through flow_updated_at_idx backwards, and so through the rows of one second
		slices.SortStableFunc(rows, func(a, b *storedFlow) int { return int(b.updatedAt - a.updatedAt) })
		text := []byte{'['}
		for i, r := range rows {
			if r.unsendable {
				crash(w)
				return
			}
			if i > 0 {
				text = append(text, ',')
			}
			text = append(text, r.json(false)...)
		}
		send(w, append(text, ']'))
	}
}

func (b *Backend) create(w http.ResponseWriter, r *http.Request, u *User) {
	if doc := form(w, r, flowKinds(), "name", "nodes", "edges"); doc != nil {
		b.insert(u, doc).send(w)
	}
}

func (b *Backend) get(w http.ResponseWriter, r *http.Request, u *User) {
	if row := b.find(w, r, u, reads); row != nil {
		row.send(w)
	}
}

// update takes null for "leave it as it is", and moves updated_at even when
// nothing was sent.
func (b *Backend) update(w http.ResponseWriter, r *http.Request, u *User) {
	doc := form(w, r, flowKinds())
	if doc == nil {
		return
	}
	if row := b.find(w, r, u, writes); row != nil {
		row.set(doc)
		row.updatedAt = b.opts.Now().Unix()
		row.send(w)
	}
}

func (b *Backend) delete(w http.ResponseWriter, r *http.Request, u *User) {
	owns := func(r *storedFlow, u *User) bool { return r.userID == u.ID }
	if found := b.find(w, r, u, owns); found != nil {
		b.flows = slices.DeleteFunc(b.flows, func(f *storedFlow) bool { return f == found })
		reply(w, true)
	}
}

// duplicate does not look at its body, and the copy is public.
func (b *Backend) duplicate(w http.ResponseWriter, r *http.Request, u *User) {
	row := b.find(w, r, u, reads)
	if row == nil {
		return
	}
	twin := b.insert(u, nil)
	twin.name, twin.description, twin.nodes, twin.edges = row.name+" (Copy)", row.description, row.nodes, row.edges
	twin.unsendable, twin.infinite = row.unsendable, row.infinite
	twin.send(w)
}

func (b *Backend) export(w http.ResponseWriter, r *http.Request, u *User) {
	row := b.find(w, r, u, reads)
	if row == nil {
		return
	}
	if row.unsendable || row.infinite {
		crash(w)
		return
	}
	name, _ := json.Marshal(row.name)
	inner := flow.Object{
		{Key: "name", Value: name},
		{Key: "description", Value: row.description},
		{Key: "nodes", Value: row.nodes},
		{Key: "edges", Value: row.edges},
		{Key: "meta", Value: json.RawMessage("{}")},
	}
	doc := flow.Object{
		{Key: "version", Value: json.RawMessage(`"1.0"`)},
		{Key: "flow", Value: inner.AppendJSON(nil)},
		{Key: "exportedAt", Value: strconv.AppendInt(nil, row.updatedAt, 10)},
	}
	send(w, doc.AppendJSON(nil))
}

// importFlow is the fixed import: meta and access_control are dropped.
func (b *Backend) importFlow(w http.ResponseWriter, r *http.Request, u *User) {
	doc := form(w, r, map[string]byte{"flow": '{'})
	if doc == nil {
		return
	}
	if inner, ok := doc.Get("flow"); ok {
		doc, _ = rawjson.ParseObject(inner)
	}
	doc = slices.DeleteFunc(doc, func(m rawjson.Member) bool { return m.Key == "access_control" })
	if _, ok := doc.Get("name"); !ok {
		doc.Set("name", json.RawMessage(`"Imported Flow"`))
	}
	b.insert(u, doc).send(w)
}

func (b *Backend) execute(w http.ResponseWriter, r *http.Request, u *User) {
	if doc := form(w, r, nil); doc == nil {
		return
	}
	if row := b.find(w, r, u, reads); row != nil {
		reply(w, map[string]string{"message": "Flow execution is handled client-side", "flowId": row.id, "status": "delegated_to_client"})
	}
}
