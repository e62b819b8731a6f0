package engine

// Failure is a failure of a node in the engine's words, of which a semantics may have
// others.
type Failure struct {
	What string // one of the constants below
	Err  error  // the cause, or which; nil for none
}

// What fails in nodes.
const (
	NoModel         = "the node has no model; set its modelId"
	NoKnowledgeBase = "the node has no knowledge base; set its knowledgeBaseId"
	NoQuery         = "the node has no query; set it"
	NoInput         = "the node has no input; connect one"
	NoPattern       = "the node has no pattern; set config.pattern"
	NoField         = "the node has no field; set config.field"
	NoTemplate      = "the node has no template; set config.template"
	NoFile          = "the node shows a file, and has none for its input"
	NoResults       = "the server returned no results"
	NoFileID        = "the server returned no id"
	NotReadable     = "you may not read this knowledge base; its owner can share it with you"
	NotText         = "the field is not a text"
	NotJSON         = "the server's answer is not JSON"
	NotDataURL      = "the data: URL cannot be read"
	UnknownType     = "unknown node type"
	Aborted         = "aborted"

	CallModel      = "call the model"
	ReadAnswer     = "read the model's answer"
	Evaluate       = "evaluate the condition"
	QueryKnowledge = "query the knowledge base"
	SearchWeb      = "search the web"
	FindArray      = "find what to loop over"
	UploadFile     = "upload the file"
)

func (f *Failure) Error() string {
	if f.Err == nil {
		return f.What
	}
	return f.What + ": " + f.Err.Error()
}

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

func fail(what string) error { return &Failure{What: what} }
