package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/engine/js"
	"github.com/flowctl/flowctl/pkg/flow"
)

// standard is the semantics that the user guide describes.
type standard struct{}

// NewStandard returns the semantics that the user guide describes.
func NewStandard() Semantics { return standard{} }

// Name returns "standard".
func (standard) Name() string { return "standard" }

// Adjust changes nothing.
func (standard) Adjust(*Options) {}

// Parse keeps the spelling of numbers and the order of keys.
func (standard) Parse(text string) (js.Value, error) { return js.ParseExact(text) }

// Plans makes the plans, unless the flow is refused.
func (standard) Plans(spec flow.Spec, g *Graph, _ Limits) (made Plans, refused []flow.Problem, ended error) {
	made, refused = check(flow.Validate(spec), g)
	return made, refused, nil
}

// Chooses returns true.
func (standard) Chooses() bool { return true }

// CutsArray reports whether the author has set a number of rounds.
func (standard) CutsArray(n *Node) bool { return js.Truthy(n.Field("maxIterations")) }

// Check returns nil: flows that cannot run are refused before.
func (standard) Check(*Call) error { return nil }

// Finished does nothing.
func (standard) Finished(context.Context, *Call, error) {}

// Error returns the error.
func (standard) Error(_ *Call, err error) error { return err }

// Conclude removes the errors of nodes that were only cut off by the end of the run.
func (standard) Conclude(res *Result, _ bool) {
	res.Errors = slices.DeleteFunc(res.Errors, func(f NodeFailure) bool {
		why, ok := f.Err.(*Failure) //nolint:errorlint // it is not wrapped
		return ok && why.What == Aborted
	})
	if res.Err != nil && !errors.As(res.Err, new(*LimitError)) {
		res.Status = flow.RunAborted
	}
}

// Fill fills in a text.
func (standard) Fill(c *Call, text string) (string, error) { return c.fill(text) }

// Compared fills in both sides. An empty condition is {{input}}.
func (standard) Compared(c *Call) (condition string, with js.Value, err error) {
	if condition, err = c.fill(cmp.Or(c.Node.Text("condition"), "{{input}}")); err != nil {
		return "", nil, err
	}
	filled, err := c.fill(js.ToString(c.Node.CompareValue()))
	return condition, js.String(filled), err
}

// Message has the node's prompt, an empty one being {{input}}, and the files that nodes
// have declared.
func (standard) Message(ctx context.Context, c *Call, model string) (Message, error) {
	texts, files := splitFiles(Flatten(c.Inputs))
	m := Message{Role: "user", Text: c.Node.Text("prompt")}
	var err error
	switch {
	case m.Text != "":
		m.Text, err = c.fill(m.Text)
	case len(texts) > 0:
		m.Text, err = c.inputText()
	}
	switch {
	case err != nil:
		return m, err
	case m.Text == "" && len(files) == 0:
		return m, errors.New("there is nothing to ask: the node has neither a prompt nor an input")
	case len(files) == 0:
		return m, nil
	}
	m.Text = cmp.Or(m.Text, DefaultPrompt(model))
	images, videos, err := c.Media(ctx, files)
	if err != nil {
		return m, fmt.Errorf("get a file: %w", err)
	}
	m.Parts = slices.Concat([]Part{{Text: m.Text}}, images, videos)
	return m, nil
}

// Request streams the answer if the author says so, or else if somebody listens. All
// advanced settings are sent.
func (standard) Request(c *Call, req *ChatRequest) {
	req.Stream = c.Events != nil
	if wish, ok := c.Node.Field("stream").(js.Bool); ok {
		req.Stream = bool(wish)
	}
	req.Settings = slices.DeleteFunc(c.Settings("temperature", "max_tokens", "top_p", "frequency_penalty", "presence_penalty"), func(s Setting) bool {
		return string(s.Value) == "null"
	})
}

// Accept checks the answer.
func (standard) Accept(c *Call, body js.Value) (js.Value, error) {
	if c.StripThinking {
		body = withoutThoughts(body)
	}
	return body, c.CheckAnswer(body)
}

// Fetched returns answer and err.
func (standard) Fetched(_ *Call, answer js.Value, err error) (js.Value, error) { return answer, err }

// Chunks takes apart what the backend nests by query, of which there is one. Whatever
// "distances" are called, they are scores from 0 to 1 (retrieval/vector/dbs).
func (standard) Chunks(c *Call, found js.Value) (chunks js.Array, none string) {
	if _, null := found.(js.Null); null {
		return nil, "The server has no index of this knowledge base: it has no files, or they were not processed"
	}
	list := func(key string) js.Value { return js.Get(found, key) }
	if _, nested := js.Get(list("documents"), "0").(js.Array); nested {
		list = func(key string) js.Value { return js.Get(js.Get(found, key), "0") }
	}
	return c.ReadChunks(list("documents"), list("metadatas"), list("distances"), func(score js.Value) (js.Value, bool) { return score, true })
}

