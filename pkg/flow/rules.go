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

// The codes of [Rules].
const (
	CodeWrongType        = "wrong-type"
	CodeEmptyName        = "empty-name"
	CodeBadText          = "bad-text"
	CodeTooLarge         = "too-large"
	CodeBadAccessControl = "bad-access-control"
	CodeEmptyNodeID      = "empty-node-id"
	CodeDuplicateNodeID  = "duplicate-node-id"
	CodeUnknownNodeType  = "unknown-node-type"
	CodeEmptyEdgeID      = "empty-edge-id"
	CodeDuplicateEdgeID  = "duplicate-edge-id"
	CodeDanglingEdge     = "dangling-edge"
	CodeSelfLoop         = "self-loop"
	CodeUnknownHandle    = "unknown-handle"
	CodeCycle            = "cycle"
	CodeNothingToRun     = "nothing-to-run"
)

// Rules lists what [Validate] looks for.
func Rules() []Rule {
	return []Rule{
		{CodeWrongType, SeverityError, "A known field of the flow, a node, its data or an edge holds another type of JSON value than it should; null counts as absent, but not for the nodes and edges of the flow."},
		{CodeEmptyName, SeverityError, "The flow's name is blank; a warning when there is none at all, since servers then choose one."},
		{CodeBadText, SeverityError, "The flow's name or description holds NUL or half a surrogate pair, which servers do not store."},
		{CodeTooLarge, SeverityWarning, "A part of the flow is larger than flowctl's server takes: name, description, meta, the ids of access_control, or the number of unknown fields."},
		{CodeBadAccessControl, SeverityError, "access_control is neither null nor an object whose read and write hold lists of user_ids and group_ids."},
		{CodeEmptyNodeID, SeverityError, "A node has no id, so that no edge and no reference can name it."},
		{CodeDuplicateNodeID, SeverityError, "Two nodes have the same id, so that edges and references to it are ambiguous."},
		{CodeUnknownNodeType, SeverityError, "A node's type is none of the types that can run."},
		{CodeEmptyEdgeID, SeverityWarning, "An edge has no id; it runs, but the editor cannot select or delete it."},
		{CodeDuplicateEdgeID, SeverityWarning, "Two edges have the same id; they run, but the editor takes them for one."},
		{CodeDanglingEdge, SeverityError, "An edge's source or target is missing, or names a node that is not there."},
		{CodeSelfLoop, SeverityError, "An edge leads from a node to itself, so that the node would wait for its own result."},
		{CodeUnknownHandle, SeverityError, "An edge leaves a conditional or a loop by a handle that it does not have."},
		{CodeCycle, SeverityError, "Nodes lead to each other in a circle, so that none of them can run first; repeat steps with a loop node."},
		{CodeNothingToRun, SeverityWarning, "The flow has no nodes."},
	}
}
