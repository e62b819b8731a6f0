package clienttest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/rawjson"
)

const chatPath = "/api/chat/completions"

// chat checks a chat as the backend does before it asks the model (main.py,
// chat_completion): a chat_id must be that of a chat of the caller's, of which
// there are none here, or begin with "local:", but for administrators. A model
// that the caller may not use is not there.
func (b *Backend) chat(w http.ResponseWriter, r *http.Request) {
	u := b.user(w, r)
	if u == nil {
		return
	}
	text, err := io.ReadAll(r.Body)
	doc, parseErr := rawjson.ParseObject(text)
	if err != nil || parseErr != nil {
		invalid(w, []problem{{Type: "dict_type", Loc: []any{"body"}, Msg: "Input should be a valid dictionary", Input: json.RawMessage("null")}})
		return
	}
	field := func(key string) (s string) {
		v, _ := doc.Get(key)
		_ = json.Unmarshal(v, &s) // "" if it is not a string
		return s
	}
	model := field("model")
	known := b.opts.Models == nil || slices.Contains(b.opts.Models, model)
	hidden := slices.Contains(b.opts.HiddenModels, model)
	if b.opts.Chat == nil || u.Role != "admin" && hidden || !known && !hidden {
		fail(w, http.StatusBadRequest, "Model not found")
		return
	}
	if id := field("chat_id"); id != "" && !strings.HasPrefix(id, "local:") && u.Role != "admin" {
		fail(w, http.StatusBadRequest, "404: Something went wrong :/")
		return
	}
	if slices.Contains(b.opts.LostModels, model) {
		// What fails on the way to the model is logged, and the answer is what
		// process_chat returns then: nothing.
		send(w, []byte("null"))
		return
	}
	r = r.Clone(r.Context())
	r.Body = io.NopCloser(bytes.NewReader(text))
	b.opts.Chat.ServeHTTP(w, r)
}

// models lists the models that the caller may use (utils/models.py,
// get_filtered_models).
func (b *Backend) models(w http.ResponseWriter, _ *http.Request, u *User) {
	ids := b.opts.Models
	if ids == nil {
		ids = []string{"llama3"}
	}
	if u.Role == "admin" {
		ids = slices.Concat(ids, b.opts.HiddenModels)
	}
	data := []map[string]string{}
	for _, id := range ids {
		data = append(data, map[string]string{"id": id, "name": id, "object": "model"})
	}
	reply(w, map[string]any{"data": data})
}
