package client_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/client/clienttest"
)

func TestVersions(t *testing.T) {
	c := our(t)
	ctx := t.Context()
	node := func(text any) string {
		return fmt.Sprintf(`{"name":"A","nodes":[{"id":"n","type":"input","data":{"value":"%v"}}],"edges":[]}`, text)
	}
	f, err := c.Flows.Put(ctx, "a", spec(t, node(1)), client.WithMessage("begin"))
	if err != nil {
		t.Fatal(err)
	}
	for n := 2; n <= 40; n++ {
		if f, err = c.Flows.Update(ctx, f.ID, client.Replace(spec(t, node(n))), client.WithMessage(fmt.Sprint("change & ", n))); err != nil {
			t.Fatal(err)
		}
	}
	n := int64(40)
	for v, err := range c.Flows.Versions(ctx, f.ID) {
		want := map[bool]string{true: "begin", false: fmt.Sprint("change & ", n)}[n == 1]
		if err != nil || v.Number != n || v.Message != want || v.User.ID != f.UserID || v.Digest == "" || v.Size == 0 || v.CreatedAt == 0 || v.Flow != nil {
			t.Fatalf("got %+v, %v; want number %d", v, err, n)
		}
		n--
	}
	if n != 0 {
		t.Errorf("the last version is %d", n+1)
	}
	for ref, want := range map[string]string{"7": "7", "-1": "39", "2999-01-01": "40"} {
		if v, err := c.Flows.Version(ctx, f.ID, ref); err != nil || v.Flow == nil || !strings.Contains(string(v.Flow.AppendJSON(nil)), `"value":"`+want+`"`) {
			t.Errorf("version %s is %+v, %v", ref, v, err)
		}
	}
	if v, err := c.Flows.SetLabel(ctx, f.ID, "published", "7"); err != nil || v.Number != 7 || len(v.Labels) != 1 || v.Labels[0] != "published" {
		t.Errorf("labelled %+v, %v", v, err)
	}
	was := f.Revision()
	if f, err = c.Flows.Restore(ctx, f.ID, "published", client.IfUnchanged(was), client.WithMessage("back")); err != nil || !strings.Contains(string(f.AppendJSON(nil)), `"value":"7"`) {
		t.Errorf("restored %s, %v", f.AppendJSON(nil), err)
	}
	if v, err := c.Flows.Version(ctx, f.ID, "41"); err != nil || v.Message != "back" {
		t.Errorf("version 41 is %+v, %v", v, err)
	}
	if _, err := c.Flows.SetLabel(ctx, f.ID, "published", ""); err != nil {
		t.Error(err)
	}
	for name, got := range map[string]struct{ err, want error }{
		"too late":       {second(c.Flows.Restore(ctx, f.ID, "1", client.IfUnchanged(was))), client.ErrConflict},
		"no version":     {second(c.Flows.Version(ctx, f.ID, "9223372036854775808")), client.ErrNotFound},
		"empty":          {second(c.Flows.Version(ctx, f.ID, "")), client.ErrNotFound},
		"restore ..":     {second(c.Flows.Restore(ctx, f.ID, "..")), client.ErrNotFound},
		"no label":       {second(c.Flows.SetLabel(ctx, f.ID, "published", "")), client.ErrNotFound},
		"odd label":      {second(c.Flows.SetLabel(ctx, f.ID, "a b/\x1b", "1")), client.ErrInvalid},
		"label of none":  {second(c.Flows.SetLabel(ctx, f.ID, "x", "77")), client.ErrNotFound},
		"long message":   {second(c.Flows.Update(ctx, f.ID, client.Replace(spec(t, node(9))), client.WithMessage(strings.Repeat("x", 2000)))), client.ErrInvalid},
		"no flow":        {second(c.Flows.Version(ctx, "none", "1")), client.ErrNotFound},
		"list of none":   {lastErr(c, "none"), client.ErrNotFound},
		"list of a path": {lastErr(c, ".."), client.ErrNotFound},
	} {
		if !errors.Is(got.err, got.want) {
			t.Errorf("%s: %v, want %v", name, got.err, got.want)
		}
	}
}

// lastErr is the error with which a list of versions ends.
func lastErr(c *client.Client, id string) (last error) {
	for _, err := range c.Flows.Versions(context.Background(), id) {
		last = err
	}
	return last
}

func TestVersionsOfTheRealBackend(t *testing.T) {
	c, _ := upstream(t, clienttest.Options{})
	ctx := t.Context()
	f, err := c.Flows.Create(ctx, spec(t, `{"name":"A","nodes":[],"edges":[]}`))
	if err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"versions": lastErr(c, f.ID),
		"version":  second(c.Flows.Version(ctx, f.ID, "1")),
		"restore":  second(c.Flows.Restore(ctx, f.ID, "1")),
		"label":    second(c.Flows.SetLabel(ctx, f.ID, "x", "1")),
		"deleted":  second(c.Flows.List(ctx, client.ListOptions{Deleted: true})),
		"undelete": second(c.Flows.Restore(ctx, f.ID, "")),
		"unlabel":  second(c.Flows.SetLabel(ctx, f.ID, "x", "")),
	} {
		if !errors.Is(err, client.ErrUnsupported) || !strings.Contains(err.Error(), "this server keeps no versions") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDeletedFlows(t *testing.T) {
	c := our(t)
	ctx := t.Context()
	f, err := c.Flows.Put(ctx, "a", spec(t, `{"name":"A","nodes":[],"edges":[]}`))
	if err == nil {
		err = c.Flows.Delete(ctx, f.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	if list, err := c.Flows.List(ctx, client.ListOptions{Deleted: true, Name: "A"}); err != nil || len(list) != 1 || list[0].ID != "a" || list[0].UpdatedAt < f.UpdatedAt {
		t.Errorf("deleted are %v, %v", list, err)
	}
	if list, err := c.Flows.List(ctx, client.ListOptions{}); err != nil || len(list) != 0 {
		t.Errorf("there are %v, %v", list, err)
	}
	if f, err := c.Flows.Restore(ctx, "a", ""); err != nil || f.ID != "a" || f.Name != "A" {
		t.Errorf("restored %v, %v", f, err)
	}
	if _, err := c.Flows.Restore(ctx, "a", ""); !errors.Is(err, client.ErrNotFound) {
		t.Errorf("restored again: %v", err)
	}
	if err := errors.Join(c.Flows.Delete(ctx, "a"), c.Flows.Delete(ctx, "a", client.Purge())); err != nil {
		t.Error(err)
	}
	if _, err := c.Flows.Restore(ctx, "a", ""); !errors.Is(err, client.ErrNotFound) {
		t.Errorf("restored what was purged: %v", err)
	}
}
