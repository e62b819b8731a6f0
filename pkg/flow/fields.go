package flow

import (
	"slices"

	"github.com/flowctl/flowctl/internal/rawjson"
)

// shape is the type of JSON value that a known field should hold.
type shape struct {
	name   string       // for messages: "a string"
	first  string       // the bytes that such a value may start with
	elem   *shape       // of the rawjson.Elements, for an array
	fields []fieldShape // the known ones, for an object
}

// fieldShape is the shape of a field.
type fieldShape struct {
	key string
	shape
}

// field returns the index of the field that a string token names, -1 if none.
func (s shape) field(token []byte) int {
	return slices.IndexFunc(s.fields, func(f fieldShape) bool { return rawjson.IsKey(token, f.key) })
}

// The shapes of fields.
//
//nolint:gochecknoglobals // a table that is only read
var (
	text    = shape{name: "a string", first: `"`}
	number  = shape{name: "a number", first: "-0123456789"}
	boolean = shape{name: "true or false", first: "tf"}
	object  = shape{name: "an object", first: "{"}
	texts   = shape{name: "an array of strings", first: "[", elem: &text}
)

// objectOf is an object with known fields.
func objectOf(fields ...fieldShape) shape {
	return shape{name: object.name, first: object.first, fields: fields}
}

// positionShape is that of a node's position.
//
//nolint:gochecknoglobals // a table that is only read
var positionShape = objectOf(fieldShape{"x", number}, fieldShape{"y", number})

// dataShape returns the fields of a node's data that an author writes, as the
// editor's executor reads them. An input's value may be anything. Run-time state
// (status, error, results) is the editor's own and left out.
func dataShape(t NodeType) shape {
	return shape{name: object.name, first: object.first, fields: dataFields[t]}
}

// Fields lists the fields of a node's data that an author writes and the editor's
// executor reads; those within an object as config.pattern. Servers may know others.
func (t NodeType) Fields() []string {
	var names []string
	if t == Input {
		names = append(names, "value")
	}
	for _, f := range dataFields[t] {
		for _, inner := range f.fields {
			names = append(names, f.key+"."+inner.key)
		}
		if len(f.fields) == 0 {
			names = append(names, f.key)
		}
	}
	return names
}

//nolint:gochecknoglobals // a table that is only read
var dataFields = map[NodeType][]fieldShape{
	Input: {
		{"label", text}, {"placeholder", text}, {"fileIds", texts},
		{"mediaFileId", text}, {"mediaFileName", text}, {"mediaFileType", text},
	},
	Model: {
		{"label", text}, {"modelId", text}, {"modelName", text}, {"prompt", text}, {"useAdvancedSettings", boolean},
		{"temperature", number}, {"max_tokens", number}, {"top_p", number},
		{"frequency_penalty", number}, {"presence_penalty", number}, {"stream", boolean},
	},
	Knowledge: {
		{"label", text}, {"knowledgeBaseId", text}, {"knowledgeBaseName", text}, {"query", text}, {"topK", number},
		{"confidenceThreshold", number}, {"useReranking", boolean}, {"hybridSearch", boolean}, {"includeMetadata", boolean},
	},
	WebSearch: {{"label", text}, {"query", text}, {"engine", text}, {"maxResults", number}},
	Transform: {{"label", text}, {"operation", text}, {"config", objectOf(
		fieldShape{"field", text}, fieldShape{"template", text}, fieldShape{"pattern", text}, fieldShape{"replacement", text},
	)}},
	Conditional: {
		{"label", text}, {"condition", text}, {"operator", text}, {"compareValue", text},
		{"trueOutput", text}, {"falseOutput", text},
	},
	Loop:   {{"label", text}, {"loopType", text}, {"maxIterations", number}, {"arrayPath", text}, {"breakCondition", text}},
	Merge:  {{"label", text}, {"strategy", text}, {"separator", text}},
	Output: {{"label", text}, {"format", text}, {"fileType", text}},
}
