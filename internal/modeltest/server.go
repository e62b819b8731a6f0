// Package modeltest is a small OpenAI-compatible server for tests: it speaks HTTP and
// server-sent events, and misbehaves on request.
//
// What it does is up to the model that is asked for:
//
//	busy-N      429 to the first N calls, then an answer
//	down        500, with the request's Authorization in the message
//	hang        no answer
//	slow        a stream with a pause of 100 ms after every word
//	stall       one word of a stream, then nothing
//	cut         two words of a stream, then a broken connection
//	overloaded  one word of a stream, then an event with error 503
//	garbled     an event that is not JSON
//	old         400 to a request with stream_options
//	whole       never streams
//	always      always streams
//	failed      200 with nothing but an error in it
//	reset-N     a closed connection for the first N calls, then an answer
//	cut-N       the same in the middle of a stream
//	timeout-N   408 to the first N calls, then an answer
//	o1          400 to a request with max_tokens
//	gateway     502 with a web page
//
// and what real servers have sent, see shapes.go.
//
// Any other answers "MODEL(id): " and the text it was asked, word by word.
package modeltest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

const pause = 100 * time.Millisecond

// Request is a request as it came.
type Request struct {
	Method, Path, Authorization string
	Body                        string
	Query, APIKey               string // the key as Azure takes it
}

// Server is the handler.
type Server struct {
	// Arrived, if set, is called for every call that will not be answered.
	Arrived func()

	mu       sync.Mutex
	requests []Request
	busy     map[string]int
	gone     int
}

// New returns a server that has not been asked anything.
func New() *Server { return &Server{busy: make(map[string]int)} }

// Requests lists what came so far.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...)
}

// Gone is how many calls without an answer their callers have given up.
func (s *Server) Gone() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.gone
}

// ask is the body of a request for a completion.
type ask struct {
	Model    string
	Stream   bool
	Messages []struct {
		Content json.RawMessage
	}
	StreamOptions *struct {
		IncludeUsage bool `json:"include_usage"`
	} `json:"stream_options"`
	MaxTokens json.RawMessage `json:"max_tokens"`
}

// ServeHTTP answers below /v1, or below /api as the backend does.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body := s.note(r)
	switch r.URL.Path {
	case "/v1/chat/completions", "/api/chat/completions":
		var a ask
		if err := json.Unmarshal(body, &a); err != nil {
			answer(w, http.StatusBadRequest, map[string]any{"error": map[string]string{"message": err.Error()}})
			return
		}
		s.complete(w, r, a)
	default:
		answer(w, http.StatusNotFound, map[string]any{"error": map[string]string{"message": "there is nothing at " + r.URL.Path}})
	}
}

func (s *Server) complete(w http.ResponseWriter, r *http.Request, a ask) {
	text := fmt.Sprintf("MODEL(%s): %s", a.Model, a.text())
	refuse := func(status int, message string) {
		answer(w, status, map[string]any{"error": map[string]string{"message": message}})
	}
	if shape, ok := shapes()[a.Model]; ok {
		shape.write(w, a.Stream)
		return
	}
	switch {
	case strings.HasPrefix(a.Model, "reset-") && s.isBusy(a.Model):
		panic(http.ErrAbortHandler)
	case strings.HasPrefix(a.Model, "timeout-") && s.isBusy(a.Model):
		refuse(http.StatusRequestTimeout, "took too long")
	case strings.HasPrefix(a.Model, "cut-") && !s.isBusy(a.Model):
		a.Model = "uncut" // the streams before it were cut
		s.stream(w, r, a, text)
	case a.Model == "o1" && a.MaxTokens != nil:
		refuse(http.StatusBadRequest, "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.")
	case a.Model == "gateway":
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = fmt.Fprint(w, "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><h1>502 Bad Gateway</h1><hr>nginx</body></html>")
	case strings.HasPrefix(a.Model, "busy-") && s.isBusy(a.Model):
		w.Header().Set("Retry-After", "0")
		refuse(http.StatusTooManyRequests, "slow down")
	case a.Model == "down":
		refuse(http.StatusInternalServerError, "boom for "+r.Header.Get("Authorization"))
	case a.Model == "hang":
		s.wait(r)
	case a.Model == "old" && a.StreamOptions != nil:
		refuse(http.StatusBadRequest, "unknown field stream_options")
	case a.Model == "failed":
		refuse(http.StatusOK, "the model is not loaded")
	case a.Model != "whole" && a.Stream || a.Model == "always":
		s.stream(w, r, a, text)
	default:
		answer(w, http.StatusOK, map[string]any{
			"choices": []any{map[string]any{"message": map[string]string{"role": "assistant", "content": text}}},
			"usage":   usage(),
		})
	}
}

func (s *Server) stream(w http.ResponseWriter, r *http.Request, a ask, text string) {
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	send := func(event any) {
		data, _ := json.Marshal(event) // maps and texts
		_, _ = fmt.Fprintf(w, "data: %s\n\n", data)
		w.(http.Flusher).Flush()
	}
	_, _ = fmt.Fprint(w, ": comments mean nothing\n\nevent: message\r\n")
	for i, word := range strings.SplitAfter(text, " ") {
		send(map[string]any{"choices": []any{map[string]any{"index": 0, "delta": map[string]any{"content": word}, "finish_reason": nil}}})
		switch {
		case a.Model == "slow":
			time.Sleep(pause)
		case a.Model == "stall":
			s.wait(r)
			return
		case a.Model == "overloaded":
			send(map[string]any{"error": map[string]any{"message": "overloaded for " + r.Header.Get("Authorization"), "code": http.StatusServiceUnavailable}})
			return
		case a.Model == "garbled":
			_, _ = fmt.Fprint(w, "data: {no\n\n")
			return
		case strings.HasPrefix(a.Model, "cut") && i == 1:
			panic(http.ErrAbortHandler)
		}
	}
	send(map[string]any{"choices": []any{map[string]any{"index": 0, "delta": map[string]any{}, "finish_reason": "stop"}}})
	if a.StreamOptions != nil && a.StreamOptions.IncludeUsage {
		send(map[string]any{"choices": []any{}, "usage": usage()})
	}
	_, _ = fmt.Fprint(w, "data: [DONE]\n\n")
}

// text is what the model is asked: the texts of all messages, images as
// (image TYPE).
func (a ask) text() string {
	var said []string
	for _, m := range a.Messages {
		var text string
		var parts []struct {
			Text     string
			ImageURL struct{ URL string } `json:"image_url"`
		}
		if json.Unmarshal(m.Content, &text) == nil {
			said = append(said, text)
			continue
		}
		_ = json.Unmarshal(m.Content, &parts) // anything else is nothing said
		for _, p := range parts {
			if p.ImageURL.URL != "" {
				kind, _, _ := strings.Cut(p.ImageURL.URL, ";")
				p.Text = "(image " + kind + ")"
			}
			said = append(said, p.Text)
		}
	}
	return strings.Join(said, " ")
}

func usage() map[string]int {
	return map[string]int{"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // a caller that is gone needs no answer
}
