package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/flowctl/flowctl/internal/engine/js"
	"github.com/flowctl/flowctl/pkg/flow"
)

// plans makes the plans, unless the flow is refused.
func (standard) plans(spec flow.Spec, g *graph, _ Limits) (made plans, refused []flow.Problem, ended error) {
	made, refused = check(flow.Validate(spec), g)
	return made, refused, nil
}

// fillCompared fills in both sides. An empty condition is {{input}}.
func (standard) fillCompared(c *call, condition string, compare js.Value) (string, js.Value, error) {
	if condition == "" {
		condition = "{{input}}"
	}
	condition, err := c.fill(condition)
	if err != nil {
		return "", nil, err
	}
	filled, err := c.fill(js.ToString(compare))
	return condition, js.String(filled), err
}

// fillQuery fills in a query.
func (standard) fillQuery(c *call, query string) (string, error) { return c.fill(query) }

// fillTemplate fills in the template of a transform node.
func (standard) fillTemplate(c *call, template, _ string) (string, error) { return c.fill(template) }

// searched returns what a search found: the parts of its pages that a query of
// their collections finds, or the pages themselves where the backend keeps no
// collections of them.
func (standard) searched(ctx context.Context, c *call, found js.Value, query string) (js.Array, error) {
	most, err := c.count("maxResults", 5)
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
		list, err := c.fetch(ctx, func() (json.RawMessage, error) {
			return c.Services.Searcher.QueryCollection(ctx, js.AppendJSON(nil, names), query, most)
		})
		if err != nil {
			return nil, fmt.Errorf("query the pages that the search found: %w", err)
		}
		results, err := documents(list)
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

// needData does nothing: a node whose data is needed is refused before the run.
func (standard) needData(*call) error { return nil }

// succeeded does nothing.
func (standard) succeeded(context.Context, *call) {}

// extract takes what a path leads to out of JSON.
func (standard) extract(c *call, in js.Value, path string) (js.Value, error) {
	if text, ok := js.AsString(in); ok {
		parsed, err := c.parse(text)
		if err != nil {
			return nil, fmt.Errorf("extract %.80q: the input is not JSON: %w", path, err)
		}
		in = parsed
	}
	return extractPath(in, path)
}

// array takes a reference that stands alone for its value; any other
// text is filled in and taken apart.
func (standard) array(c *call, path string) (js.Value, error) {
	for p := range placeholders(path) {
		if p.start > 0 || p.end < len(path) {
			break
		}
		if ref := c.graph.resolve(p); ref.input && ref.path == "" {
			if len(c.inputs) == 0 {
				return nil, errors.New("{{input}} cannot be filled in: nothing is connected to the node")
			}
			return c.inputs[0], nil
		}
		if v, ok, err := c.value(p); ok || err != nil {
			return v, err
		}
	}
	text, err := c.fill(path)
	if err != nil {
		return nil, err
	}
	return c.listOf(text)
}

// prompt fills in the node's prompt; an empty one is {{input}}. The files
// are those that nodes have declared.
func (standard) prompt(c *call, model string) (prompt, error) {
	texts, files := splitFiles(flatten(c.inputs))
	p := prompt{text: c.node.text("prompt"), files: files}
	switch {
	case p.text != "":
		var err error
		if p.text, err = c.fill(p.text); err != nil {
			return prompt{}, err
		}
	case len(texts) > 0:
		var err error
		if p.text, err = c.inputText(); err != nil {
			return prompt{}, err
		}
	}
	if p.text == "" && len(files) > 0 {
		p.text = defaultPrompt(model)
	}
	if p.text == "" {
		return prompt{}, c.noPrompt()
	}
	return p, nil
}

// readJSON reads a text as JSON, which it must be, but for a code fence around it.
func (standard) readJSON(c *call, v js.Value) (js.Value, error) {
	text, ok := js.AsString(v)
	if !ok {
		if js.IsUndefined(v) {
			return nil, errors.New("the output has no input, which is not JSON")
		}
		return v, nil
	}
	parsed, err := c.parse(withoutFence(text))
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
