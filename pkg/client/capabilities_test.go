package client_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/client/clienttest"
)

// TestCapabilities asks each kind of server, and sees that it is asked once.
func TestCapabilities(t *testing.T) {
	upstream, b := upstream(t, clienttest.Options{})
	all := client.Capabilities{ChosenIDs: true, Lossless: true, Publish: true, Owners: true, Versions: true, Runs: true, EndsSessions: true}
	for c, want := range map[*client.Client]client.Capabilities{upstream: {}, our(t): all} {
		for range 2 {
			if can, err := c.Capabilities(t.Context()); err != nil || can != want {
				t.Errorf("capabilities: %+v, %v", can, err)
			}
		}
	}
	if n := b.Count(http.MethodGet, "/api/version"); n != 1 {
		t.Errorf("asked %d times, want once", n)
	}
}

func TestDo(t *testing.T) {
	both(t, func(t *testing.T, c *client.Client) {
		made := create(t, c, twoNodes)
		var got struct{ ID, Name string }
		h, err := c.Do(t.Context(), http.MethodPost, "/api/v1/flows/"+made.ID+"?x=1", map[string]string{"name": "Renamed"}, &got)
		if err != nil || got.ID != made.ID || got.Name != "Renamed" || h.Get("Content-Type") == "" {
			t.Errorf("an update gave %+v, %v, %v", got, h, err)
		}
		if _, err := c.Do(t.Context(), http.MethodDelete, "/api/v1/flows/"+made.ID, nil, nil); err != nil {
			t.Errorf("a deletion: %v", err)
		}
		if _, err := c.Do(t.Context(), http.MethodGet, "/api/v1/flows/"+made.ID, nil, &got); !errors.Is(err, client.ErrNotFound) {
			t.Errorf("what was deleted gave %v, want ErrNotFound", err)
		}
		for _, path := range []string{"", "api/v1/flows/", "//other.example.com/", "http://other.example.com/"} {
			if _, err := c.Do(t.Context(), http.MethodGet, path, nil, nil); !errors.Is(err, client.ErrInvalid) {
				t.Errorf("the path %q gave %v, want ErrInvalid", path, err)
			}
		}
	})
}

// TestEveryFailureIsAnError sees that whatever makes a call fail, the error is an
// *Error that can be asked for its kind.
func TestEveryFailureIsAnError(t *testing.T) {
	c, _ := upstream(t, clienttest.Options{})
	deep := spec(t, `{"name":"A","nodes":[{"id":"a","type":"input","data":{"v":"\ud800"}}],"edges":[]}`)
	for name, got := range map[string]struct{ err, want error }{
		"no id":       {second(c.Executions.Get(t.Context(), "x", "")), client.ErrNotFound},
		"put":         {second(c.Flows.Put(t.Context(), "x", deep)), client.ErrUnsupported},
		"create":      {second(c.Flows.Create(t.Context(), deep)), client.ErrInvalid},
		"sign out":    {c.Auth.SignOut(t.Context()), client.ErrUnsupported},
		"under way":   {second(c.Executions.UnderWay(t.Context())), client.ErrUnsupported},
		"unchanged":   {c.Flows.Delete(t.Context(), "nosuch", client.IfUnchanged("content:x")), client.ErrNotFound},
		"no document": {second(c.Do(t.Context(), "GET", "x", nil, nil)), client.ErrInvalid},
	} {
		var failed *client.Error
		if !errors.As(got.err, &failed) || !errors.Is(got.err, got.want) {
			t.Errorf("%s: %T %v, want an *Error that is %v", name, got.err, got.err, got.want)
		}
	}
}

func second[T any](_ T, err error) error { return err }
