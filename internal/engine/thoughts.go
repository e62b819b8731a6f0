package engine

import (
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/engine/js"
)

// thoughtTags are the tags around thoughts at the beginning of an answer, if the model's
// server does not separate them; the backend's middleware has the same list
// (open_webui/utils/middleware.py, DEFAULT_REASONING_TAGS).
func thoughtTags() [][2]string {
	return [][2]string{
		{"<think>", "</think>"}, {"<thinking>", "</thinking>"}, {"<reason>", "</reason>"}, {"<reasoning>", "</reasoning>"},
		{"<thought>", "</thought>"}, {"<Thought>", "</Thought>"}, {"<|begin_of_thought|>", "<|end_of_thought|>"}, {"◁think▷", "◁/think▷"},
	}
}

// splitThoughts splits a text into the thoughts at its beginning and the answer. A text with
// only </think> begins with thoughts, too: the opening tag may be part of the prompt
// (DeepSeek-R1's template). If the closing tag is missing the whole text is thoughts.
func splitThoughts(text string) (thoughts, answer string) {
	answer = text
	for {
		rest := strings.TrimSpace(answer)
		i := slices.IndexFunc(thoughtTags(), func(t [2]string) bool { return strings.HasPrefix(rest, t[0]) })
		if i < 0 {
			break
		}
		tag := thoughtTags()[i]
		inside, after, _ := strings.Cut(rest[len(tag[0]):], tag[1])
		thoughts, answer = thoughts+inside, strings.TrimLeft(after, " \t\r\n")
	}
	if thoughts == "" {
		if inside, after, ok := strings.Cut(answer, "</think>"); ok {
			return inside, strings.TrimLeft(after, " \t\r\n")
		}
	}
	return thoughts, answer
}

// withoutThoughts moves the thoughts in the text of an answer to the field in which most
// servers send them.
func withoutThoughts(body js.Value) js.Value {
	choices, _ := js.Get(body, "choices").(js.Array)
	if len(choices) == 0 {
		return body
	}
	message := messageOf(choices[0])
	text, isText := js.AsString(contentOf(message))
	thoughts, answer := splitThoughts(text)
	if !isText || thoughts == "" && answer == text {
		return body
	}
	message = with(with(message, "content", js.String(answer)), "reasoning_content", js.String(thoughts))
	first := with(choices[0], "message", message)
	return with(body, "choices", js.Array{first})
}

// with returns an object like v with a member changed or added.
func with(v js.Value, key string, value js.Value) js.Object {
	old, _ := v.(js.Object)
	o := slices.Clone(old)
	for i := range o {
		if o[i].Key == key {
			o[i].Value = value
			return o
		}
	}
	return append(o, js.Member{Key: key, Value: value})
}

// thoughtFilter passes on a growing text without the thoughts at its beginning, if these have
// both tags.
type thoughtFilter struct {
	next    func(string)
	pending string // what may be a tag, or the end of one
	end     string // the tag that ends the thoughts; "" before and after them
	open    bool   // the answer has begun
}

// add adds the next piece of the text.
func (f *thoughtFilter) add(text string) {
	if f.open {
		f.next(text)
		return
	}
	f.pending += text
	for f.pending != "" {
		if f.end != "" {
			_, after, ok := strings.Cut(f.pending, f.end)
			if !ok {
				f.pending = f.pending[max(0, len(f.pending)-len(f.end)):]
				return
			}
			f.pending, f.end = after, ""
		}
		f.pending = strings.TrimLeft(f.pending, " \t\r\n")
		maybe := f.pending == ""
		for _, tag := range thoughtTags() {
			if strings.HasPrefix(f.pending, tag[0]) {
				f.pending, f.end = f.pending[len(tag[0]):], tag[1]
				break
			}
			maybe = maybe || strings.HasPrefix(tag[0], f.pending)
		}
		switch {
		case f.end != "":
		case maybe:
			return
		default:
			f.open = true
			f.next(f.pending)
			f.pending = ""
		}
	}
}
