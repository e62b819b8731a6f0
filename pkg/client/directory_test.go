package client_test

import (
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
	if _, err := our(t).Directory.Groups(t.Context()); !errors.Is(err, client.ErrNotFound) {
		t.Errorf("our server gave %v for its groups, want ErrNotFound", err)
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
	for _, list := range []func() ([]client.Entry, error){
		func() ([]client.Entry, error) {
			users, _, err := our(t).Directory.SearchUsers(t.Context(), "")
			return users, err
		},
		func() ([]client.Entry, error) { return our(t).Directory.Files(t.Context()) },
	} {
		if _, err := list(); !errors.Is(err, client.ErrNotFound) {
			t.Errorf("our server gave %v", err)
		}
	}
}
