package clienttest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// Document is a piece of text that queries find.
type Document struct {
	Text, Title, Source string
	Score               float64 // from 0 to 1, higher is better
}

// Knowledge is a knowledge base.
type Knowledge struct {
	ID, Name  string
	Owner     string          // id of a user
	Access    json.RawMessage // access_control; nil is public
	Documents []Document
}

// Handbook is the only knowledge base of a [Backend] whose options name none.
func Handbook() Knowledge {
	return Knowledge{ID: "kb-1", Name: "Handbook", Owner: "admin-id", Documents: []Document{
		{"The canteen opens at noon.", "Food", "food.md", 0.12},
		{"Everybody has 30 days of holidays.", "Holidays", "holidays.md", 0.91},
		{"Holidays are asked for in writing.", "Forms", "forms.md", 0.55},
	}}
}

// WebAnswer is the form of what a web search answers.
type WebAnswer int

// The forms of a web search's answer.
const (
	WebCollections WebAnswer = iota // collection_names, to be queried
	WebDocs                         // the texts at once, and no collection: embedding is bypassed
	WebCollection                   // the single collection_name of old versions
	WebLost                         // collection_names of what could not be kept
	WebUnloaded                     // collection_names of no pages: none could be loaded
)

// Pages are what a web search finds if the options of a [Backend] name nothing.
func Pages() []Document {
	return []Document{
		{"Cats sleep sixteen hours a day.", "Sleep", "https://a.test/1", 0.4},
		{"Cats purr.", "Purring", "https://b.test/2", 0.8},
	}
}

func (b *Backend) knowledgeJSON(k Knowledge) map[string]any {
	var files []any
	return map[string]any{"id": k.ID, "user_id": k.Owner, "name": k.Name, "description": "", "data": nil, "access_control": k.Access, "files": files}
}

// listKnowledge has what the caller may read (routers/knowledge.py,
// get_knowledge).
func (b *Backend) listKnowledge(w http.ResponseWriter, _ *http.Request, u *User) {
	rows := []map[string]any{}
	for _, k := range b.opts.Knowledge {
		if u.Role == "admin" || k.Owner == u.ID || mayRead(k.Access, u) {
			rows = append(rows, b.knowledgeJSON(k))
		}
	}
	reply(w, rows)
}

// getKnowledge answers null for what the caller may not read, and 401 for what is
// not there (get_knowledge_by_id).
func (b *Backend) getKnowledge(w http.ResponseWriter, r *http.Request, u *User) {
	for _, k := range b.opts.Knowledge {
		switch {
		case k.ID != r.PathValue("id"):
		case u.Role == "admin" || k.Owner == u.ID || mayRead(k.Access, u):
			reply(w, b.knowledgeJSON(k))
			return
		default:
			reply(w, nil)
			return
		}
	}
	fail(w, http.StatusUnauthorized, notFound)
}

// collection returns the documents of a collection, best first; ok reports whether
// it is there: a knowledge base without documents has none.
func (b *Backend) collection(name string) (docs []Document, ok bool) {
	docs, ok = b.searched[name]
	for _, k := range b.opts.Knowledge {
		if k.ID == name {
			docs, ok = k.Documents, len(k.Documents) > 0
		}
	}
	docs = slices.Clone(docs)
	slices.SortStableFunc(docs, func(a, b Document) int {
		switch {
		case a.Score > b.Score:
			return -1
		case a.Score < b.Score:
			return 1
		}
		return 0
	})
	return docs, ok
}

// query is the body of both queries.
func query(w http.ResponseWriter, r *http.Request, collection string, kind byte) (names []string, k int, ok bool) {
	doc := form(w, r, map[string]byte{collection: kind, "query": '"'}, collection, "query")
	if doc == nil {
		return nil, 0, false
	}
	raw, _ := doc.Get(collection)
	if kind == '"' {
		raw = slices.Concat([]byte{'['}, raw, []byte{']'})
	}
	_ = json.Unmarshal(raw, &names)
	raw, _ = doc.Get("k")
	_ = json.Unmarshal(raw, &k)
	if k <= 0 {
		k = 3 // TOP_K
	}
	return names, k, true
}

