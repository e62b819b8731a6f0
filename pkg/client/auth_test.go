package client_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/client/clienttest"
)

func TestSignIn(t *testing.T) {
	b := clienttest.New(clienttest.Options{Models: []string{"llama3", "phi"}})
	url := serve(t, b)
	c := newClient(t, url)
	if _, err := c.Auth.Whoami(t.Context()); !errors.Is(err, client.ErrUnauthorized) {
		t.Errorf("without a token: %v", err)
	}
	if _, err := c.Auth.SignIn(t.Context(), "admin@example.com", "wrong"); !errors.Is(err, client.ErrInvalid) || !strings.Contains(err.Error(), "password provided is incorrect") {
		t.Errorf("wrong password: %v", err)
	}
	session, err := c.Auth.SignIn(t.Context(), "admin@example.com", "admin-token")
	if err != nil || session.ID != "admin-id" || session.Role != "admin" {
		t.Fatalf("signed in as %v, %v", session, err)
	}
	c = newClient(t, url, client.WithToken(session.Token))
	if u, err := c.Auth.Whoami(t.Context()); err != nil || u != session.User {
		t.Errorf("is %+v, %v", u, err)
	}
	if models, err := c.Directory.Models(t.Context()); err != nil || mustJSON(t, models) != `[{"id":"llama3","name":"llama3"},{"id":"phi","name":"phi"}]` {
		t.Errorf("models: %+v, %v", models, err)
	}
}

func TestSignOut(t *testing.T) {
	c := our(t)
	if err := c.Auth.SignOut(t.Context()); !errors.Is(err, client.ErrInvalid) {
		t.Errorf("with an API key: %v", err)
	}
	if _, err := c.Auth.Whoami(t.Context()); err != nil {
		t.Errorf("the API key is no good any more: %v", err)
	}
	ended := newClient(t, c.BaseURL(), client.WithToken("session-ended"))
	if err := ended.Auth.SignOut(t.Context()); err != nil {
		t.Errorf("a session that has ended: %v", err)
	}
	up, _ := upstream(t, clienttest.Options{})
	if err := up.Auth.SignOut(t.Context()); !errors.Is(err, client.ErrUnsupported) {
		t.Errorf("at the real backend: %v", err)
	}
}

// Our own server has no list of models, and that is not the address's fault.
func TestModelsOfOurServer(t *testing.T) {
	_, err := our(t).Directory.Models(t.Context())
	if !errors.Is(err, client.ErrNotFound) || !strings.HasSuffix(err.Error(), "; a flowctl server has no such list; ask the place that its models and knowledge come from") {
		t.Errorf("got %v", err)
	}
}
