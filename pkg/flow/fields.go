package flow

// shape is the type of JSON value that a known field should hold.
type shape struct {
	name   string           // for messages: "a string"
	first  string           // bytes that such a value may start with; "" for anything
	elem   *shape           // of the elements, for an array
	fields map[string]shape // known fields, for an object
}

var (
	text    = shape{name: "a string", first: `"`}
	number  = shape{name: "a number", first: "-0123456789"}
	boolean = shape{name: "true or false", first: "tf"}
	array   = shape{name: "an array", first: "["}
	object  = shape{name: "an object", first: "{"}
	texts   = shape{name: "an array of strings", first: "[", elem: &text}
)

// positionShape is that of a node's position.
var positionShape = shape{name: "an object", first: "{", fields: map[string]shape{"x": number, "y": number}}

// dataFields are the fields of a node's data that an author writes, as the
// editor's executor reads them. An input's value may be anything. Run-time state
// (status, error, results) is the editor's own and left out.
var dataFields = map[NodeType]map[string]shape{
	Input: {
		"label": text, "placeholder": text, "fileIds": texts,
		"mediaFileId": text, "mediaFileName": text, "mediaFileType": text,
	},
	Model: {
		"label": text, "modelId": text, "modelName": text, "prompt": text, "useAdvancedSettings": boolean,
		"temperature": number, "max_tokens": number, "top_p": number,
		"frequency_penalty": number, "presence_penalty": number, "stream": boolean,
	},
	Knowledge: {
		"label": text, "knowledgeBaseId": text, "knowledgeBaseName": text, "query": text, "topK": number,
		"confidenceThreshold": number, "useReranking": boolean, "hybridSearch": boolean, "includeMetadata": boolean,
	},
	WebSearch: {"label": text, "query": text, "engine": text, "maxResults": number},
	Transform: {
		"label": text, "operation": text,
		"config": {name: "an object", first: "{", fields: map[string]shape{
			"field": text, "template": text, "pattern": text, "replacement": text,
		}},
	},
	Conditional: {
		"label": text, "condition": text, "operator": text, "compareValue": text,
		"trueOutput": text, "falseOutput": text,
	},
	Loop:   {"label": text, "loopType": text, "maxIterations": number, "arrayPath": text, "breakCondition": text},
	Merge:  {"label": text, "strategy": text, "separator": text},
	Output: {"label": text, "format": text, "fileType": text},
}
