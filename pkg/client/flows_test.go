package client_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/client/clienttest"
)

func TestLifeOfAFlow(t *testing.T) {
	both(t, func(t *testing.T, c *client.Client) {
		ctx := t.Context()
		made := create(t, c, twoNodes)
		if made.ID == "" || made.UserID == "" || made.CreatedAt == 0 || string(made.AccessControl) != "{}" {
			t.Fatalf("created %s", made.AppendJSON(nil))
		}
		got, err := c.Flows.Get(ctx, made.ID)
		if err != nil {
			t.Fatal(err)
		}
		if want := `[{"id":"a","type":"input","position":{"x":1.0,"y":2},"data":{"big":1152921504606846976,"html":"<&>"},"custom":true},{"id":"b","type":"output"}]`; !strings.Contains(string(got.AppendJSON(nil)), want) {
			t.Errorf("nodes changed on the way: %s", got.AppendJSON(nil))
		}
		name, none := "Renamed", ""
		if got, err = c.Flows.Update(ctx, made.ID, client.Patch{Name: &name, Description: &none}); err != nil || got.Name != name || got.Description != "" || len(got.Nodes) != 2 {
			t.Errorf("updated: %s, %v", got.AppendJSON(nil), err)
		}
		if res, err := c.Flows.Execute(ctx, made.ID, client.ExecuteRequest{}); !errors.Is(err, client.ErrDelegated) {
			t.Errorf("Execute = %+v, %v", res, err)
		}
		if err := c.Flows.Delete(ctx, made.ID); err != nil {
			t.Error(err)
		}
		if err := c.Flows.Delete(ctx, made.ID); !errors.Is(err, client.ErrNotFound) {
			t.Errorf("second Delete: %v", err)
		}
		if _, err := c.Flows.Get(ctx, made.ID); !errors.Is(err, client.ErrNotFound) {
			t.Errorf("Get after Delete: %v", err)
		}
	})
}

func TestReplace(t *testing.T) {
	both(t, func(t *testing.T, c *client.Client) {
		made := create(t, c, twoNodes)
		got, err := c.Flows.Update(t.Context(), made.ID, client.Replace(spec(t, `{"id":"other","name":"New","nodes":[]}`)))
		if err != nil {
			t.Fatal(err)
		}
		if got.ID != made.ID || got.Name != "New" || got.Description != "" || len(got.Nodes)+len(got.Edges) != 0 || string(got.AccessControl) != "{}" {
			t.Errorf("replaced: %s", got.AppendJSON(nil))
		}
		if _, err := c.Flows.Update(t.Context(), made.ID, client.Replace(spec(t, `{"name":"x","nodes":"no list"}`))); !errors.Is(err, client.ErrInvalid) {
			t.Errorf("nodes of the wrong type: %v", err)
		}
	})
}

// A description that the spec does not have goes: to null where the server can do
// that, else to "".
func TestReplaceDescription(t *testing.T) {
	real, _ := upstream(t, clienttest.Options{})
	for name, to := range map[string]struct {
		c       *client.Client
		cleared string
	}{"our server": {our(t), "null"}, "real backend": {real, `""`}} {
		made := create(t, to.c, twoNodes)
		for _, c := range []struct{ field, want string }{
			{``, to.cleared},
			{`"description":"d",`, `"d"`},
			{`"description":null,`, to.cleared},
			{`"description":"",`, `""`},
		} {
			got, err := to.c.Flows.Update(t.Context(), made.ID, client.Replace(spec(t, `{`+c.field+`"name":"A","nodes":[],"edges":[]}`)))
			if text := string(got.AppendJSON(nil)); err != nil || !strings.Contains(text, `"description":`+c.want+`,`) {
				t.Errorf("%s: %q gave %s, %v; want %s", name, c.field, text, err, c.want)
			}
		}
	}
}

func TestIfUnchanged(t *testing.T) {
	both(t, func(t *testing.T, c *client.Client) {
		ctx := t.Context()
		made := create(t, c, twoNodes)
		got, err := c.Flows.Get(ctx, made.ID)
		if err != nil {
			t.Fatal(err)
		}
		listed, err := c.Flows.List(ctx, client.ListOptions{Graph: true})
		if err != nil || len(listed) != 1 {
			t.Fatal(listed, err)
		}
		for i, rev := range []string{got.Revision(), listed[0].Revision()} {
			name := []string{"one", "two"}[i]
			if i == 1 { // the first update moved it; take the list's new state
				listed, _ = c.Flows.List(ctx, client.ListOptions{Graph: true})
				rev = listed[0].Revision()
			}
			if _, err := c.Flows.Update(ctx, made.ID, client.Patch{Name: &name}, client.IfUnchanged(rev)); err != nil {
				t.Fatalf("update of what has not changed: %v", err)
			}
			_, err := c.Flows.Update(ctx, made.ID, client.Patch{Name: &name}, client.IfUnchanged(rev))
			if !errors.Is(err, client.ErrConflict) {
				t.Errorf("update %d of what has changed: %v", i, err)
			}
			if err := c.Flows.Delete(ctx, made.ID, client.IfUnchanged(rev)); !errors.Is(err, client.ErrConflict) {
				t.Errorf("delete %d of what has changed: %v", i, err)
			}
		}
		got, _ = c.Flows.Get(ctx, made.ID)
		if err := c.Flows.Delete(ctx, made.ID, client.IfUnchanged(got.Revision())); err != nil {
			t.Error(err)
		}
	})
}

// What is asked with such an id would be another request.
func TestImpossibleIDs(t *testing.T) {
	both(t, func(t *testing.T, c *client.Client) {
		for _, id := range []string{"", ".", "..", "create", "import", "accessible", "a/b", "a?b", "../../auths", "é\n"} {
			if _, err := c.Flows.Get(t.Context(), id); !errors.Is(err, client.ErrNotFound) {
				t.Errorf("Get(%q): %v", id, err)
			}
			if _, err := c.Flows.Update(t.Context(), id, client.Patch{}); !errors.Is(err, client.ErrNotFound) {
				t.Errorf("Update(%q): %v", id, err)
			}
			if err := c.Flows.Delete(t.Context(), id); !errors.Is(err, client.ErrNotFound) {
				t.Errorf("Delete(%q): %v", id, err)
			}
		}
		if got := listNames(t, c); got != "" {
			t.Errorf("there are flows now: %s", got)
		}
	})
}

func TestValidationErrors(t *testing.T) {
	both(t, func(t *testing.T, c *client.Client) {
		_, err := c.Flows.Create(t.Context(), spec(t, `{"name":5,"nodes":{},"edges":[]}`))
		var failed *client.Error
		if !errors.As(err, &failed) || !errors.Is(err, client.ErrInvalid) {
			t.Fatalf("got %v", err)
		}
		var at []string
		for _, f := range failed.Fields {
			at = append(at, f.Field)
		}
		if strings.Join(at, ",") != "name,nodes" || failed.StatusCode != 422 || failed.Method != "POST" && failed.Method != "PUT" {
			t.Errorf("got %+v", failed)
		}
		if text := err.Error(); !strings.Contains(text, "create flow") || !strings.Contains(text, "invalid (422): name: ") || !strings.Contains(text, ", nodes: ") {
			t.Errorf("message: %s", text)
		}
	})
}
