package browser

import (
	"fmt"
	"strings"

	"github.com/flowctl/flowctl/internal/engine/js"
)

// Errorf is fmt.Errorf for the executor's own words, capitals and all.
func Errorf(format string, args ...any) error { return fmt.Errorf(format, args...) }

// Refusal returns what is shown of a model call that failed: "detail" or "error" of a
// JSON body, the body if it is not JSON, else the reason phrase.
func Refusal(reason string, body []byte) string {
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

// Detail returns what the code around the backend's API throws for an answer with that
// body: its "detail". It reports whether there is one.
func Detail(body []byte) (js.Value, bool) {
	v, err := js.Parse(string(body))
	if err != nil {
		return nil, false
	}
	return js.Lookup(v, "detail")
}

// Messages returns what a web search shows of such a detail.
func Messages(detail js.Value) string {
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

// Missing returns the first of two methods that a value lacks which is not text: the
// first one, but of an array, which has includes, the second.
func Missing(v js.Value, first, second string) string {
	if _, isArray := v.(js.Array); isArray {
		return second
	}
	return first
}
