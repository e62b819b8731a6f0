package sync

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/flowctl/flowctl/internal/lookup"
)

// newIDs returns the two ids that a new flow may get on a server that lets the client choose.
// The first is a function of the owner, the flow's name and the id in the file, so that two
// people who apply the same file at the same time choose the same id and the server creates
// one flow. The second is a function of the path, too. It is used if the first is taken, by a flow that was
// renamed since or by another file with the same name.
func (m *matcher) newIDs(ctx context.Context, it *item) ([]string, error) {
	if m.idSpace == (uuid.UUID{}) {
		me, err := m.c.Auth.Whoami(ctx)
		if err != nil {
			return nil, err
		}
		m.idSpace = uuid.NewSHA1(uuid.NameSpaceOID, []byte("flowctl import "+me.ID))
	}
	key := it.Name + "\x00" + it.ID // names have no NUL
	return []string{uuid.NewSHA1(m.idSpace, []byte(key)).String(), uuid.NewSHA1(m.idSpace, []byte(key+"\x00"+it.Path)).String()}, nil
}

// chooseIDs sets the ids of new flows: the id in the file, else the first of newIDs that is
// not taken. Open WebUI chooses ids itself.
func (m *matcher) chooseIDs(ctx context.Context) error {
	if !m.lossless || m.Exists == ExistsDuplicate {
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
	for _, it := range rest {
		ids, err := m.newIDs(ctx, it)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(ids, func(id string) bool { return !m.taken[id] }); i >= 0 {
			it.chosen, m.taken[ids[i]] = ids[i], true
		}
	}
	return nil
}
