package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/flowctl/flowctl/internal/engine/js"
)

// webSearch searches the web, or fetches the page if the query is its URL.
func webSearch(ctx context.Context, c *Call) (js.Value, error) {
	query, err := c.query()
	if err != nil {
		return nil, err
	}
	results, collection, err := c.semantics.Search(ctx, c, query)
	if err != nil {
		return nil, &Failure{SearchWeb, err}
	}
	return js.Object{
		{Key: "query", Value: js.String(query)},
		{Key: "results", Value: results},
		{Key: "count", Value: js.FromInt(len(results))},
		{Key: "collection_name", Value: collection},
		{Key: "text", Value: js.String(resultText(query, results))},
	}, nil
}

// IsAddress reports whether a query is the address of a page, which is fetched.
func IsAddress(query string) bool {
	return strings.HasPrefix(query, "http://") || strings.HasPrefix(query, "https://")
}

// Find returns the answer to a search, or of a page to be fetched, and that page if the
// answer has it.
func (c *Call) Find(ctx context.Context, query string, isAddress bool) (found js.Value, pages js.Array, err error) {
	find := c.Services.Searcher.Search
	if isAddress {
		find = c.Services.Searcher.Page
	}
	found, err = c.Fetch(ctx, func() (json.RawMessage, error) { return find(ctx, query) })
	if err == nil && !js.Truthy(js.Get(found, "status")) {
		err = fail(NoResults)
	}
	if err != nil {
		return nil, nil, err
	}
	if file := js.Get(found, "file"); isAddress && js.Truthy(file) {
		pages = js.Array{page(query, file)}
	}
	return found, pages, nil
}

// nothingOf is the error of a search that has no results, though it found pages: one
// that finds none is 404 (routers/retrieval.py, process_web_search). Old versions do
// not say how many they could load.
func nothingOf(found js.Value) error {
	loaded, counted := js.Lookup(found, "loaded_count")
	switch {
	case !counted:
		return nil
	case js.ToNumber(loaded) == 0:
		return errors.New("the server could load none of the pages that the search found")
	}
	return errors.New("the server's index has no text of the pages that the search found; its administrator may look at the settings of web search and of embeddings")
}

// snippet is the start of a document.
func snippet(text string) string { return js.Substring(text, 200) + "..." }

// firstTruthy is a || b || …
func firstTruthy(values ...js.Value) js.Value {
	for _, v := range values {
		if js.Truthy(v) {
			return v
		}
	}
	return values[len(values)-1]
}

// SearchResult is one element of results.
func SearchResult(title, url, content js.Value, snippet string, metadata js.Value) js.Value {
	return js.Object{
		{Key: "title", Value: title},
		{Key: "url", Value: url},
		{Key: "content", Value: content},
		{Key: "snippet", Value: js.String(snippet)},
		{Key: "metadata", Value: metadata},
	}
}

func page(query string, file js.Value) js.Value {
	content := firstTruthy(js.Get(js.Get(file, "data"), "content"), js.String(""))
	meta := firstTruthy(js.Get(file, "meta"), js.Object{})
	address := js.String(query)
	return SearchResult(firstTruthy(js.Get(meta, "name"), address), firstTruthy(js.Get(meta, "source"), address),
		content, snippet(js.ToString(content)), meta)
}

// Documents reads what a collection's query returns for the one query.
func Documents(list js.Value) (js.Array, error) {
	results := js.Array{}
	first, ok := js.Get(js.Get(list, "documents"), "0").(js.Array)
	if !ok {
		return results, nil
	}
	for i, text := range first {
		r, err := document(i, text, js.Get(js.Get(js.Get(list, "metadatas"), "0"), string(js.FromInt(i))))
		if err != nil {
			return nil, err
		}
		results = append(results, r)
	}
	return results, nil
}

// document is the result that a text with its metadata is, the i-th of all.
func document(i int, content, metadata js.Value) (js.Value, error) {
	metadata = firstTruthy(metadata, js.Object{})
	start := ""
	if js.Truthy(content) {
		text, ok := js.AsString(content)
		if !ok {
			return nil, errors.New("a document is not a text")
		}
		start = snippet(text)
	}
	return SearchResult(
		firstTruthy(js.Get(metadata, "title"), js.Get(metadata, "source"), js.String(fmt.Sprintf("Result %d", i+1))),
		firstTruthy(js.Get(metadata, "source"), js.Get(metadata, "url"), js.String("")),
		firstTruthy(content, js.String("")), start, metadata), nil
}

// resultText lists the results for reading.
func resultText(query string, results js.Array) string {
	if len(results) == 0 {
		return fmt.Sprintf("No results found for %s", `"`+query+`"`)
	}
	entries := make([]string, len(results))
	for i, r := range results {
		entries[i] = fmt.Sprintf("%d. %s\n   URL: %s\n   %s", i+1,
			js.ToString(js.Get(r, "title")), js.ToString(js.Get(r, "url")), js.ToString(js.Get(r, "snippet")))
	}
	return fmt.Sprintf("Found %d results:\n\n%s", len(results), strings.Join(entries, "\n\n"))
}
