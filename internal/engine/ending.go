package engine

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/flowctl/flowctl/internal/engine/js"
)

// ending is how a model ended its answer.
type ending struct {
	reason  string // finish_reason, "" if the server does not send one
	refusal string // the model's text for refusing to answer, "" for none
	warning string // a fault of an answer that is used all the same, "" for none
	failure error  // makes the run fail although the answer is used, nil for none
}

// checkAnswer checks the JSON of a chat completion, and returns how the model ended it. The
// error has the server's text if the completion is not a usable answer. It is an *[HTTPError]
// if the server names a status, so that the call can be repeated. Of a streamed answer the
// provider makes the same JSON.
func checkAnswer(body js.Value) (ending, error) {
	choice := js.Get(js.Get(body, "choices"), "0")
	reason, _ := js.AsString(js.Get(choice, "finish_reason")) // older versions of Ollama send "" (ollama#4357)
	e := ending{reason: reason}
	if err := sentError(body, choice); err != nil {
		return e, err
	}
	if !js.Truthy(choice) {
		return e, nil // another form, or none; see [call.content]
	}
	message := messageOf(choice)
	e.refusal, _ = js.AsString(js.Get(message, "refusal"))
	content := contentOf(message)
	_, null := content.(js.Null)
	if text, isText := js.AsString(content); !isText && !null && !js.IsUndefined(content) || js.Trim(text) != "" {
		e.warning = e.shortcoming(choice)
		return e, nil
	}
	if js.ToNumber(js.Get(js.Get(body, "images"), "length")) > 0 {
		return e, nil
	}
	return e, e.silence(choice, message)
}

// messageOf returns the message of a choice. Some servers use other keys: text as in older
// completions, delta as in streams.
func messageOf(choice js.Value) js.Value {
	for _, key := range []string{"message", "delta"} {
		if v := js.Get(choice, key); js.Truthy(v) {
			return v
		}
	}
	if text, ok := js.Lookup(choice, "text"); ok {
		return js.Object{{Key: "content", Value: text}}
	}
	return js.Get(choice, "message")
}

// contentOf returns the content of a message. Of a list of parts it is the text of those that
// have one (Mistral sends thoughts and text as parts).
func contentOf(message js.Value) js.Value {
	content := js.Get(message, "content")
	parts, ok := content.(js.Array)
	if !ok {
		return content
	}
	var text strings.Builder
	for _, part := range parts {
		if kind, _ := js.AsString(js.Get(part, "type")); kind != "text" {
			continue
		}
		said, _ := js.AsString(js.Get(part, "text"))
		text.WriteString(said)
	}
	if text.Len() == 0 && len(parts) > 0 && js.IsUndefined(js.Get(parts[0], "type")) {
		return content // no list of parts
	}
	return js.String(text.String())
}

// shortcoming returns the warning for an answer with text, "" for none.
func (e ending) shortcoming(choice js.Value) string {
	switch kind := e.kind(); {
	case kind == endedByLength:
		return fmt.Sprintf("the answer was cut off at the limit of tokens (finish_reason %s); raise max_tokens or the model's context", e.reason)
	case kind == endedByFilter:
		return fmt.Sprintf("the answer was cut off by a content filter%s (finish_reason %s)", filters(choice), e.reason)
	case e.refusal != "":
		return "the model refused a part: " + js.Substring(e.refusal, 200)
	case calledTools(messageOf(choice)) != "":
		return fmt.Sprintf("the model called the tool %s, which flows do not have; the answer may be unfinished", calledTools(messageOf(choice)))
	case kind == endedByTools:
		return fmt.Sprintf("the model stopped in order to call a tool (finish_reason %s), but named none; the answer may be unfinished", e.reason)
	}
	return ""
}

// silence returns the error for an answer without text.
func (e ending) silence(choice, message js.Value) error {
	why := ""
	if e.reason != "" {
		why = fmt.Sprintf(" (finish_reason %s)", e.reason)
	}
	switch kind := e.kind(); {
	case e.refusal != "":
		return fmt.Errorf("the model refused: %s", js.Substring(e.refusal, 300))
	case kind == endedByFilter:
		return fmt.Errorf("a content filter%s left nothing of the answer%s; change the prompt", filters(choice), why)
	case calledTools(message) != "":
		return fmt.Errorf("the model called the tool %s in place of an answer%s; flows have no tools: use a model without them", calledTools(message), why)
	case thoughts(message) != "" && kind == endedByLength:
		return fmt.Errorf("the model used up its tokens for thoughts and gave no answer%s; raise max_tokens", why)
	case thoughts(message) != "":
		return fmt.Errorf("the model thought but gave no answer%s: %s", why, js.Substring(thoughts(message), 200))
	case kind == endedByLength:
		// Ollama's words for a prompt that fills num_ctx: no text, one token, "length".
		return fmt.Errorf("the answer is empty%s: no token was left for it; raise max_tokens or the model's context (num_ctx), or shorten the prompt", why)
	}
	return fmt.Errorf("the answer is empty%s; look into the model server's log", why)
}

