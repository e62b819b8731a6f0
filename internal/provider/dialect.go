package provider

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/engine"
)

// dialect is what was learned of how the server of a model wants to be asked.
type dialect struct {
	noUsage  bool // it does not know stream_options, which asks for the tokens at the end of a stream
	newLimit bool // it wants max_completion_tokens in place of max_tokens, as OpenAI's o1 and later ones do
}

const (
	usageOption = "stream_options"
	oldLimit    = "max_tokens"
	newLimit    = "max_completion_tokens"
)

// request returns the request as the server wants it.
func (d dialect) request(req engine.ChatRequest) engine.ChatRequest {
	req.Settings = slices.Clone(req.Settings)
	for i := range req.Settings {
		if d.newLimit && req.Settings[i].Name == oldLimit {
			req.Settings[i].Name = newLimit
		}
	}
	if req.Stream && !d.noUsage {
		req.Settings = append(req.Settings, engine.Setting{Name: usageOption, Value: json.RawMessage(`{"include_usage":true}`)})
	}
	return req
}

// after returns what is known after the error of a request: OpenAI's for the limit is
// 400, "Unsupported parameter: 'max_tokens' is not supported with this model. Use
// 'max_completion_tokens' instead."
func (d dialect) after(err error, req engine.ChatRequest) dialect {
	var answer *engine.HTTPError
	if !errors.As(err, &answer) || answer.StatusCode != http.StatusBadRequest && answer.StatusCode != http.StatusUnprocessableEntity {
		return d
	}
	said := string(answer.Body)
	limited := slices.ContainsFunc(req.Settings, func(s engine.Setting) bool { return s.Name == oldLimit })
	switch {
	case req.Stream && strings.Contains(said, usageOption):
		d.noUsage = true
	case limited && strings.Contains(said, newLimit):
		d.newLimit = true
	}
	return d
}
