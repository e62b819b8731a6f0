package lookup_test

import (
	"strings"
	"testing"

	"github.com/flowctl/flowctl/internal/lookup"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/client/servertest"
	"github.com/flowctl/flowctl/pkg/flow"
)

func TestFinder(t *testing.T) {
	server, err := servertest.New(servertest.Options{NoRuns: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	c, err := client.New(server.URL, client.WithToken(server.Token))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []struct{ id, name string }{{"Review-1", "x"}, {"abc", "y"}, {"abcd-2", "Review-1"}, {"beef1", "z"}, {"beef2", "z"}, {"r1", "beef"}} {
		if _, err := c.Flows.Put(t.Context(), f.id, flow.Spec{Name: f.name}); err != nil {
			t.Fatal(err)
		}
	}
	for ref, want := range map[string]string{
		"Review-1": "Review-1", "Revi": "Review-1", "abc": "abc", "abcd": "abcd-2", "ABCD": "abcd-2", "beef": "r1", "beef1": "beef1",
		"z": "beef1 beef2", "bee": "", "nosuch": "", "no such": "", "create": "", "x": "Review-1",
	} {
		found, err := lookup.NewFinder(c).Find(t.Context(), ref)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]bool{}
		for _, f := range found {
			got[f.ID] = true
		}
		ok := len(got) == len(strings.Fields(want))
		for _, id := range strings.Fields(want) {
			ok = ok && got[id]
		}
		if !ok {
			t.Errorf("%s means %v, want %s", ref, got, want)
		}
	}
}