// The kinds of endings that matter here.
const (
	endedByLength = "length"
	endedByFilter = "filter"
	endedByTools  = "tools"
)

// kind returns what the reason means, "" for an ordinary end. Servers in front of
// other providers hand their reasons through: Anthropic's max_tokens, refusal and tool_use,
// Gemini's MAX_TOKENS and SAFETY, Mistral's model_length.
func (e ending) kind() string {
	switch strings.ToLower(e.reason) {
	case "length", "max_tokens", "model_length":
		return endedByLength
	case "content_filter", "safety", "refusal", "recitation", "blocklist", "prohibited_content", "spii":
		return endedByFilter
	case "tool_calls", "function_call", "tool_use":
		return endedByTools
	}
	return ""
}

// filters names the categories of Azure's content filter that applied: ": hate,
// violence". See "content_filter_results" in its reference of chat completions.
func filters(choice js.Value) string {
	results, _ := js.Get(choice, "content_filter_results").(js.Object)
	var names []string
	for _, m := range results {
		if js.Truthy(js.Get(m.Value, "filtered")) {
			names = append(names, m.Key)
		}
	}
	if names == nil {
		return ""
	}
	return " (" + strings.Join(names, ", ") + ")"
}

// calledTools names the tools that a message calls, "" for none.
func calledTools(message js.Value) string {
	var names []string
	calls, _ := js.Get(message, "tool_calls").(js.Array)
	for _, c := range append(calls[:len(calls):len(calls)], js.Object{{Key: "function", Value: js.Get(message, "function_call")}}) {
		if f := js.Get(c, "function"); js.Truthy(f) {
			name, _ := js.AsString(js.Get(f, "name"))
			names = append(names, strconv.Quote(js.Substring(name, 60)))
		}
	}
	return strings.Join(names, ", ")
}

// thoughts returns what a model thought before its answer: reasoning_content is
// DeepSeek's, vLLM's and llama.cpp's name for it, reasoning OpenRouter's and Ollama's.
func thoughts(message js.Value) string {
	for _, key := range []string{"reasoning_content", "reasoning"} {
		if text, _ := js.AsString(js.Get(message, key)); text != "" {
			return text
		}
	}
	return ""
}

// sentError returns the failure that an answer of status 200 reports, nil for none:
//
//   - {"error":{"message","type","code"}} or {"error":"…"}: OpenAI and most others, in
//     streams as the data of an event (vLLM follows it by [DONE], guidellm#743)
//   - {"object":"error","message","code"}: vLLM up to 0.10, FastChat
//   - {"choices":[{"error":{"code","message"},"finish_reason":"error"}]}: OpenRouter,
//     whose streams have the error next to the choices
//   - finish_reason "abort" (SGLang) and "insufficient_system_resource" (DeepSeek)
func sentError(body, choice js.Value) error {
	if kind, _ := js.AsString(js.Get(body, "object")); kind == "error" {
		return failureOf(body)
	}
	for _, sent := range []js.Value{js.Get(body, "error"), js.Get(choice, "error")} {
		if o, isObject := sent.(js.Object); js.Truthy(sent) && (!isObject || len(o) > 0) { // some send an empty one always
			return failureOf(sent)
		}
	}
	switch reason, _ := js.AsString(js.Get(choice, "finish_reason")); reason {
	case "error", "abort", "cancelled":
		return fmt.Errorf("the model failed (finish_reason %s)", reason)
	case "insufficient_system_resource":
		return &HTTPError{StatusCode: http.StatusServiceUnavailable, Body: []byte("finish_reason " + reason)}
	}
	return nil
}

// failureOf returns the error that a server's object or text about it means.
func failureOf(sent js.Value) error {
	text, isText := js.AsString(sent)
	if !isText {
		if text, isText = js.AsString(js.Get(sent, "message")); !isText || text == "" {
			text = js.Text(sent)
		}
	}
	// OpenRouter has the message of the upstream provider in the metadata.
	if raw, _ := js.AsString(js.Get(js.Get(sent, "metadata"), "raw")); raw != "" && raw != text {
		text += ": " + raw
	}
	text = js.Substring(js.Trim(text), 500)
	if status := statusOf(sent); status != 0 {
		return &HTTPError{StatusCode: status, Body: []byte(text)}
	}
	return fmt.Errorf("the model failed: %s", text)
}

// statusOf returns the status that an error names: as a number, as LiteLLM does in a
// text, or by Anthropic's and OpenAI's types of errors that pass. 0 is none.
func statusOf(sent js.Value) int {
	for _, key := range []string{"code", "status", "status_code"} {
		if n := js.ToNumber(js.Get(sent, key)); n >= 400 && n <= 599 {
			return int(n)
		}
	}
	for _, key := range []string{"type", "code"} {
		switch kind, _ := js.AsString(js.Get(sent, key)); kind {
		case "rate_limit_error", "rate_limit_exceeded":
			return http.StatusTooManyRequests
		case "overloaded_error":
			return http.StatusServiceUnavailable
		case "server_error", "api_error", "internal_server_error":
			return http.StatusInternalServerError
		}
	}
	return 0
}
