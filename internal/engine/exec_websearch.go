package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/flowctl/flowctl/internal/engine/js"
)

// webSearch searches the web, or fetches the page if the query is its URL.
func webSearch(ctx context.Context, c *call) (js.Value, error) {
	query, err := c.query("No search query provided", c.fillAll)
	if err != nil {
		return nil, err
	}
	isURL := strings.HasPrefix(query, "http://") || strings.HasPrefix(query, "https://")
	found, results, err := c.search(ctx, query, isURL)
	if err != nil {
		return nil, c.failed("Web search failed", "search the web", err, messages)
	}
	return js.Object{
		{Key: "query", Value: js.String(query)},
		{Key: "results", Value: results},
		{Key: "count", Value: js.FromInt(len(results))},
		{Key: "collection_name", Value: js.Get(found, "collection_name")},
		{Key: "text", Value: js.String(resultText(query, results))},
	}, nil
}

// messages is what the browser shows of a thrown value that is no Error.
func messages(said js.Value) string {
	if list, ok := said.(js.Array); ok {
		texts := make([]string, len(list))
		for i, item := range list {
			if texts[i] = js.Text(item); js.Truthy(js.Get(item, "msg")) {
				texts[i] = js.ToString(js.Get(item, "msg"))
			}
		}
		return strings.Join(texts, ", ")
	}
	if text, ok := js.AsString(said); ok {
		return text
	}
	return "Unknown error"
}

// search gives the search's own answer and the results.
func (c *call) search(ctx context.Context, query string, isURL bool) (found js.Value, results js.Array, err error) {
	if isURL {
		found, err = c.fetch(c.Services.Searcher.Page(ctx, query))
	} else {
		found, err = c.fetch(c.Services.Searcher.Search(ctx, query))
	}
	if err != nil {
		return nil, nil, err
	}
	if !js.Truthy(js.Get(found, "status")) {
		return nil, nil, c.rules.worded("No search results returned", "the server gave no results")
	}
	if file := js.Get(found, "file"); isURL && js.Truthy(file) {
		return found, js.Array{page(query, file)}, nil
	}
	collection := js.ToString(js.Get(found, "collection_name"))
	list, err := c.fetch(c.Services.Searcher.QueryCollection(ctx, collection, query, c.count("maxResults", 5)))
	if err == nil {
		results, err = documents(list)
	}
	if ctx.Err() != nil {
		return nil, nil, ctx.Err()
	}
	if err != nil { // the names of the pages are better than nothing
		results = fileNames(found)
	}
	return found, results, nil
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

// documents reads what a collection's query gives for the one query.
func documents(list js.Value) (js.Array, error) {
	results := js.Array{}
	first, ok := js.Get(js.Get(list, "documents"), "0").(js.Array)
	if !ok {
		return results, nil
	}
	for i, document := range first {
		at := string(js.FromInt(i))
		metadata := firstTruthy(js.Get(js.Get(js.Get(list, "metadatas"), "0"), at), js.Object{})
		start := ""
		if js.Truthy(document) {
			text, ok := js.AsString(document)
			if !ok {
				return nil, errors.New("a document is not a text")
			}
			start = snippet(text)
		}
		results = append(results, result(
			firstTruthy(js.Get(metadata, "title"), js.Get(metadata, "source"), js.String(fmt.Sprintf("Result %d", i+1))),
			firstTruthy(js.Get(metadata, "source"), js.Get(metadata, "url"), js.String("")),
			firstTruthy(document, js.String("")), start, metadata))
	}
	return results, nil
}

func fileNames(found js.Value) js.Array {
	results := js.Array{}
	names, _ := js.Get(found, "filenames").(js.Array)
	for _, name := range names {
		results = append(results, result(name, name, js.String(""), js.ToString(name), js.Object{{Key: "source", Value: name}}))
	}
	return results
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
