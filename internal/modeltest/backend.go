package modeltest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// note keeps a request and gives its body.
func (s *Server) note(r *http.Request) []byte {
	body, _ := io.ReadAll(r.Body) // what there is of it
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, Request{r.Method, r.URL.Path, r.Header.Get("Authorization"), string(body)})
	return body
}

// isBusy counts a call of busy-N.
func (s *Server) isBusy(model string) bool {
	n, _ := strconv.Atoi(strings.TrimPrefix(model, "busy-"))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy[model]++
	return s.busy[model] <= n
}

// wait waits until the caller gives up.
func (s *Server) wait(r *http.Request) {
	if s.Arrived != nil {
		s.Arrived()
	}
	<-r.Context().Done()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gone++
}

// backend answers what runs call of a backend beside models: one knowledge base
// "kb", a web of one page, and files whose ids begin with "image-".
func (s *Server) backend(w http.ResponseWriter, r *http.Request, body []byte) {
	var q struct {
		Query string
		K     int
		URL   string
	}
	_ = json.Unmarshal(body, &q) // an upload is a form
	id := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/api/v1/files/"), "/content")
	switch at := r.Method + " " + r.URL.Path; {
	case at == "GET /api/v1/knowledge/kb":
		answer(w, http.StatusOK, map[string]any{"id": "kb", "name": "Handbook"})
	case at == "POST /api/v1/retrieval/query/doc", at == "POST /api/v1/retrieval/query/collection":
		answer(w, http.StatusOK, map[string]any{
			"documents": [][]string{{"about " + q.Query + " of " + strconv.Itoa(q.K)}},
			"metadatas": [][]any{{map[string]string{"title": "A page", "source": "https://a.test/1"}}},
			"distances": [][]float64{{0.25}},
		})
	case at == "POST /api/v1/retrieval/process/web/search":
		answer(w, http.StatusOK, map[string]any{"status": true, "collection_name": "web-1", "filenames": []string{"https://a.test/1"}})
	case at == "POST /api/v1/retrieval/process/web":
		answer(w, http.StatusOK, map[string]any{"status": true, "collection_name": "page-1", "file": map[string]any{
			"data": map[string]string{"content": "the page " + q.URL}, "meta": map[string]string{"source": q.URL},
		}})
	case at == "POST /api/v1/files/":
		answer(w, http.StatusOK, map[string]string{"id": "uploaded-1"})
	case r.Method == http.MethodGet && strings.HasPrefix(id, "image-") && strings.HasSuffix(r.URL.Path, "/content"):
		w.Header().Set("Content-Type", "image/png")
		_, _ = fmt.Fprint(w, "PIXELS")
	case r.Method == http.MethodGet && strings.HasPrefix(id, "image-"):
		answer(w, http.StatusOK, map[string]any{"id": id, "meta": map[string]string{"content_type": "image/png"}})
	default:
		answer(w, http.StatusNotFound, map[string]string{"detail": "We could not find what you're looking for :/"})
	}
}
