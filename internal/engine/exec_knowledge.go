package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/flowctl/flowctl/internal/engine/js"
)

// knowledge queries a knowledge base and returns its chunks.
func knowledge(ctx context.Context, c *Call) (js.Value, error) {
	base := c.Node.Field("knowledgeBaseId")
	if !js.Truthy(base) {
		return nil, fail(NoKnowledgeBase)
	}
	query, err := c.query()
	if err != nil {
		return nil, err
	}
	v, err := c.chunks(ctx, js.ToString(base), query)
	if err != nil {
		return nil, &Failure{QueryKnowledge, err}
	}
	return v, nil
}

// query returns the node's query with placeholders filled in.
func (c *Call) query() (string, error) {
	query := c.Node.Field("query")
	if !js.Truthy(query) {
		return "", fail(NoQuery)
	}
	text, ok := js.AsString(query)
	if !ok {
		return "", &Failure{NotText, errors.New("query")}
	}
	return c.semantics.Fill(c, text)
}

func (c *Call) chunks(ctx context.Context, id, query string) (js.Value, error) {
	base, err := c.Fetch(ctx, func() (json.RawMessage, error) { return c.Services.Retriever.Knowledge(ctx, id) })
	if err != nil {
		return nil, err
	}
	if !js.Truthy(base) {
		return nil, fail(NotReadable)
	}
	collection := id
	for _, named := range []js.Value{js.Get(base, "collection_name"), js.Get(js.Get(base, "data"), "collection_name")} {
		if js.Truthy(named) {
			collection = js.ToString(named)
		}
	}
	most, err := c.Count("topK", 4)
	if err != nil {
		return nil, err
	}
	found, err := c.Fetch(ctx, func() (json.RawMessage, error) {
		return c.Services.Retriever.QueryDoc(ctx, collection, query, most)
	})
	if err != nil {
		return nil, err
	}
	chunks, none := c.semantics.Chunks(c, found)
	if len(chunks) == 0 {
		return js.Object{{Key: "chunks", Value: js.Array{}}, {Key: "message", Value: js.String(none)}}, nil
	}
	return js.Object{
		{Key: "chunks", Value: chunks},
		{Key: "count", Value: js.FromInt(len(chunks))},
		{Key: "query", Value: js.String(query)},
		{Key: "knowledgeBase", Value: js.Get(base, "name")},
	}, nil
}

// Fetch makes a call of the backend and parses the answer.
func (c *Call) Fetch(ctx context.Context, ask func() (json.RawMessage, error)) (js.Value, error) {
	body, err := retried(ctx, c, ask)
	var v js.Value
	if err == nil {
		if v, err = c.Parse(strings.TrimPrefix(string(body), byteOrderMark)); err != nil {
			err = &Failure{NotJSON, err}
		}
	}
	return c.semantics.Fetched(c, v, err)
}

// byteOrderMark may come before JSON; Response.json takes it off.
const byteOrderMark = "\ufeff"

// Count returns a number in the node's data, which has to be whole, since the server accepts
// no other.
func (c *Call) Count(key string, byDefault int) (int, error) {
	v := c.Node.Field(key)
	if !js.Truthy(v) {
		return byDefault, nil
	}
	n := js.ToNumber(v)
	if n != math.Trunc(n) || math.Abs(n) > math.MaxInt32 {
		return 0, fmt.Errorf("%s is %s, which is not a whole number", key, js.Text(v))
	}
	return int(n), nil
}

// ReadChunks reads documents with their metadata and scores. It leaves out documents with a
// known score below the node's threshold. score reads a score.
func (c *Call) ReadChunks(documents, metadatas, distances js.Value, score func(js.Value) (value js.Value, known bool)) (chunks js.Array, none string) {
	list, _ := documents.(js.Array)
	if len(list) == 0 {
		return nil, "No relevant documents found"
	}
	threshold := c.Node.Field("confidenceThreshold")
	for i, document := range list {
		at := string(js.FromInt(i))
		var metadata, value js.Value = js.Undefined{}, js.Undefined{}
		if js.Truthy(c.Node.Field("includeMetadata")) {
			metadata = firstTruthy(js.Get(metadatas, at), js.Object{})
		}
		known := false
		if distance := js.Get(distances, at); !js.IsUndefined(distance) {
			value, known = score(distance)
		}
		if !known || !js.Truthy(threshold) || js.ToNumber(value) >= js.ToNumber(threshold) {
			chunks = append(chunks, js.Object{{Key: "content", Value: document}, {Key: "metadata", Value: metadata}, {Key: "relevanceScore", Value: value}})
		}
	}
	return chunks, "No results met the confidence threshold"
}
