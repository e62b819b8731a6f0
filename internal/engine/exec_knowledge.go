package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/flowctl/flowctl/internal/engine/browser"
	"github.com/flowctl/flowctl/internal/engine/js"
	"github.com/flowctl/flowctl/pkg/flow"
)

// knowledge queries a knowledge base and returns its chunks.
func knowledge(ctx context.Context, c *call) (js.Value, error) {
	base := c.node.field("knowledgeBaseId")
	if !js.Truthy(base) {
		return nil, c.rules.errorf("No knowledge base selected", "the node has no knowledge base; set its knowledgeBaseId")
	}
	query, err := c.query("No query provided")
	if err != nil {
		return nil, err
	}
	v, err := c.chunks(ctx, js.ToString(base), query)
	if err != nil {
		return nil, c.failed("Knowledge query failed", "query the knowledge base", err, func(said js.Value) string {
			return js.ToString(js.Get(said, "message"))
		})
	}
	return v, nil
}

// query fills in the node's query. missing is the browser's error if there is none.
func (c *call) query(missing string) (string, error) {
	query := c.node.field("query")
	if !js.Truthy(query) {
		return "", c.rules.errorf(missing, "the node has no query; set it")
	}
	text, ok := js.AsString(query)
	if !ok {
		variable := "query"
		if c.node.kind == flow.WebSearch {
			variable = "result"
		}
		return "", browser.Errorf("%s.replace is not a function", variable)
	}
	return c.semantics.fillQuery(c, text)
}

// failed words the failure of a backend call. What the browser's API code throws
// is not always an Error, which only browser knows how to show.
func (c *call) failed(inBrowser, inStandard string, err error, show func(said js.Value) string) error {
	if said, isError := thrown(err); !isError && !c.rules.Errors {
		err = errors.New(show(said))
	}
	return c.rules.errorf(inBrowser+": %w", inStandard+": %w", err)
}

func (c *call) chunks(ctx context.Context, id, query string) (js.Value, error) {
	base, err := c.fetch(ctx, func() (json.RawMessage, error) { return c.Services.Retriever.Knowledge(ctx, id) })
	if err != nil {
		return nil, err
	}
	if !js.Truthy(base) {
		return nil, c.rules.errorf("Knowledge base not found", "you may not read this knowledge base; its owner can share it with you")
	}
	collection := id
	for _, named := range []js.Value{js.Get(base, "collection_name"), js.Get(js.Get(base, "data"), "collection_name")} {
		if js.Truthy(named) {
			collection = js.ToString(named)
		}
	}
	most, err := c.count("topK", 4)
	if err != nil {
		return nil, err
	}
	found, err := c.fetch(ctx, func() (json.RawMessage, error) {
		return c.Services.Retriever.QueryDoc(ctx, collection, query, most)
	})
	if err != nil {
		return nil, err
	}
	chunks := c.readChunks(found)
	_, null := found.(js.Null)
	switch {
	case null && c.rules.Chunks:
		return noChunks("The server has no index of this knowledge base: it has no files, or they were not processed"), nil
	case chunks == nil:
		return noChunks("No relevant documents found"), nil
	case len(c.confident(chunks)) == 0:
		return noChunks("No results met the confidence threshold"), nil
	}
	chunks = c.confident(chunks)
	return js.Object{
		{Key: "chunks", Value: chunks},
		{Key: "count", Value: js.FromInt(len(chunks))},
		{Key: "query", Value: js.String(query)},
		{Key: "knowledgeBase", Value: js.Get(base, "name")},
	}, nil
}

// fetch makes a backend call and reads its answer.
func (c *call) fetch(ctx context.Context, ask func() (json.RawMessage, error)) (js.Value, error) {
	body, err := retried(ctx, c, ask)
	if err != nil {
		return nil, err
	}
	v, err := c.parse(strings.TrimPrefix(string(body), byteOrderMark))
	switch {
	case err == nil:
		return v, nil
	case !c.rules.Errors: // its API code takes what is not JSON for no answer
		return js.Null{}, nil
	}
	return nil, fmt.Errorf("the server's answer is not JSON: %w", err)
}

// byteOrderMark may come before JSON; Response.json takes it off.
const byteOrderMark = "\ufeff"

// count is a number of the node's data that the server takes: a whole one.
func (c *call) count(key string, byDefault int) (int, error) {
	v := c.node.field(key)
	if !js.Truthy(v) {
		return byDefault, nil
	}
	n := js.ToNumber(v)
	if n != math.Trunc(n) || math.Abs(n) > math.MaxInt32 {
		return 0, fmt.Errorf("%s is %s, which is not a whole number", key, js.Text(v))
	}
	return int(n), nil
}

func noChunks(message string) js.Value {
	return js.Object{{Key: "chunks", Value: js.Array{}}, {Key: "message", Value: js.String(message)}}
}

// readChunks reads documents, metadatas and distances, nil if there are none.
// The backend nests them by query, of which there is one; the browser does not
// look inside.
func (c *call) readChunks(found js.Value) js.Array {
	list := func(key string) js.Value {
		v := js.Get(found, key)
		if _, nested := js.Get(js.Get(found, "documents"), "0").(js.Array); nested && c.rules.Chunks {
			return js.Get(v, "0")
		}
		return v
	}
	documents, _ := list("documents").(js.Array)
	var chunks js.Array
	for i, document := range documents {
		at := string(js.FromInt(i))
		chunk := js.Object{{Key: "content", Value: document}, {Key: "metadata", Value: js.Undefined{}}, {Key: "relevanceScore", Value: js.Undefined{}}}
		if js.Truthy(c.node.field("includeMetadata")) {
			if chunk[1].Value = js.Get(list("metadatas"), at); !js.Truthy(chunk[1].Value) {
				chunk[1].Value = js.Object{}
			}
		}
		switch score := js.Get(list("distances"), at); {
		case js.IsUndefined(score):
		case c.rules.Chunks: // whatever their name, they are scores from 0 to 1 (retrieval/vector/dbs)
			chunk[2].Value = score
		default:
			chunk[2].Value = js.FromFloat(1 - js.ToNumber(score))
		}
		chunks = append(chunks, chunk)
	}
	return chunks
}

// confident are the chunks that reach the node's threshold, or have no score.
func (c *call) confident(chunks js.Array) js.Array {
	threshold := c.node.field("confidenceThreshold")
	if !js.Truthy(threshold) {
		return chunks
	}
	var kept js.Array
	for _, chunk := range chunks {
		score := js.Get(chunk, "relevanceScore")
		none := js.IsUndefined(score) || !js.Truthy(score) && !c.rules.Chunks
		if none || js.ToNumber(score) >= js.ToNumber(threshold) {
			kept = append(kept, chunk)
		}
	}
	return kept
}