// found is what a query finds: lists of one list each. "distances" are scores,
// whatever their name (retrieval/vector/dbs/chroma.py, search).
func found(docs []Document, k int) map[string]any {
	texts, metas, scores := []string{}, []any{}, []float64{}
	for _, d := range docs[:min(k, len(docs))] {
		texts, scores = append(texts, d.Text), append(scores, d.Score)
		metas = append(metas, map[string]string{"title": d.Title, "source": d.Source})
	}
	return map[string]any{"documents": []any{texts}, "metadatas": []any{metas}, "distances": []any{scores}}
}

// queryDoc answers null for a collection that is not there (routers/retrieval.py,
// query_doc_handler).
func (b *Backend) queryDoc(w http.ResponseWriter, r *http.Request, _ *User) {
	names, k, ok := query(w, r, "collection_name", '"')
	if !ok {
		return
	}
	docs, there := b.collection(names[0])
	if !there {
		reply(w, nil)
		return
	}
	reply(w, found(docs, k))
}

// queryCollection leaves out collections that are not there
// (query_collection_handler).
func (b *Backend) queryCollection(w http.ResponseWriter, r *http.Request, _ *User) {
	names, k, ok := query(w, r, "collection_names", '[')
	if !ok {
		return
	}
	var docs []Document
	for _, name := range names {
		more, _ := b.collection(name)
		docs = append(docs, more...)
	}
	reply(w, found(docs, k))
}

// webSearch finds the same pages whatever it is asked (process_web_search).
func (b *Backend) webSearch(w http.ResponseWriter, r *http.Request, _ *User) {
	doc := form(w, r, map[string]byte{"queries": '['}, "queries")
	if doc == nil {
		return
	}
	var queries []string
	raw, _ := doc.Get("queries")
	_ = json.Unmarshal(raw, &queries)
	pages := b.opts.Pages
	if len(pages) == 0 {
		fail(w, http.StatusNotFound, "[ERROR: No results found from web search]")
		return
	}
	sum := sha256.Sum256([]byte(strings.Join(queries, "-")))
	name := ("web-search-" + hex.EncodeToString(sum[:]))[:63]
	names, items, docs := []string{}, []any{}, []any{}
	for _, p := range pages {
		names = append(names, p.Source)
		items = append(items, map[string]string{"link": p.Source, "title": p.Title, "snippet": p.Text})
		docs = append(docs, map[string]any{"content": p.Text, "metadata": map[string]string{"source": p.Source, "title": p.Title}})
	}
	answer := map[string]any{"status": true, "filenames": names, "items": items, "loaded_count": len(pages)}
	switch b.opts.Web {
	case WebDocs:
		answer["collection_name"], answer["docs"] = nil, docs
	case WebCollection:
		answer["collection_name"], b.searched[name] = name, pages
	case WebCollections:
		answer["collection_names"], b.searched[name] = []string{name}, pages
	case WebUnloaded:
		answer["filenames"], answer["items"], answer["loaded_count"] = []string{}, []any{}, 0
		fallthrough
	case WebLost:
		answer["collection_names"] = []string{name}
	}
	reply(w, answer)
}

// webPage answers with the page's address as its text (process_web).
func (b *Backend) webPage(w http.ResponseWriter, r *http.Request, _ *User) {
	doc := form(w, r, map[string]byte{"url": '"', "collection_name": '"'}, "url")
	if doc == nil {
		return
	}
	var address string
	raw, _ := doc.Get("url")
	_ = json.Unmarshal(raw, &address)
	sum := sha256.Sum256([]byte(address))
	reply(w, map[string]any{
		"status": true, "collection_name": hex.EncodeToString(sum[:])[:63], "filename": address,
		"file": map[string]any{
			"data": map[string]string{"content": "the page " + address},
			"meta": map[string]string{"name": address, "source": address},
		},
	})
}
