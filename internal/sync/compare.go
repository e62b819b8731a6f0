package sync

import (
	"slices"

	"github.com/flowctl/flowctl/internal/digest"
	"github.com/flowctl/flowctl/internal/layout"
	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

// traits are the properties of a kind of server.
type traits struct {
	lossless bool // keeps every field that it is sent, and lets the client choose ids
	versions bool // keeps what its flows were
}

// differences lists the changes that turn the stored flow into the file's. A layout that the
// file leaves out is not a difference, nor is an empty data object where the file has no
// data.
func (t traits) differences(stored, file flow.Spec) []flow.Change {
	file = layout.Adopt(file, stored)
	return flow.Diff(keepEmptyData(t.comparable(stored, file), file), t.comparable(file, file))
}

// comparable returns s, the file's flow or the stored one, without the fields that are not
// compared.
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

// dropped returns the keys of s that the server does not keep.
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
