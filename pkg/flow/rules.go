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
		{codeWrongType, SeverityError, "A known field of the flow, a node, its data or an edge has the wrong type of JSON value; null counts as absent, except for the nodes and edges of the flow."},
		{codeEmptyName, SeverityError, "The flow's name is blank; a warning if there is none at all, since servers then choose one."},
		{codeBadText, SeverityError, "The flow's name or description has NUL or half a surrogate pair, which servers do not store."},
		{codeTooLarge, SeverityWarning, "A part of the flow is larger than flowctl's server accepts: name, description, meta, the ids of access_control, or the number of unknown fields."},
		{codeBadAccessControl, SeverityError, "access_control is neither null nor an object with lists of user_ids and group_ids in read and write."},
		{codeEmptyNodeID, SeverityError, "A node has no id, so edges and references cannot name it."},
		{codeDuplicateNodeID, SeverityError, "Two nodes have the same id, so edges and references to it are ambiguous."},
		{codeUnknownNodeType, SeverityError, "A node's type is unknown and cannot run."},
		{codeEmptyEdgeID, SeverityWarning, "An edge has no id; it runs, but the editor cannot select or delete it."},
		{codeDuplicateEdgeID, SeverityWarning, "Two edges have the same id; they run, but the editor treats them as one."},
		{codeDanglingEdge, SeverityError, "An edge's source or target is missing, or is a node that does not exist."},
		{codeSelfLoop, SeverityError, "An edge leads from a node to itself, so the node would wait for its own result."},
		{codeUnknownHandle, SeverityError, "An edge starts at a handle that the conditional or loop does not have."},
		{codeCycle, SeverityError, "Nodes lead to each other in a circle, so none of them can run first; repeat steps with a loop node."},
		{codeNothingToRun, SeverityWarning, "The flow has no nodes."},
	}
}
