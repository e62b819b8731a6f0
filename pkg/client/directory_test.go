package client_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/client/clienttest"
)

func TestDirectory(t *testing.T) {
	c, b := upstream(t, clienttest.Options{})
	kb, err := c.Directory.KnowledgeBases(t.Context())
	if got := mustJSON(t, kb); err != nil || got != `[{"id":"kb-1","name":"Handbook"}]` {
		t.Errorf("knowledge bases are %s, %v", got, err)
	}
	admin := newClient(t, serve(t, b), client.WithToken("admin-token"))
	users, err := admin.Directory.Users(t.Context())
	if got := mustJSON(t, users); err != nil || len(users) != 4 || !strings.Contains(got, `{"id":"ann-id","name":"Ann","email":"ann@example.com"}`) {
		t.Errorf("users are %s, %v", got, err)
	}
	groups, err := admin.Directory.Groups(t.Context())
	if got := mustJSON(t, groups); err != nil || got != `[{"id":"group-1","name":"Reviewers","user_ids":["bob-id"]}]` {
		t.Errorf("groups are %s, %v", got, err)
	}
	if groups, err := our(t).Directory.Groups(t.Context()); err != nil || len(groups) != 0 {
		t.Errorf("our server gave %v, %v for its groups, want none", groups, err)
	}
}

// TestDirectoryPages has a list that comes two at a time, and answers that are none.
func TestDirectoryPages(t *testing.T) {
	pages := map[string]string{
		"":  `{"items":[{"id":"1"},{"id":"2"}],"total":3}`,
		"2": `{"items":[{"id":"3"}],"total":3}`,
	}
	c := newClient(t, serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reply(200, "application/json", pages[r.URL.Query().Get("page")])(w, r)
	})))
	all, err := c.Directory.Groups(t.Context())
	if err != nil || len(all) != 3 || all[2].ID != "3" {
		t.Errorf("got %v, %v, want three", all, err)
	}
	for _, body := range []string{`{}`, `"x"`, `<html>`, `[1]`} {
		c := newClient(t, serve(t, reply(200, "application/json", body)))
		if _, err := c.Directory.Groups(t.Context()); err == nil {
			t.Errorf("%s was taken for a list", body)
		}
	}
}

// Everybody may search users and list their own files.
func TestDirectoryForAll(t *testing.T) {
	c, _ := upstream(t, clienttest.Options{})
	if _, err := c.Directory.Users(t.Context()); !errors.Is(err, client.ErrUnauthorized) {
		t.Errorf("the list of users gave %v", err)
	}
	users, _, err := c.Directory.SearchUsers(t.Context(), "bob@")
	if got := mustJSON(t, users); err != nil || got != `[{"id":"bob-id","name":"Bob"}]` {
		t.Errorf("users are %s, %v", got, err)
	}
	files, err := c.Directory.Files(t.Context())
	if got := mustJSON(t, files); err != nil || got != `[{"id":"image-1","name":"picture.png","content_type":"image/png"}]` {
		t.Errorf("files are %s, %v", got, err)
	}
	users, more, err := our(t).Directory.SearchUsers(t.Context(), "localhost")
	if err != nil || more || len(users) != 1 || users[0].Email != "admin@localhost" {
		t.Errorf("our server found %v, %v", users, err)
	}
	for name, list := range map[string]func(context.Context) ([]client.Entry, error){"users": our(t).Directory.Users, "files": our(t).Directory.Files} {
		if _, err := list(t.Context()); !errors.Is(err, client.ErrNotFound) {
			t.Errorf("our server gave %v for its %s", err, name)
		}
	}
}
