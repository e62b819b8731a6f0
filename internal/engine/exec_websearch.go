package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/flowctl/flowctl/internal/engine/browser"
	"github.com/flowctl/flowctl/internal/engine/js"
)

// webSearch searches the web, or fetches the page if the query is its URL.
func webSearch(ctx context.Context, c *call) (js.Value, error) {
	query, err := c.query("No search query provided")
	if err != nil {
		return nil, err
	}
	found, results, err := c.search(ctx, query, c.rules.isAddress(query))
	if err != nil {
		return nil, c.failed("Web search failed", "search the web", err, browser.Messages)
	}
	collection := js.Get(found, "collection_name")
	if c.rules.Chunks && !js.Truthy(collection) {
		collection = js.Get(js.Get(found, "collection_names"), "0")
	}
	return js.Object{
		{Key: "query", Value: js.String(query)},
		{Key: "results", Value: results},
		{Key: "count", Value: js.FromInt(len(results))},
		{Key: "collection_name", Value: collection},
		{Key: "text", Value: js.String(resultText(query, results))},
	}, nil
}

// isAddress reports whether a query is the address of a page, which is fetched. The
// browser knows it in small letters only.
func (r Rules) isAddress(query string) bool {
	if scheme, rest, ok := strings.Cut(query, "://"); ok && r.Chunks {
		query = strings.ToLower(scheme) + "://" + rest
	}
	return strings.HasPrefix(query, "http://") || strings.HasPrefix(query, "https://")
}

// search returns the search's own answer and the results.
func (c *call) search(ctx context.Context, query string, isURL bool) (found js.Value, results js.Array, err error) {
	find := c.Services.Searcher.Search
	if isURL {
		find = c.Services.Searcher.Page
	}
	found, err = c.webAnswer(ctx, func() (json.RawMessage, error) { return find(ctx, query) })
	if err != nil {
		return nil, nil, err
	}
	if !js.Truthy(js.Get(found, "status")) {
		return nil, nil, c.rules.errorf("No search results returned", "the server gave no results")
	}
	file := js.Get(found, "file")
	switch {
	case isURL && js.Truthy(file):
		results = js.Array{page(query, file)}
	default:
		results, err = c.semantics.searched(ctx, c, found, query)
	}
	return found, results, err
}

// webAnswer makes a backend call and reads its answer. The browser's API code throws what
// a refusal's detail says; without a detail the answer is null to it.
func (c *call) webAnswer(ctx context.Context, ask func() (json.RawMessage, error)) (js.Value, error) {
	v, err := c.fetch(ctx, ask)
	if err == nil || c.rules.Errors || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return v, err
	}
	if said, isError := thrown(err); isError || !js.Truthy(said) {
		return js.Null{}, nil
	}
	return nil, err
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

// result is one element of results.
func result(title, url, content js.Value, snippet string, metadata js.Value) js.Value {
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
	return result(firstTruthy(js.Get(meta, "name"), address), firstTruthy(js.Get(meta, "source"), address),
		content, snippet(js.ToString(content)), meta)
}

// documents reads what a collection's query returns for the one query.
func documents(list js.Value) (js.Array, error) {
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
	return result(
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
