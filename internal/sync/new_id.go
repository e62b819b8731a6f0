package sync

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/flowctl/flowctl/internal/lookup"
	"github.com/flowctl/flowctl/pkg/client"
)

// NewIDs chooses ids for new flows on a server that lets the client do so. They follow
// from whose the flow is and what it is in the files: whoever makes the same flow at
// the same moment chooses the same one, and the server makes it once.
type NewIDs struct {
	space uuid.UUID
	taken map[string]bool
}

// NewIDsOf is for new flows of a user. taken are the ids in use; those that are chosen
// are added.
func NewIDsOf(ctx context.Context, c *client.Client, taken map[string]bool) (*NewIDs, error) {
	me, err := c.Auth.Whoami(ctx)
	if err != nil {
		return nil, err
	}
	return &NewIDs{uuid.NewSHA1(uuid.NameSpaceOID, []byte("flowctl import "+me.ID)), taken}, nil
}

// Choose returns the id for a flow of that name whose file has fileID, or "". If it is
// in use, by a flow that was renamed since or by another file of the same name, it is
// one that follows from the path, too; "" if that is in use as well.
func (n *NewIDs) Choose(name, fileID, path string) string {
	for _, id := range n.choices(name, fileID, path) {
		if !n.taken[id] {
			n.taken[id] = true
			return id
		}
	}
	return ""
}

func (n *NewIDs) choices(name, fileID, path string) []string {
	key := name + "\x00" + fileID // names have no NUL
	return []string{uuid.NewSHA1(n.space, []byte(key)).String(), uuid.NewSHA1(n.space, []byte(key+"\x00"+path)).String()}
}

// chose reports whether an id is one that Choose returns.
func (n *NewIDs) chose(id, name, fileID, path string) bool {
	return slices.Contains(n.choices(name, fileID, path), id)
}

// chooser returns what chooses the ids of new flows.
func (m *matcher) chooser(ctx context.Context) (*NewIDs, error) {
	if m.newIDs == nil {
		ids, err := NewIDsOf(ctx, m.c, m.taken)
		if err != nil {
			return nil, err
		}
		m.newIDs = ids
	}
	return m.newIDs, nil
}

// chooseIDs sets the ids that new flows are to have: the file's own, else one of
// [NewIDs]. Open WebUI chooses the ids itself.
func (m *matcher) chooseIDs(ctx context.Context) error {
	if !m.ours || m.Exists == ExistsDuplicate {
		return nil
	}
	for id := range m.seen {
		m.taken[id] = true // others' flows, too
	}
	var rest []*item
	for _, it := range m.picked() {
		switch {
		case !it.isNew(), it.wants != nil, it.clash != "", it.skip:
		case m.Exists == "" && lookup.IsID(it.ID) && !m.taken[it.ID]:
			it.chosen, m.taken[it.ID] = it.ID, true
		default:
			rest = append(rest, it)
		}
	}
	if rest == nil {
		return nil
	}
	ids, err := m.chooser(ctx)
	if err != nil {
		return err
	}
	for _, it := range rest {
		it.chosen = ids.Choose(it.Name, it.ID, it.Path)
	}
	return nil
}
