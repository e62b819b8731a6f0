package server

import (
	"bytes"

	"github.com/flowctl/flowctl/internal/store"
)

// flow adds a whole flow. Its order of keys is the contract's; fields that the
// API does not know come last.
func (a *answer) flow(f *store.Flow) { a.wholeFlow(f, false) }

// wholeFlow is flow, with the owner's account or not: an author's own field of that
// name stays.
func (a *answer) wholeFlow(f *store.Flow, owner bool) {
	a.text(`{"id":`)
	a.quote(f.ID)
	a.text(`,"user_id":`)
	a.quote(f.UserID)
	a.content(f)
	a.text(`,"created_at":`)
	a.int(f.CreatedAt)
	a.text(`,"updated_at":`)
	a.int(f.UpdatedAt)
	a.text(`,"meta":`)
	a.raw(f.Meta)
	a.text(`,"access_control":`)
	if f.AccessControl == nil {
		a.text("null")
	} else {
		a.raw(f.AccessControl)
	}
	if owner && !bytes.Contains(f.Extra, []byte(`"user"`)) {
		a.owner(f)
	}
	a.extra(f)
	a.text(`}`)
}

// owner adds the owner's account, as far as everybody may know it.
func (a *answer) owner(f *store.Flow) {
	a.text(`,"user":{"id":`)
	a.quote(f.UserID)
	a.text(`,"name":`)
	a.quote(f.OwnerName)
	a.text(`}`)
}

// summary adds a list's row, with the flow's owner or not.
func (a *answer) summary(f *store.Flow, owner bool) {
	a.text(`{"id":`)
	a.quote(f.ID)
	a.title(f)
	a.text(`,"created_at":`)
	a.int(f.CreatedAt)
	a.text(`,"updated_at":`)
	a.int(f.UpdatedAt)
	a.text(`,"meta":`)
	a.raw(f.Meta)
	if owner {
		a.text(`,"user_id":`)
		a.quote(f.UserID)
		a.owner(f)
	}
	if f.Digest != "" {
		a.text(`,"digest":"`)
		a.text(f.Digest)
		a.text(`"`)
	}
	a.text(`}`)
}

// export adds the flow file. It carries the time of the last change, not of the
// export: the same flow makes the same file.
func (a *answer) export(f *store.Flow) {
	a.text(`{"version":"1.0","flow":{`)
	a.text(`"name":`)
	a.quote(f.Name)
	a.descriptionOf(f)
	a.graph(f)
	a.text(`,"meta":`)
	a.raw(f.Meta)
	a.extra(f)
	a.text(`},"exportedAt":`)
	a.int(f.UpdatedAt)
	a.text(`}`)
}

// content adds what an author writes but for meta.
func (a *answer) content(f *store.Flow) {
	a.title(f)
	a.graph(f)
}

func (a *answer) title(f *store.Flow) {
	a.text(`,"name":`)
	a.quote(f.Name)
	a.descriptionOf(f)
}

func (a *answer) descriptionOf(f *store.Flow) {
	a.text(`,"description":`)
	if f.Description == nil {
		a.text("null")
	} else {
		a.quote(*f.Description)
	}
}

// graph adds nodes and edges, unless the flow is one without.
func (a *answer) graph(f *store.Flow) {
	if f.Nodes == nil {
		return
	}
	a.text(`,"nodes":`)
	a.raw(f.Nodes)
	a.text(`,"edges":`)
	a.raw(f.Edges)
}

// extra adds the fields that the API does not know, which are stored as an object.
func (a *answer) extra(f *store.Flow) {
	if len(f.Extra) > len("{}") {
		a.text(",")
		a.raw(f.Extra[1 : len(f.Extra)-1])
	}
}
