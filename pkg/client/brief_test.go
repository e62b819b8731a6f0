package client_test

import (
	"testing"

	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/client/clienttest"
)

func TestWithoutGraph(t *testing.T) {
	both(t, func(t *testing.T, c *client.Client) {
		made, err := c.Flows.Create(t.Context(), spec(t, twoNodes), client.WithoutGraph())
		if err != nil || made.ID == "" || made.Name != "Two" || made.CreatedAt == 0 || made.Nodes != nil || made.Edges != nil {
			t.Fatalf("created %s, %v", made.AppendJSON(nil), err)
		}
		name := "Three"
		changed, err := c.Flows.Update(t.Context(), made.ID, client.Patch{Name: &name}, client.WithoutGraph())
		if err != nil || changed.Name != name || changed.Nodes != nil {
			t.Errorf("updated %s, %v", changed.AppendJSON(nil), err)
		}
		if got, err := c.Flows.Get(t.Context(), made.ID); err != nil || len(got.Nodes) != 2 {
			t.Errorf("stored %s, %v", got.AppendJSON(nil), err)
		}
	})
}

// A flow whose answer breaks off is there all the same, once.
func TestWithoutGraphWhoseAnswerIsCut(t *testing.T) {
	c, b := upstream(t, clienttest.Options{})
	b.Fail(clienttest.Fault{Method: "POST", Path: "/create", Cut: true})
	f, err := c.Flows.Create(t.Context(), spec(t, twoNodes), client.WithoutGraph())
	if err != nil || f.ID == "" {
		t.Fatalf("created %s, %v", f.AppendJSON(nil), err)
	}
	if n := b.Count("POST", "/api/v1/flows/create"); n != 1 {
		t.Errorf("sent %d times", n)
	}
	if got := listNames(t, c); got != "Two" {
		t.Errorf("there are %s", got)
	}
}

// An answer that is not a flow differs from one that breaks off.
func TestWithoutGraphOfAPage(t *testing.T) {
	c, b := upstream(t, clienttest.Options{})
	b.Fail(clienttest.Fault{Method: "POST", Path: "/create", Status: 200, Body: "<html>", Times: -1})
	if f, err := c.Flows.Create(t.Context(), spec(t, twoNodes), client.WithoutGraph()); err == nil {
		t.Errorf("took a page for %s", f.AppendJSON(nil))
	}
}
