package cmdutil

// The states of a flow after an apply.
const (
	StateCreated   = "created"
	StateUpdated   = "updated"
	StateMerged    = "merged" // with what others changed
	StateDeleted   = "deleted"
	StateUnchanged = "unchanged"
	StateFailed    = "failed"
	StateRefused   = "refused"
	StateLeft      = "not begun"
)
