package sync

import (
	"fmt"
	"strings"

	"github.com/flowctl/flowctl/internal/digest"
	"github.com/flowctl/flowctl/internal/layout"
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
	layout    int  // of how many of its nodes it says where they stand

	spec flow.Spec // without read

	read   func() (flow.Spec, error)
	digest digest.Digest // of what was read first
}

// NewSource is for the file at path below the folder, which says of its flow what
// spec says, and its id, or "". read reads the file again where the flow is needed;
// without it the source holds the flow.
func NewSource(path, id string, spec flow.Spec, read func() (flow.Spec, error)) Source {
	s := Source{Path: path, ID: id, Name: strings.Clone(spec.Name), hasAccess: spec.AccessControl != nil, layout: layoutPart(spec), read: read}
	if read == nil {
		s.spec = spec
	} else {
		s.digest = digest.Of(spec)
	}
	return s
}

// Spec returns what the file says of its flow. A file that is read again and says
// something else by now is an error.
func (s Source) Spec() (flow.Spec, error) {
	if s.read == nil {
		return s.spec, nil
	}
	spec, err := s.read()
	if err == nil {
		err = s.check(spec)
	}
	return spec, err
}

// check reports that the file says something else by now, which is spec.
func (s Source) check(spec flow.Spec) error {
	if digest.Of(spec) != s.sum() {
		return fmt.Errorf("%s has changed while it was being compared; try again", s.Path)
	}
	return nil
}

// File returns the path of the file, also if it holds several flows.
func (s Source) File() string {
	if s.several {
		return s.Path[:strings.LastIndexByte(s.Path, '#')]
	}
	return s.Path
}

// Map returns a source whose flow is what to makes of this one's.
func (s Source) Map(to func(flow.Spec) flow.Spec) (Source, error) {
	spec, err := s.Spec()
	if err != nil {
		return s, err
	}
	if s.read == nil {
		mapped := NewSource(s.Path, s.ID, to(spec), nil)
		mapped.several = s.several
		return mapped, nil
	}
	return NewSource(s.Path, s.ID, to(spec), func() (flow.Spec, error) {
		spec, err := s.Spec()
		return to(spec), err
	}), nil
}

// hasDigest reports whether a flow with a digest says what the file does. If not, they may
// still differ in nothing that counts.
func (s Source) hasDigest(d digest.Digest) bool {
	if d.Content == "" || s.layout == partLayout {
		return false
	}
	file := s.sum()
	return d.Content == file.Content && d.Empty == file.Empty &&
		(s.layout == noLayout || d.Layout == file.Layout) && (!s.hasAccess || d.Access == file.Access)
}

// sum returns the digest of what the file says.
func (s Source) sum() digest.Digest {
	if s.read == nil {
		return digest.Of(s.spec)
	}
	return s.digest
}

// Of how many nodes a file has the layout.
const (
	wholeLayout = iota
	noLayout
	partLayout
)

func layoutPart(s flow.Spec) int {
	n := 0
	for i := range s.Nodes {
		if s.Nodes[i].Position != nil || layout.Of(s.Nodes[i]) != nil {
			n++
		}
	}
	switch n {
	case len(s.Nodes):
		return wholeLayout
	case 0:
		return noLayout
	}
	return partLayout
}