// Search returns the page, or the parts of the pages found that a query of their
// collections finds, or the pages themselves where the backend keeps no collections of
// them.
func (standard) Search(ctx context.Context, c *Call, query string) (results js.Array, collection js.Value, err error) {
	address := query
	if scheme, rest, ok := strings.Cut(query, "://"); ok {
		address = strings.ToLower(scheme) + "://" + rest
	}
	found, results, err := c.Find(ctx, query, IsAddress(address))
	if err == nil && results == nil {
		results, err = c.searched(ctx, found, query)
	}
	if err != nil {
		return nil, nil, err
	}
	return results, firstTruthy(js.Get(found, "collection_name"), js.Get(js.Get(found, "collection_names"), "0")), nil
}

func (c *Call) searched(ctx context.Context, found js.Value, query string) (js.Array, error) {
	most, err := c.Count("maxResults", 5)
	if err != nil {
		return nil, err
	}
	names, _ := js.Get(found, "collection_names").(js.Array)
	if name := js.Get(found, "collection_name"); len(names) == 0 && js.Truthy(name) { // of old versions
		names = js.Array{name}
	}
	docs, whole := js.Get(found, "docs").(js.Array)
	switch {
	case len(names) > 0:
		list, err := c.Fetch(ctx, func() (json.RawMessage, error) {
			return c.Services.Searcher.QueryCollection(ctx, js.AppendJSON(nil, names), query, most)
		})
		if err != nil {
			return nil, fmt.Errorf("query the pages that the search found: %w", err)
		}
		results, err := Documents(list)
		if err == nil && len(results) == 0 && most > 0 {
			err = nothingOf(found)
		}
		return results, err
	case whole:
		if len(docs) == 0 {
			return js.Array{}, nothingOf(found)
		}
		results := js.Array{}
		for i, doc := range docs[:min(len(docs), max(most, 0))] {
			r, err := document(i, js.Get(doc, "content"), js.Get(doc, "metadata"))
			if err != nil {
				return nil, err
			}
			results = append(results, r)
		}
		return results, nil
	}
	return nil, errors.New("the server's answer to the search has neither collection_names nor docs")
}

// Extract returns the value at a path in JSON.
func (standard) Extract(c *Call, in js.Value, path string) (js.Value, error) {
	if text, ok := js.AsString(in); ok {
		parsed, err := c.Parse(text)
		if err != nil {
			return nil, fmt.Errorf("extract %.80q: the input is not JSON: %w", path, err)
		}
		in = parsed
	}
	return extractPath(in, path)
}

// Array returns the value of a reference that is the whole text; any other text is filled in
// and split into a list.
func (standard) Array(c *Call, path string) (js.Array, error) {
	v, err := c.arrayAt(path)
	if err != nil {
		return nil, err
	}
	if list, ok := v.(js.Array); ok {
		return list, nil
	}
	if !js.IsUndefined(v) {
		return nil, fmt.Errorf("the loop needs an array, and has a %s: %.200s", js.Type(v), js.AppendJSON(nil, v))
	}
	return nil, errors.New("the loop needs an array, and has nothing")
}

func (c *Call) arrayAt(path string) (js.Value, error) {
	for p := range Placeholders(path) {
		if p.Start > 0 || p.End < len(path) {
			break
		}
		if ref := c.Graph.Resolve(p); ref.Input && ref.Path == "" {
			if len(c.Inputs) == 0 {
				return nil, errors.New("{{input}} cannot be filled in: nothing is connected to the node")
			}
			return c.Inputs[0], nil
		}
		if v, ok, err := c.value(p); ok || err != nil {
			return v, err
		}
	}
	text, err := c.fill(path)
	if err != nil {
		return nil, err
	}
	return c.ListOf(text)
}

// Show shows a value, with the format json the JSON that a text must be.
func (standard) Show(c *Call, in js.Value) (js.Value, error) {
	if c.Node.Option("format") == "json" {
		var err error
		if in, err = c.readJSON(in); err != nil {
			return nil, err
		}
	}
	return js.Object{{Key: "value", Value: in}}, nil
}

// FindFile returns the file whose id is text.
func (standard) FindFile(ctx context.Context, c *Call, text string) (id, contentType string, err error) {
	id = js.Trim(text)
	contentType, err = retried(ctx, c, func() (string, error) { return c.Services.Files.ContentType(ctx, id) })
	if err != nil {
		return "", "", fmt.Errorf("look for the file %.80q: %w", id, err)
	}
	return id, contentType, nil
}

// readJSON reads a text as JSON, which it must be, but for a code fence around it.
func (c *Call) readJSON(v js.Value) (js.Value, error) {
	text, ok := js.AsString(v)
	if !ok {
		if js.IsUndefined(v) {
			return nil, errors.New("the output has no input, which is not JSON")
		}
		return v, nil
	}
	parsed, err := c.Parse(withoutFence(text))
	if err != nil {
		return nil, fmt.Errorf("the output is not JSON: %w; change the format of the node, or the prompt that it comes from", err)
	}
	return parsed, nil
}

// withoutFence takes off one Markdown code fence around the whole text.
func withoutFence(text string) string {
	text = js.Trim(text)
	fence := text[:len(text)-len(strings.TrimLeft(text, "`"))]
	if len(fence) < 3 || len(text) < 2*len(fence) || !strings.HasSuffix(text, fence) {
		return text
	}
	_, inside, ok := strings.Cut(text[:len(text)-len(fence)], "\n") // after the language
	if !ok {
		return text
	}
	return inside
}
