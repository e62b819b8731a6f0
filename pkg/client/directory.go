package client

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
)

// DirectoryService lists what flows refer to by id: models, knowledge bases, files, and
// the users and groups that they are shared with. It is the field Directory of a [Client].
// The lists are Open WebUI's (backend/open_webui/main.py and routers); flowctl's server
// has Groups and SearchUsers, and for the others the error is [ErrNotFound].
type DirectoryService struct{ c *conn }

// Entry is something that flows refer to by its ID.
type Entry struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Email       string `json:"email,omitempty"`        // of a user, where the caller may see it
	ContentType string `json:"content_type,omitempty"` // of a file

	Members []string `json:"user_ids,omitempty"` // of a group
}

// Models lists the models that the caller may use.
func (s *DirectoryService) Models(ctx context.Context) ([]Entry, error) {
	var list struct{ Data []Entry }
	_, err := s.c.into(ctx, &call{verb: "list models", method: http.MethodGet, path: "/api/models"}, &list, "a list of models", nil)
	return list.Data, s.c.noList(err)
}

// KnowledgeBases lists the knowledge bases that the caller may use.
func (s *DirectoryService) KnowledgeBases(ctx context.Context) ([]Entry, error) {
	return s.all(ctx, "list knowledge bases", "/api/v1/knowledge/")
}

// Groups lists the groups of users that the caller is in, to administrators all.
func (s *DirectoryService) Groups(ctx context.Context) ([]Entry, error) {
	return s.all(ctx, "list groups", "/api/v1/groups/")
}

// Users lists the accounts; for administrators.
func (s *DirectoryService) Users(ctx context.Context) ([]Entry, error) {
	return s.all(ctx, "list users", "/api/v1/users/")
}

// SearchUsers lists accounts whose name or e-mail contains the text: the first 30, and more
// reports whether there may be others. Everybody may ask (routers/users.py, search_users). Open
// WebUI leaves out the e-mails; flowctl's server lists first whose name or e-mail the text is.
func (s *DirectoryService) SearchUsers(ctx context.Context, text string) (users []Entry, more bool, err error) {
	var found struct{ Users []Entry }
	k := &call{verb: "search users", method: http.MethodGet, path: "/api/v1/users/search", query: url.Values{}}
	if text != "" {
		k.query.Set("query", text)
	}
	_, err = s.c.into(ctx, k, &found, "a list of users", nil)
	return found.Users, len(found.Users) >= 30, s.c.noList(err)
}

// Files lists the caller's files, an administrator's those of all.
func (s *DirectoryService) Files(ctx context.Context) ([]Entry, error) {
	var files []struct {
		ID, Filename string
		Meta         struct {
			ContentType string `json:"content_type"`
		}
	}
	k := &call{verb: "list files", method: http.MethodGet, path: "/api/v1/files/", query: url.Values{"content": {"false"}}}
	if _, err := s.c.into(ctx, k, &files, "a list of files", nil); err != nil {
		return nil, s.c.noList(err)
	}
	entries := make([]Entry, len(files))
	for i, f := range files {
		entries[i] = Entry{ID: f.ID, Name: f.Filename, ContentType: f.Meta.ContentType}
	}
	return entries, nil
}

// noList adds to an error that our server has no lists but of flows.
func (c *conn) noList(err error) error {
	var failed *Error
	if errors.As(err, &failed) && failed.StatusCode == http.StatusNotFound && c.knownOurs() {
		failed.hint = "a flowctl server has no such list; ask the place that its models and knowledge come from"
	}
	return err
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
		if _, err := s.c.into(ctx, k, &text, "a list", nil); err != nil {
			return nil, s.c.noList(err)
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
