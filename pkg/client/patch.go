package client

import (
	"encoding/json"

	"github.com/flowctl/flowctl/pkg/flow"
)

// Patch is a change of a flow. What is nil stays as it is.
type Patch struct {
	Name          *string
	Description   *string // "" empties it
	Nodes         []flow.Node
	Edges         []flow.Edge
	Meta          json.RawMessage
	AccessControl json.RawMessage // [flow.Public] cannot be had from the real backend once a flow was not public
	Unknown       flow.Object     // further top-level fields
}

// Replace is the patch that makes a flow what spec says. Meta, access control
// and unknown fields that spec does not have stay as they are.
func Replace(spec flow.Spec) Patch { return Patch{} }

// Revision tells states of a flow apart: our server's ETag; on the real backend,
// which has none, [ContentRevision].
type Revision string

// ContentRevision is a revision made of a flow's content, for flows that came
// from a list with Graph. It can be given to [IfUnchanged] on every server.
func ContentRevision(f flow.Flow) Revision { return "" }

// WriteOption changes how a flow is updated or deleted.
type WriteOption func(*write)

type write struct{}

// IfUnchanged lets the write happen only if the flow is still what it was at rev;
// otherwise it fails with [ErrConflict]. Our server does that in one step; on the
// real backend the client reads and compares first, which leaves a short gap.
func IfUnchanged(rev Revision) WriteOption { return nil }
