package browser

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/engine/js"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Fetched takes an answer that is not JSON for null. For a web search so is a refusal
// without a detail, and any other failure.
func (*semantics) Fetched(c *engine.Call, answer js.Value, err error) (js.Value, error) {
	var failure *engine.Failure
	switch said, isError := thrown(err); {
	case errors.As(err, &failure) && failure.What == engine.NotJSON:
		return js.Null{}, nil
	case err == nil || c.Node.Kind != flow.WebSearch || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		return answer, err
	case isError || !js.Truthy(said):
		return js.Null{}, nil
	}
	return nil, err
}

// Chunks does not look into what the backend nests by query, and takes scores for
// distances.
func (*semantics) Chunks(c *engine.Call, found js.Value) (chunks js.Array, none string) {
	return c.ReadChunks(js.Get(found, "documents"), js.Get(found, "metadatas"), js.Get(found, "distances"), func(distance js.Value) (js.Value, bool) {
		score := js.FromFloat(1 - js.ToNumber(distance))
		return score, js.Truthy(score)
	})
}

// Search queries the collection that old versions name, whatever there is of it, and
// falls back on the names of the pages.
func (*semantics) Search(ctx context.Context, c *engine.Call, query string) (results js.Array, collection js.Value, err error) {
	found, results, err := c.Find(ctx, query, engine.IsAddress(query))
	if err != nil {
		return nil, nil, err
	}
	collection = js.Get(found, "collection_name")
	if results != nil {
		return results, collection, nil
	}
	var named json.RawMessage
	if !js.IsUndefined(collection) {
		named = js.AppendJSON(nil, collection)
	}
	most, err := c.Count("maxResults", 5)
	var list js.Value
	if err == nil {
		list, err = c.Fetch(ctx, func() (json.RawMessage, error) { return c.Services.Searcher.QueryCollection(ctx, named, query, most) })
	}
	if err == nil {
		results, err = engine.Documents(list)
	}
	if ctx.Err() != nil {
		return nil, nil, ctx.Err()
	}
	if err != nil {
		results = fileNames(found)
	}
	return results, collection, nil
}

func fileNames(found js.Value) js.Array {
	results := js.Array{}
	names, _ := js.Get(found, "filenames").(js.Array)
	for _, name := range names {
		results = append(results, engine.SearchResult(name, name, js.String(""), js.ToString(name), js.Object{{Key: "source", Value: name}}))
	}
	return results
}

// Extract takes a top-level key out of JSON, which may be missing.
func (*semantics) Extract(c *engine.Call, in js.Value, key string) (js.Value, error) {
	var err error
	if text, ok := js.AsString(in); ok {
		in, err = c.Parse(text)
	}
	if _, null := in.(js.Null); null || err != nil {
		return nil, Errorf("Failed to extract field from input")
	}
	return js.Get(in, key), nil
}

// Show shows a value, with the format json what a text is as JSON, if it is. In a loop it
// keeps the values of the rounds before.
func (s *semantics) Show(c *engine.Call, in js.Value) (js.Value, error) {
	if c.Node.Option("format") == "json" {
		if parsed, err := c.Parse(js.ToString(in)); err == nil {
			in = parsed
		}
	}
	shown := js.Object{{Key: "value", Value: in}}
	if !s.collecting {
		return shown, nil
	}
	before, _ := js.Get(c.Scope.Value(c.Node), "iterationResults").(js.Array)
	return append(shown, js.Member{Key: "iterationResults", Value: append(slices.Clone(before), in)}), nil
}

// FindFile takes every text for the id of a file, even if there is none.
func (*semantics) FindFile(ctx context.Context, c *engine.Call, text string) (id, contentType string, err error) {
	if id = text; IsFileID(js.Trim(text)) {
		id = js.Trim(text)
	}
	contentType, err = c.Services.Files.ContentType(ctx, id)
	if err != nil {
		contentType = ""
	}
	return id, contentType, nil
}

// Rounds runs the body in the scope of the flow, where the loop's own result is, for the
// time of a round, what the round is given, and every node's result that of its last
// round.
func (s *semantics) Rounds(ctx context.Context, c *engine.Call, body *engine.Plan, items engine.Items) (js.Value, error) {
	if err := c.TakeRounds(items.Count); err != nil {
		return nil, err
	}
	// The end of an inner loop ends the collecting of the outer one too.
	s.collecting = true
	c.Scope.Depth++
	defer func() {
		s.collecting = false
		c.Scope.Depth--
	}()
	list := items.List()
	for _, item := range list {
		before := c.Scope.Value(c.Node)
		s.succeeded.add(c.Node)
		c.Scope.Set(c.Node, item)
		if err := c.Schedule(ctx, body, c.Scope); err != nil {
			return nil, err
		}
		if !js.IsUndefined(before) {
			c.Scope.Set(c.Node, before)
		}
	}
	return engine.LoopResult(list), nil
}

// Array returns the array that a path leads to.
func (s *semantics) Array(c *engine.Call, path string) (js.Array, error) {
	v, err := s.arrayAt(c, path)
	if err != nil {
		return nil, err
	}
	list, ok := v.(js.Array)
	if !ok {
		text := js.ToString(v)
		if !js.IsUndefined(v) {
			text = string(js.AppendJSON(nil, v))
		}
		return nil, Errorf("Loop array must be an array. Got: %s. Value: %s", js.Type(v), text)
	}
	return list, nil
}

// arrayAt knows {{input}}, spelt so, and {{node.output.path}} anywhere in the text.
func (s *semantics) arrayAt(c *engine.Call, path string) (js.Value, error) {
	if path == "{{input}}" && len(c.Inputs) > 0 {
		return c.Inputs[0], nil
	}
	if !strings.Contains(path, "{{") {
		return c.ListOf(path)
	}
	for p := range engine.Placeholders(path) {
		name, keys, ok := p.Output()
		if !ok {
			continue
		}
		v := s.found(c, name)
		if js.IsUndefined(v) {
			var ids []string
			for _, n := range s.succeeded.list {
				ids = append(ids, n.ID)
			}
			return nil, Errorf("Node %s not found in results. Available nodes: %s", name, strings.Join(ids, ", "))
		}
		return followStrictly(v, keys)
	}
	return nil, Errorf("Invalid array path template: %s", path)
}

// followStrictly is follow with the browser's errors, which name the way to the
// first key of that name.
func followStrictly(v js.Value, path string) (js.Value, error) {
	if path == "" {
		return v, nil
	}
	keys := strings.Split(path[1:], ".")
	for _, key := range keys {
		next, ok := js.Lookup(v, key)
		if !ok || js.Type(v) != "object" {
			first := 0
			for keys[first] != key {
				first++
			}
			return nil, Errorf("Path %s not found in result at %s", key, strings.Join(keys[:first+1], "."))
		}
		v = next
	}
	return v, nil
}
