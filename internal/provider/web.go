package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/httpx"
)

const (
	maxPage  = 4 << 20          // bytes that are read of a page
	pageTime = 30 * time.Second // for fetching one
)

// Web fetches pages for the flows of a server, where a guard allows it. It
// implements engine.Searcher, and searches with another one, if there is one.
type Web struct {
	guard  *Guard
	search engine.Searcher // nil for none
	http   *http.Client
	opts   Options
}

// NewWeb fetches what guard allows, and searches with search, which may be nil. Of the
// options it looks at UserAgent and Report.
func NewWeb(guard *Guard, search engine.Searcher, opts Options) *Web {
	return &Web{guard: guard, search: search, http: guard.client(), opts: opts}
}

var errNoSearch = errors.New("this server cannot search the web; it fetches pages whose URL is the query")

// Search implements engine.Searcher.
func (w *Web) Search(ctx context.Context, query string) (json.RawMessage, error) {
	if w.search == nil {
		return nil, errNoSearch
	}
	return w.search.Search(ctx, query)
}

// QueryCollection implements engine.Searcher.
func (w *Web) QueryCollection(ctx context.Context, collections json.RawMessage, query string, k int) (json.RawMessage, error) {
	if w.search == nil {
		return nil, errNoSearch
	}
	return w.search.QueryCollection(ctx, collections, query, k)
}

// page is the backend's answer about a page, as far as the engine reads it.
type page struct {
	Status bool `json:"status"`
	File   struct {
		Data struct {
			Content string `json:"content"`
		} `json:"data"`
		Meta struct {
			Name   string `json:"name"`
			Source string `json:"source"`
		} `json:"meta"`
	} `json:"file"`
}

// Page implements engine.Searcher: the page's text, without its markup.
func (w *Web) Page(ctx context.Context, address string) (json.RawMessage, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return nil, errors.New("the query is not a URL")
	}
	if err := w.guard.check(u); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, pageTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", w.opts.UserAgent)
	req.Header.Set("Accept", "text/html, text/plain, application/json;q=0.9, */*;q=0.1")
	resp, err := w.http.Do(req)
	if err != nil {
		if wrapped := (*url.Error)(nil); errors.As(err, &wrapped) {
			err = wrapped.Err // the wrapper repeats the URL
		}
		return nil, w.outward(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetch the page: %w", &engine.HTTPError{StatusCode: resp.StatusCode})
	}
	var p page
	p.Status = true
	p.File.Meta.Name, p.File.Meta.Source = address, address
	if p.File.Data.Content, err = w.read(resp, &p.File.Meta.Name); err != nil {
		return nil, err
	}
	return json.Marshal(p)
}

// outward returns err as who runs the flow may see it, as [conn.outward] does.
func (w *Web) outward(err error) error {
	var refused *guardError
	switch {
	case errors.As(err, &refused):
		err = refused
	case w.opts.Report != nil && !errors.Is(err, context.Canceled):
		w.opts.Report(err)
		err = &plainError{err}
	}
	if err = fmt.Errorf("fetch the page: %w", err); refused == nil && !httpx.IsPermanent(err) {
		err = &engine.LostError{Err: err}
	}
	return err
}

// read returns the text of a page, and its title if it has one.
func (w *Web) read(resp *http.Response, title *string) (string, error) {
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	isHTML := kind == "text/html" || kind == "application/xhtml+xml"
	if !isHTML && !strings.HasPrefix(kind, "text/") && kind != "application/json" && !strings.HasSuffix(kind, "+json") && !strings.HasSuffix(kind, "xml") {
		return "", fmt.Errorf("fetch the page: it is %q and no text", kind)
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxPage+1))
	switch {
	case err != nil:
		return "", fmt.Errorf("fetch the page: %w", err)
	case len(data) > maxPage:
		return "", fmt.Errorf("fetch the page: it is larger than %d MiB", maxPage>>20)
	}
	text := strings.ToValidUTF8(string(data), "\uFFFD")
	if isHTML {
		return textOf(text, title), nil
	}
	return text, nil
}

// textOf returns the words of an HTML page, a line for each text in it.
func textOf(page string, title *string) string {
	var lines []string
	var inside atom.Atom // of the elements whose text is not shown
	for z := html.NewTokenizer(strings.NewReader(page)); ; {
		switch z.Next() {
		case html.ErrorToken: // the end
			return strings.Join(lines, "\n")
		case html.StartTagToken:
			name, _ := z.TagName()
			switch a := atom.Lookup(name); a {
			case atom.Script, atom.Style, atom.Template, atom.Noscript, atom.Title:
				inside = a
			}
		case html.EndTagToken:
			if name, _ := z.TagName(); atom.Lookup(name) == inside {
				inside = 0
			}
		case html.TextToken:
			text := strings.Join(strings.Fields(string(z.Text())), " ")
			switch {
			case text == "":
			case inside == atom.Title:
				*title = text
			case inside == 0:
				lines = append(lines, text)
			}
		}
	}
}
