package flow

// Severity says whether a problem stands in the way.
type Severity string

// The severities.
const (
	SeverityError   Severity = "error"   // the flow cannot run, or would not mean what it says
	SeverityWarning Severity = "warning" // the flow is a legal draft
)

// Rule is a kind of problem that [Validate] looks for.
type Rule struct {
	Code     string   `json:"code"`     // stable, kebab-case
	Severity Severity `json:"severity"` // of most of its problems; each says its own
	Summary  string   `json:"summary"`  // one sentence
}

// The codes of the rules.
const (
	codeWrongType        = "wrong-type"
	codeEmptyName        = "empty-name"
	codeBadText          = "bad-text"
	codeTooLarge         = "too-large"
	codeBadAccessControl = "bad-access-control"
	codeEmptyNodeID      = "empty-node-id"
	codeDuplicateNodeID  = "duplicate-node-id"
	codeUnknownNodeType  = "unknown-node-type"
	codeEmptyEdgeID      = "empty-edge-id"
	codeDuplicateEdgeID  = "duplicate-edge-id"
	codeDanglingEdge     = "dangling-edge"
	codeSelfLoop         = "self-loop"
	codeUnknownHandle    = "unknown-handle"
	codeCycle            = "cycle"
	codeNothingToRun     = "nothing-to-run"
)

// Rules lists what [Validate] looks for.
func Rules() []Rule {
	return []Rule{
		{codeWrongType, SeverityError, "A known field of the flow, a node, its data or an edge holds another type of JSON value than it should; null counts as absent, but not for the nodes and edges of the flow."},
		{codeEmptyName, SeverityError, "The flow's name is blank; a warning when there is none at all, since servers then choose one."},
		{codeBadText, SeverityError, "The flow's name or description holds NUL or half a surrogate pair, which servers do not store."},
		{codeTooLarge, SeverityWarning, "A part of the flow is larger than flowctl's server takes: name, description, meta, the ids of access_control, or the number of unknown fields."},
		{codeBadAccessControl, SeverityError, "access_control is neither null nor an object whose read and write hold lists of user_ids and group_ids."},
		{codeEmptyNodeID, SeverityError, "A node has no id, so that no edge and no reference can name it."},
		{codeDuplicateNodeID, SeverityError, "Two nodes have the same id, so that edges and references to it are ambiguous."},
		{codeUnknownNodeType, SeverityError, "A node's type is none of the types that can run."},
		{codeEmptyEdgeID, SeverityWarning, "An edge has no id; it runs, but the editor cannot select or delete it."},
		{codeDuplicateEdgeID, SeverityWarning, "Two edges have the same id; they run, but the editor takes them for one."},
		{codeDanglingEdge, SeverityError, "An edge's source or target is missing, or names a node that is not there."},
		{codeSelfLoop, SeverityError, "An edge leads from a node to itself, so that the node would wait for its own result."},
		{codeUnknownHandle, SeverityError, "An edge leaves a conditional or a loop by a handle that it does not have."},
		{codeCycle, SeverityError, "Nodes lead to each other in a circle, so that none of them can run first; repeat steps with a loop node."},
		{codeNothingToRun, SeverityWarning, "The flow has no nodes."},
	}
}
