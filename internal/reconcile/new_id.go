package reconcile

import (
	"context"

	"github.com/google/uuid"

	"github.com/flowctl/flowctl/pkg/client"
)

// NewIDs gives the ids that new flows of a user get on a server that lets the client
// choose. They follow from whose the flow is, its name, and the id that its file
// gives, or "": whoever makes the same flow at the same moment chooses the same one,
// and the server makes it once.
func NewIDs(owner string) func(name, fileID string) string {
	space := uuid.NewSHA1(uuid.NameSpaceOID, []byte("flowctl import "+owner))
	return func(name, fileID string) string {
		return uuid.NewSHA1(space, []byte(name+"\x00"+fileID)).String() // names have no NUL
	}
}

// chooseIDs says which ids new flows are to have: the file's own, else one of
// [NewIDs]. One that is in use, by a flow that was renamed since or by another file of
// the same name, is not chosen. The real backend chooses the ids itself.
func (m *matcher) chooseIDs(ctx context.Context, c *client.Client) error {
	if !m.ours {
		return nil
	}
	choose := func(it *item, id string) {
		if it.chosen == "" && !m.taken[id] && m.seen[id] == nil {
			it.chosen, m.taken[id] = id, true
		}
	}
	var rest []*item
	for _, it := range m.items {
		if it.match == nil && client.IsID(it.ID) {
			choose(it, it.ID)
		}
		if it.match == nil && it.chosen == "" {
			rest = append(rest, it)
		}
	}
	if rest == nil {
		return nil
	}
	me, err := c.Auth.Whoami(ctx)
	if err != nil {
		return err
	}
	newID := NewIDs(me.ID)
	for _, it := range rest {
		choose(it, newID(it.Name, it.ID))
		choose(it, newID(it.Name, it.ID+"\x00"+it.Path))
	}
	return nil
}
