package modeltest

import (
	"io"
	"net/http"
	"strconv"
	"strings"
)

// note keeps a request and returns its body.
func (s *Server) note(r *http.Request) []byte {
	body, _ := io.ReadAll(r.Body) // what there is of it
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, Request{r.Method, r.URL.Path, r.Header.Get("Authorization"), string(body), r.URL.RawQuery, r.Header.Get("Api-Key")})
	return body
}

// isBusy counts a call of busy-N and the like.
func (s *Server) isBusy(model string) bool {
	n, _ := strconv.Atoi(model[strings.LastIndexByte(model, '-')+1:])
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy[model]++
	return s.busy[model] <= n
}

// wait waits until the caller leaves.
func (s *Server) wait(r *http.Request) {
	if s.Arrived != nil {
		s.Arrived()
	}
	<-r.Context().Done()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gone++
}
