package modeltest

import (
	"fmt"
	"net/http"
)

// shape is what a model answers with status 200, whole and streamed.
type shape struct {
	whole      string
	kind       string // content type of the whole answer; "" is JSON
	stream     string
	streamKind string // content type of the stream; "" is that of server-sent events
}

func (s shape) write(w http.ResponseWriter, streamed bool) {
	kind, body := s.kind, s.whole
	if kind == "" {
		kind = "application/json"
	}
	if streamed {
		kind, body = s.streamKind, s.stream
		if kind == "" {
			kind = "text/event-stream"
		}
	}
	w.Header().Set("Content-Type", kind)
	_, _ = fmt.Fprint(w, body)
}

// one makes the two forms of an answer of one choice: message is the JSON of the
// message or of the delta, more what follows in the choice.
func one(message, more string) shape {
	return shape{
		whole:  `{"object":"chat.completion","choices":[{"index":0,"message":` + message + more + `}]}`,
		stream: `data: {"object":"chat.completion.chunk","choices":[{"index":0,"delta":` + message + more + "}]}\n\ndata: [DONE]\n\n",
	}
}

// Shapes lists the models that answer as real servers have, and what the error or
// the warning of a run says then; the answer of those that have one is "fine".
func Shapes() map[string]struct{ Failure, Warning string } {
	return map[string]struct{ Failure, Warning string }{
		"length":     {Warning: "cut off at the limit of tokens (finish_reason length)"},
		"filtered":   {Warning: "cut off by a content filter (violence)"},
		"refuses":    {Failure: "the model refused: I'm sorry, I can't assist with that."},
		"blocked":    {Failure: "a content filter left nothing of the answer (finish_reason content_filter)"},
		"tools":      {Failure: `the model called the tool "get_weather" in place of an answer (finish_reason tool_calls)`},
		"thoughts":   {Failure: "the model thought but gave no answer (finish_reason stop): Let me see"},
		"full":       {Failure: "the answer is empty (finish_reason length)"},
		"done":       {Failure: "the answer is empty; look into the model server's log"},
		"openrouter": {Failure: "502 Bad Gateway: Provider disconnected"},
		"in-choice":  {Failure: "502 Bad Gateway: Provider returned error"},
		"vllm":       {Failure: "504 Gateway Timeout: TimeoutError"},
		"old-vllm":   {Failure: "400 Bad Request: too many tokens"},
		"llama.cpp":  {Failure: "400 Bad Request: the request exceeds the available context size"},
		"lm-studio":  {Failure: "the model failed: Model unloaded"},
		"error":      {Failure: "the model failed (finish_reason error)"},
		"message":    {},
		"text":       {},
		"parts":      {},
		"as-text":    {},
		"as-json":    {},
		"no-done":    {},
		"comments":   {},
		"page":       {Failure: `is not JSON but text/html "Open WebUI"; check the address of the model`},
		"ollama":     {Failure: `is not JSON but application/x-ndjson "{`},
		"nothing":    {Failure: "is not JSON but an empty answer"},
	}
}

