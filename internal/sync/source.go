package sync

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Source is a flow file. It need not hold its flow: a folder may have very many, and
// most are what the server has.
type Source struct {
	Path string // below the folder, with slashes
	ID   string // the flow's id that the file has, "" without
	Name string // of the flow

	hasAccess bool // the file says who may see the flow
	several   bool // the file holds other flows, too; Path ends with "#" and the flow's number in it

	held flow.Spec // without read

	read   func() (flow.Spec, error)
	digest sum // of what was read first
}

// NewSource is for the file at path below the folder, which says of its flow what
// spec says, and its id, or "". read reads the file again where the flow is needed;
// without it the source holds the flow.
func NewSource(path, id string, spec flow.Spec, read func() (flow.Spec, error)) Source {
	s := Source{Path: path, ID: id, Name: strings.Clone(spec.Name), hasAccess: spec.AccessControl != nil, read: read}
	if read == nil {
		s.held = spec
	} else {
		s.digest = digestOf(spec, s.hasAccess)
	}
	return s
}

// OneOfSeveral returns the source of the flow number n of a file that holds several. It has
// no id: such a file is not brought up to date.
func OneOfSeveral(path string, n int, spec flow.Spec) Source {
	s := NewSource(fmt.Sprintf("%s#%d", path, n), "", spec, nil)
	s.several = true
	return s
}

// Spec returns what the file says of its flow. A file that is read again and says
// something else by now is an error.
func (s Source) Spec() (flow.Spec, error) {
	if s.read == nil {
		return s.held, nil
	}
	spec, err := s.read()
	if err == nil && digestOf(spec, s.hasAccess) != s.digest {
		err = fmt.Errorf("%s has changed while it was being compared; try again", s.Path)
	}
	return spec, err
}

// Map returns a source whose flow is what to makes of this one's.
func (s Source) Map(to func(flow.Spec) flow.Spec) (Source, error) {
	spec, err := s.Spec()
	if err != nil {
		return s, err
	}
	if s.read == nil {
		return NewSource(s.Path, s.ID, to(spec), nil), nil
	}
	return NewSource(s.Path, s.ID, to(spec), func() (flow.Spec, error) {
		spec, err := s.Spec()
		return to(spec), err
	}), nil
}

// holds reports whether a stored flow is what the file says, byte for byte. It is the
// quick way to find the flows that have not changed; the others may still differ in
// nothing that counts.
func (s Source) holds(stored flow.Spec) bool {
	if s.read == nil {
		return spellTheSame(stored, s.held)
	}
	return digestOf(stored, s.hasAccess) == s.digest
}

// spellTheSame reports whether a stored flow, as it was just read, is what a file says,
// byte for byte but for white space.
func spellTheSame(stored, file flow.Spec) bool {
	if len(stored.Nodes) != len(file.Nodes) || len(stored.Edges) != len(file.Edges) {
		return false
	}
	var text, other []byte
	same := func(a, b interface{ AppendJSON([]byte) []byte }) bool {
		text, other = a.AppendJSON(text[:0]), b.AppendJSON(other[:0])
		return bytes.Equal(text, other)
	}
	for i, n := range file.Nodes {
		if !same(n, stored.Nodes[i]) {
			return false
		}
	}
	for i, e := range file.Edges {
		if !same(e, stored.Edges[i]) {
			return false
		}
	}
	stored.Nodes, stored.Edges, file.Nodes, file.Edges = nil, nil, nil, nil
	access := file.AccessControl != nil
	return digestOf(stored, access) == digestOf(file, access)
}

// sum is the same for flows that say the same in the same spelling.
type sum [sha256.Size]byte

func digestOf(s flow.Spec, withAccess bool) (d sum) {
	h := sha256.New()
	line := make([]byte, 0, 2<<10) // one by one, for the whole may be large
	add := func(key string, value []byte) {
		line = append(append(append(append(line[:0], key...), ':'), value...), '\n')
		h.Write(line)
	}
	add("name", rawjson.AppendString(nil, s.Name))
	add("description", rawjson.AppendString(nil, s.Description))
	if !rawjson.IsEmpty(s.Meta) {
		add("meta", s.Meta)
	}
	if withAccess {
		add("access_control", s.AccessControl)
	}
	unknown := s.Unknown()
	slices.SortFunc(unknown, func(a, b rawjson.Member) int { return strings.Compare(a.Key, b.Key) })
	for _, m := range unknown {
		add(string(rawjson.AppendString(nil, m.Key)), m.Value)
	}
	for _, n := range s.Nodes {
		line = append(n.AppendJSON(line[:0]), '\n')
		h.Write(line)
	}
	add("edges", nil) // a node is none of them
	for _, e := range s.Edges {
		line = append(e.AppendJSON(line[:0]), '\n')
		h.Write(line)
	}
	h.Sum(d[:0])
	return d
}
