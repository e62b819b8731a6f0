package share

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/flowctl/flowctl/internal/lookup"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/client/servertest"
	"github.com/flowctl/flowctl/pkg/flow"
)

// TestEdit: nothing is widened or lost but what was asked for.
func TestEdit(t *testing.T) {
	ann, bob := lookup.Who{ID: "ann"}, lookup.Who{ID: "b\"b"}
	group := lookup.Who{Group: true, ID: "ann", Name: "g", Members: []string{"x"}}
	all := func(w ...lookup.Who) []lookup.Who { return w }
	for _, c := range []struct {
		was    string
		change Change
		want   string // or a part of the error
	}{
		{`{}`, Change{With: all(ann)}, `{"read":{"user_ids":["ann"]}}`},
		{`{}`, Change{With: all(ann, group), Write: true}, `{"read":{"user_ids":["ann"],"group_ids":["ann"]},"write":{"user_ids":["ann"],"group_ids":["ann"]}}`},
		{`{"read":null,"write":{"group_ids":null,"user_ids":["ann"],"until":1e400}}`, Change{With: all(ann, bob)}, `{"read":{"user_ids":["ann","b\"b"]},"write":{"group_ids":null,"user_ids":["ann"],"until":1e400}}`},
		{`{"Read":{"user_ids":["ann"]},"read":{"user_ids":["b\u0022b"]}}`, Change{With: all(bob)}, `{"Read":{"user_ids":["ann"]},"read":{"user_ids":["b\u0022b"]}}`},
		{`{"read":{"user_ids":["ann","x","ann"],"group_ids":["ann"]},"write":{"user_ids":["y"]}}`, Change{Without: all(ann)}, `{"read":{"user_ids":["x"],"group_ids":["ann"]},"write":{"user_ids":["y"]}}`},
		{`{"write":{"group_ids":["ann","x"]}}`, Change{Without: all(group)}, `{"write":{"group_ids":["x"]}}`},
		{`{"write":{"group_ids":["ann"]}}`, Change{Without: all(ann)}, "is not shared with ann; nothing"},
		{`{"read":{"user_ids":["x"]},"z":[1.0]}`, Change{Private: true, With: all(ann)}, `{"z":[1.0],"read":{"user_ids":["ann"]}}`},
		{`{"read":{"user_ids":["x"],"why":2},"write":{}}`, Change{Private: true}, `{"read":{"why":2}}`},
		{`null`, Change{Private: true, With: all(ann), Write: true}, `{"read":{"user_ids":["ann"]},"write":{"user_ids":["ann"]}}`},
		{`null`, Change{With: all(ann)}, `null`},
		{`null`, Change{With: all(ann), Write: true}, "cannot name who may change it"},
		{`null`, Change{Without: all(ann)}, "names nobody"},
		{`{"read":{"user_ids":["x"]}}`, Change{Public: true}, `null`},
		{`{}`, Change{With: all(lookup.Who{ID: "owner"})}, "owner owns"},
		{`{"read":{"user_ids":"x"}}`, Change{With: all(ann)}, "must be an array"},
		{`[]`, Change{Private: true}, `{}`},
	} {
		got, _, err := c.change.edit(flow.Flow{UserID: "owner", Spec: flow.Spec{AccessControl: []byte(c.was)}})
		switch {
		case err != nil:
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("%+v of %s: %v, want %s", c.change, c.was, err, c.want)
			}
		case string(got) != c.want:
			t.Errorf("%+v of %s is %s, want %s", c.change, c.was, got, c.want)
		}
	}
}

// TestAtOnce: of changes at the same time none is lost.
func TestAtOnce(t *testing.T) {
	s, err := servertest.New(servertest.Options{NoRuns: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	c, err := client.New(s.URL, client.WithToken(s.Token))
	if err != nil {
		t.Fatal(err)
	}
	f, err := c.Flows.Create(t.Context(), flow.Spec{Name: "x", AccessControl: flow.Private()})
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	var want []string
	for i := range 4 {
		w := lookup.Who{ID: fmt.Sprint("user-", i)}
		want = append(want, w.ID)
		group.Go(func() {
			if done, err := (Change{With: []lookup.Who{w}}).Do(t.Context(), c, f.ID); err != nil || !done.Changed {
				t.Errorf("%s: %v, %v", w.ID, done, err)
			}
		})
	}
	group.Wait()
	f, err = c.Flows.Get(t.Context(), f.ID)
	if err != nil {
		t.Fatal(err)
	}
	a, err := flow.ParseAccess(f.AccessControl)
	if slices.Sort(a.Read.UserIDs); err != nil || !slices.Equal(a.Read.UserIDs, want) {
		t.Errorf("%s may read, %v; want %s", a.Read.UserIDs, err, want)
	}
}
