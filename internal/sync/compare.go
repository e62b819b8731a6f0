package sync

import (
	"slices"

	"github.com/flowctl/flowctl/internal/digest"
	"github.com/flowctl/flowctl/internal/layout"
	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

// traits is what a kind of server is like.
type traits struct {
	lossless bool // keeps all that it is sent, and lets the client choose ids
	versions bool // keeps what its flows were
}

// differences lists what turns the stored flow into that of a file. What the file
// does not say of a node's layout is not a difference, nor is data that says nothing where
// the file has none.
func (t traits) differences(stored, file flow.Spec) []flow.Change {
	file = layout.Adopt(file, stored)
	return flow.Diff(keepEmptyData(t.comparable(stored, file), file), t.comparable(file, file))
}

// comparable takes out of one of both sides what does not count.
func (t traits) comparable(s, file flow.Spec) flow.Spec {
	s = digest.WithoutState(s)
	if file.AccessControl == nil {
		s.AccessControl = nil
	}
	if rawjson.IsEmpty(s.Meta) || !t.lossless {
		s.Meta = nil
	}
	if !t.lossless {
		for _, m := range s.Unknown() {
			s.SetUnknown(m.Key, nil)
		}
	}
	return s
}

// dropped names what a server of this kind does not keep of a flow.
func (t traits) dropped(s flow.Spec) []string {
	if t.lossless {
		return nil
	}
	var keys []string
	for _, m := range s.Unknown() {
		keys = append(keys, m.Key)
	}
	if !rawjson.IsEmpty(s.Meta) {
		keys = append(keys, "meta")
	}
	slices.Sort(keys)
	return keys
}
