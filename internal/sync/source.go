package sync

import (
	"fmt"
	"strings"

	"github.com/flowctl/flowctl/internal/digest"
	"github.com/flowctl/flowctl/internal/layout"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Source is a flow file. It may read its flow again instead of keeping it in memory: a
// folder may have very many files, most of them unchanged.
type Source struct {
	Path string // below the folder, with slashes
	ID   string // the flow's id that the file has, "" without
	Name string // of the flow

	hasAccess bool // the file has an access_control
	several   bool // the file has other flows, too; Path ends with "#" and the number of the flow
	layout    int  // how many of the nodes have a layout

	spec flow.Spec // if read is nil

	read   func() (flow.Spec, error)
	digest digest.Digest // of what was read first
}

// NewSource returns the source for a file with the flow spec and its id, "" for none; path is
// below the folder. read reads the file again when the flow is needed; if it is nil, the
// source keeps spec.
func NewSource(path, id string, spec flow.Spec, read func() (flow.Spec, error)) Source {
	s := Source{Path: path, ID: id, Name: strings.Clone(spec.Name), hasAccess: spec.AccessControl != nil, layout: layoutPart(spec), read: read}
	if read == nil {
		s.spec = spec
	} else {
		s.digest = digest.Of(spec)
	}
	return s
}

// Spec returns the flow. It is an error if the file is read again and its flow has changed.
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

// File returns the path of the file, without the number of the flow in it.
func (s Source) File() string {
	if s.several {
		return s.Path[:strings.LastIndexByte(s.Path, '#')]
	}
	return s.Path
}

// Map returns a source whose flow is to(flow of s).
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

// hasDigest reports whether a flow with the digest d equals the file's. If false, they may
// still be equal in everything that is compared.
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

// How many of a file's nodes have a layout: all, none, some.
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
