package client

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
)

// DirectoryService lists what flows refer to by id, beside models. These are Open
// WebUI's own lists, as that project serves them (not observed on the fork); our server has none of them, which is
// [ErrNotFound].
type DirectoryService struct{ c *conn }

// Entry is something that flows refer to.
type Entry struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email,omitempty"` // of a user
}

// KnowledgeBases lists the knowledge bases that the caller may use.
func (s *DirectoryService) KnowledgeBases(ctx context.Context) ([]Entry, error) {
	return s.all(ctx, "list knowledge bases", "/api/v1/knowledge/")
}

// Groups lists the groups of users that the caller may see.
func (s *DirectoryService) Groups(ctx context.Context) ([]Entry, error) {
	return s.all(ctx, "list groups", "/api/v1/groups/")
}

// Users lists the accounts; for administrators.
func (s *DirectoryService) Users(ctx context.Context) ([]Entry, error) {
	return s.all(ctx, "list users", "/api/v1/users/")
}

// all reads a list that is an array, or comes in pages of an object.
func (s *DirectoryService) all(ctx context.Context, verb, path string) ([]Entry, error) {
	var all []Entry
	for page := 1; ; page++ {
		k := &call{verb: verb, method: http.MethodGet, path: path}
		if page > 1 {
			k.query = url.Values{}
			setInt(k.query, "page", page)
		}
		var text json.RawMessage
		if _, err := s.c.into(ctx, k, &text, "a list"); err != nil {
			return nil, err
		}
		var entries []Entry
		if json.Unmarshal(text, &entries) == nil {
			return append(all, entries...), nil
		}
		var paged struct {
			Items, Users []Entry
			Total        int
		}
		if err := json.Unmarshal(text, &paged); err != nil || paged.Items == nil && paged.Users == nil {
			return nil, s.c.unusable(k, &answer{header: http.Header{}, body: text}, "a list", err)
		}
		entries = slices.Concat(paged.Items, paged.Users)
		all = append(all, entries...)
		if len(entries) == 0 || len(all) >= paged.Total {
			return all, nil
		}
	}
}
