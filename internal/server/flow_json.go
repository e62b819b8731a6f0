package server

import (
	"bytes"

	"github.com/flowctl/flowctl/internal/store"
)

// flow adds a whole flow, with the owner's account if owner is set. An author's own field of
// that name stays. The order of keys is the contract's; fields that the API does not know come
// last.
func (a *answer) flow(f *store.Flow, owner bool) {
	a.string(`{"id":`, f.ID)
	a.string(`,"user_id":`, f.UserID)
	a.title(",", f)
	a.graph(f)
	a.int(`,"created_at":`, f.CreatedAt)
	a.int(`,"updated_at":`, f.UpdatedAt)
	a.value(`,"meta":`, f.Meta)
	a.value(`,"access_control":`, a.c.visibleAccess(f))
	if owner && !bytes.Contains(f.Extra, []byte(`"user"`)) {
		a.owner(f)
	}
	a.extra(f)
	a.text(`}`)
}

// owner adds the public part of the owner's account.
func (a *answer) owner(f *store.Flow) {
	a.string(`,"user":{"id":`, f.UserID)
	a.string(`,"name":`, f.OwnerName)
	a.text(`}`)
}

// summary adds a row of a list: without nodes and edges or, if the query asks for that, only
// name, time and digest.
func (a *answer) summary(f *store.Flow, q *store.ListQuery) {
	a.string(`{"id":`, f.ID)
	if q.Digest {
		a.string(`,"name":`, f.Name)
	} else {
		a.title(",", f)
		a.int(`,"created_at":`, f.CreatedAt)
	}
	a.int(`,"updated_at":`, f.UpdatedAt)
	if !q.Digest {
		a.value(`,"meta":`, f.Meta)
	}
	if q.Owner && !q.Graph {
		a.string(`,"user_id":`, f.UserID)
		a.owner(f)
	}
	if q.Digest && f.Digest != "" {
		a.string(`,"digest":`, f.Digest)
	}
	a.text(`}`)
}

// export adds the flow file. It carries the time of the last change, not of the
// export: the same flow makes the same file.
func (a *answer) export(f *store.Flow) {
	a.text(`{"version":"1.0","flow":{`)
	a.title("", f)
	a.graph(f)
	a.value(`,"meta":`, f.Meta)
	a.extra(f)
	a.int(`},"exportedAt":`, f.UpdatedAt)
	a.text(`}`)
}

func (a *answer) title(comma string, f *store.Flow) {
	a.string(comma+`"name":`, f.Name)
	if f.Description == nil {
		a.text(`,"description":null`)
	} else {
		a.string(`,"description":`, *f.Description)
	}
}

// graph adds nodes and edges, unless the flow is one without.
func (a *answer) graph(f *store.Flow) {
	if f.Nodes == nil {
		return
	}
	a.value(`,"nodes":`, f.Nodes)
	a.value(`,"edges":`, f.Edges)
}

// extra adds the fields that the API does not know, which are stored as an object.
func (a *answer) extra(f *store.Flow) {
	if len(f.Extra) > len("{}") {
		a.text(",")
		a.raw(f.Extra[1 : len(f.Extra)-1])
	}
}
