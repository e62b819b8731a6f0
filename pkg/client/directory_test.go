package client_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/internal/upstreamtest"
	"github.com/flowctl/flowctl/pkg/client"
)

func TestDirectory(t *testing.T) {
	c, b := upstream(t, upstreamtest.Options{})
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