func shapes() map[string]shape {
	const fine = `{"role":"assistant","content":"fine"}`
	said := one(fine, `,"finish_reason":"stop"`)
	asText, asJSON, noDone, comments, message, text := said, said, said, said, said, said
	asText.streamKind, asJSON.streamKind = "text/plain; charset=utf-8", "application/json"
	noDone.stream = `data: {"choices":[{"index":0,"delta":{"content":"fine"},"finish_reason":""}]}` + "\n\n" + // Ollama's empty reason, ollama#4357
		`data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}` + "\n"
	// OpenRouter's documentation of streams, "Additional information"; Azure's first piece
	// has no choice; llama.cpp's last line no blank one after it.
	comments.stream = ": OPENROUTER PROCESSING\n\n" + `data: {"choices":[],"prompt_filter_results":[{"prompt_index":0}]}` + "\n\n: ping\n\ndata: \n\n" +
		`data: {"choices":[{"index":0,"delta":{"content":"fine"},"finish_reason":null}],"usage":null,"error":{}}` + "\n\ndata: [DONE]\n"
	message.stream = `data: {"choices":[{"index":0,"message":` + fine + `,"finish_reason":"stop"}]}` + "\n\ndata: [DONE]\n\n"
	text.whole = `{"object":"text_completion","choices":[{"text":"fine","index":0,"finish_reason":"stop"}]}`
	text.stream = `data: {"object":"text_completion","choices":[{"text":"fine","index":0,"logprobs":null,"finish_reason":"stop"}]}` + "\n\ndata: [DONE]\n\n" // llama-cpp-python#133
	parts := one(`{"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},{"type":"text","text":"fine"}]}`, `,"finish_reason":"stop"`)

	const (
		vllm    = `{"error":{"message":"TimeoutError","type":"GatewayTimeout","code":504}}`                                                                      // vllm, create_streaming_error_response; guidellm#743
		oldVLLM = `{"object":"error","message":"too many tokens","type":"BadRequestError","param":null,"code":400}`                                              // vllm up to 0.10
		llama   = `{"code":400,"message":"the request exceeds the available context size","type":"invalid_request_error"}`                                       // llama.cpp#14566
		router  = `{"id":"gen-1","error":{"code":502,"message":"Provider disconnected"},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}` // OpenRouter, "Handling errors during streaming"
		inside  = `"error":{"code":502,"message":"Provider returned error"},"finish_reason":"error"`
		studio  = `{"error":{"message":"Model unloaded"}}`
	)
	began := `data: {"choices":[{"index":0,"delta":{"content":"so "},"finish_reason":null}]}` + "\n\n"
	return map[string]shape{
		"thinks":     one(`{"role":"assistant","content":"<think>\nhm\n</think>\n\nfine"}`, `,"finish_reason":"stop"`), // DeepSeek-R1 without a parser of thoughts
		"length":     one(fine, `,"finish_reason":"length"`),
		"filtered":   one(fine, `,"finish_reason":"content_filter","content_filter_results":{"hate":{"filtered":false},"violence":{"filtered":true,"severity":"medium"}}`),
		"refuses":    one(`{"role":"assistant","content":null,"refusal":"I'm sorry, I can't assist with that."}`, `,"finish_reason":"stop"`),
		"blocked":    one(`{"role":"assistant","content":""}`, `,"finish_reason":"content_filter"`),
		"tools":      one(`{"content":null,"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"get_weather","arguments":"{}"}}]}`, `,"finish_reason":"tool_calls"`),
		"thoughts":   one(`{"content":null,"reasoning_content":"Let me see"}`, `,"finish_reason":"stop"`),
		"full":       one(`{"content":""}`, `,"finish_reason":"length"`),
		"done":       {whole: `{"choices":[{"index":0,"message":{"role":"assistant","content":""}}]}`, stream: "data: [DONE]\n\n"}, // vllm#40986
		"openrouter": {whole: `{"error":{"code":502,"message":"Provider disconnected"}}`, stream: began + "data: " + router + "\n\ndata: [DONE]\n\n"},
		"in-choice":  one(`{"content":""}`, ","+inside),
		"vllm":       {whole: vllm, stream: began + "data: " + vllm + "\n\ndata: [DONE]\n\n"},
		"old-vllm":   {whole: oldVLLM, stream: "data: " + oldVLLM + "\n\ndata: [DONE]\n\n"},
		"llama.cpp":  {whole: `{"error":` + llama + `}`, stream: began + "error: " + llama + "\n\ndata: [DONE]\n\n"},
		"lm-studio":  {whole: studio, stream: began + "event: error\ndata: " + studio + "\n\n"},
		"error":      one(fine, `,"finish_reason":"error"`),
		"message":    message,
		"text":       text,
		"parts":      parts,
		"as-text":    asText,
		"as-json":    asJSON,
		"no-done":    noDone,
		"comments":   comments,
		"page":       {kind: "text/html", streamKind: "text/html", whole: page, stream: page},
		"ollama":     {kind: "application/x-ndjson", streamKind: "application/x-ndjson", whole: ollama, stream: ollama},
		"nothing":    {},
	}
}

const (
	page = `<!doctype html><html lang="en"><head><title>Open WebUI</title></head><body></body></html>`
	// The stream of POST /api/chat of Ollama, which is not an OpenAI-compatible API.
	ollama = `{"model":"llama3.2","message":{"role":"assistant","content":"fi"},"done":false}` + "\n" +
		`{"model":"llama3.2","message":{"role":"assistant","content":"ne"},"done":true,"done_reason":"stop"}` + "\n"
)
