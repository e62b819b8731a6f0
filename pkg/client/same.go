package client

import (
	"slices"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

// isDone reports whether a flow has all that the body of a call sets, in whatever
// spelling; of a server that is not lossless, all that it keeps.
func isDone(has flow.Spec, body []byte, lossless bool) bool {
	now, _ := rawjson.ParseObject(has.AppendJSON(nil)) // was read
	sent, err := rawjson.ParseObject(body)
	for _, m := range sent {
		if !lossless && !slices.Contains([]string{"name", "description", "nodes", "edges", "access_control"}, m.Key) {
			continue
		}
		value, _ := now.Get(m.Key)
		switch {
		case m.Key == "access_control" && flow.EqualAccess(value, m.Value):
		case rawjson.Equal(value, m.Value), value == nil && string(m.Value) == "null":
		default:
			return false
		}
	}
	return err == nil
}
