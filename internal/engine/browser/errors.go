package browser

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/engine/js"
	"github.com/flowctl/flowctl/pkg/flow"
)

// words are the executor's own for what the engine says of failures.
func words() map[string]string {
	return map[string]string{
		engine.NoModel:         "No model selected",
		engine.NoKnowledgeBase: "No knowledge base selected",
		engine.NoQuery:         "No query provided",
		engine.NoPattern:       "Pattern not configured",
		engine.NoField:         "Field not configured",
		engine.NoTemplate:      "Template not configured",
		engine.NoFile:          "Invalid file input - expected base64 data or file ID",
		engine.NoResults:       "No search results returned",
		engine.NoFileID:        "File upload failed",
		engine.NotReadable:     "Knowledge base not found",
		engine.NotDataURL:      "Failed to fetch", // as Chrome does
		engine.UnknownType:     "Unknown node type",
		engine.Aborted:         "Execution aborted",
		engine.CallModel:       "Model execution failed",
		engine.ReadAnswer:      "Model execution failed",
		engine.Evaluate:        "Failed to evaluate condition",
		engine.QueryKnowledge:  "Knowledge query failed",
		engine.SearchWeb:       "Web search failed",
		engine.FindArray:       "Loop failed",
		engine.UploadFile:      "Failed to upload file",
	}
}

// Error returns the error of a node in the executor's words.
func (s *semantics) Error(c *engine.Call, err error) error {
	failure, ok := err.(*engine.Failure) //nolint:errorlint // what it wraps is next
	if !ok {
		return err
	}
	what, cause := cmp.Or(words()[failure.What], failure.What), s.Error(c, failure.Err)
	var answer *engine.HTTPError
	switch said, isError := thrown(cause); {
	case failure.What == engine.NotText:
		return notText(c.Node, cause.Error())
	case failure.What == engine.NoQuery && c.Node.Kind == flow.WebSearch:
		what = "No search query provided"
	case failure.What == engine.CallModel && errors.As(cause, &answer):
		cause = Errorf("API request failed: %s", refusal(answer.Reason, answer.Body))
	case failure.What == engine.QueryKnowledge && !isError:
		cause = errors.New(js.ToString(js.Get(said, "message")))
	case failure.What == engine.SearchWeb && !isError:
		cause = errors.New(messages(said))
	}
	if cause == nil {
		return errors.New(what)
	}
	return fmt.Errorf("%s: %w", what, cause)
}

// notText is JavaScript's error of a value that lacks a method of texts.
func notText(n *engine.Node, field string) error {
	switch field {
	case "modelId":
		field = "data.modelId." + missing(n.Field(field), "includes", "toLowerCase")
	case "arrayPath":
		field = "arrayPath." + missing(n.Field(field), "includes", "split")
	case "query":
		field = "query.replace"
		if n.Kind == flow.WebSearch {
			field = "result.replace"
		}
	case "separator":
		return Errorf("Merge failed: separator.replace is not a function")
	case "config.template":
		field = "data.config.template.replace"
	}
	return Errorf("%s is not a function", field)
}

// thrown is what the code around the backend's API throws for err: the "detail" of the
// answer, if it has one, else an Error.
func thrown(err error) (value js.Value, isError bool) {
	var answer *engine.HTTPError
	if errors.As(err, &answer) {
		if body, err := js.Parse(string(answer.Body)); err == nil {
			if detail, ok := js.Lookup(body, "detail"); ok {
				return detail, false
			}
		}
	}
	return nil, true
}

// Errorf is fmt.Errorf for the executor's own words, capitals and all.
func Errorf(format string, args ...any) error { return fmt.Errorf(format, args...) }

// refusal returns what is shown of a model call that failed: "detail" or "error" of a
// JSON body, the body if it is not JSON, else the reason phrase.
func refusal(reason string, body []byte) string {
	if reason == "" {
		reason = "Unknown error"
	}
	if len(body) == 0 {
		return reason
	}
	v, err := js.Parse(string(body))
	if err != nil {
		return string(body)
	}
	for _, key := range []string{"detail", "error"} {
		if said := js.Get(v, key); js.Truthy(said) {
			return js.ToString(said)
		}
	}
	return reason
}

// messages returns what a web search shows of such a detail.
func messages(detail js.Value) string {
	if list, ok := detail.(js.Array); ok {
		texts := make([]string, len(list))
		for i, item := range list {
			if texts[i] = js.Text(item); js.Truthy(js.Get(item, "msg")) {
				texts[i] = js.ToString(js.Get(item, "msg"))
			}
		}
		return strings.Join(texts, ", ")
	}
	if text, ok := js.AsString(detail); ok {
		return text
	}
	return "Unknown error"
}

// missing returns the first of two methods that a value lacks which is not text: the
// first one, but of an array, which has includes, the second.
func missing(v js.Value, first, second string) string {
	if _, isArray := v.(js.Array); isArray {
		return second
	}
	return first
}
