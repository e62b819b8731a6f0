package store

import (
	"slices"
	"testing"

	"github.com/flowctl/flowctl/internal/digest"
	"github.com/flowctl/flowctl/pkg/flow"
)

// testListDigest: lists have the digest of what a flow says now, in every scope, if they
// are asked for it.
func testListDigest(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	nodes := `[{"id":"a","type":"input","position":{"x":1.0,"y":2},"data":{"n":123456789012345678901234567890}},7,{"id":"o","type":"output","data":{"value":"of a run"}}]`
	description := "what it does"
	f := addFlow(t, s, Flow{
		UserID: "ann", Name: "A", Description: &description, Nodes: []byte(nodes), Edges: []byte(`[{"source":"a","target":"o"}]`),
		Meta: []byte(`{"team":"x"}`), AccessControl: []byte(`{}`), Extra: []byte(`{"color":"red"}`),
	})
	want := func(text string) {
		t.Helper()
		spec, err := flow.ParseSpec([]byte(text))
		must(t, err)
		sum := digest.Of(spec).String()
		for _, scope := range []Scope{Own, Accessible, All} {
			page, err := s.ListFlows(t.Context(), ListQuery{UserID: "ann", Scope: scope, Digest: true, Owner: scope == All})
			must(t, err)
			if got := page.Flows[0]; len(page.Flows) != 1 || got.Digest != sum || got.Name != spec.Name {
				t.Errorf("scope %d lists %v with the digest %q, want %q", scope, got, got.Digest, sum)
			}
		}
	}
	want(`{"color":"red","name":"A","description":"what it does","nodes":` + nodes + `,"edges":[{"source":"a","target":"o"}],"meta":{"team":"x"},"access_control":{}}`)
	_, err := s.UpdateFlow(t.Context(), f.ID, func(f *Flow) error {
		f.Name, f.Description, f.Extra, f.AccessControl = "B", nil, nil, nil
		return nil
	})
	must(t, err)
	want(`{"name":"B","nodes":` + nodes + `,"edges":[{"source":"a","target":"o"}],"meta":{"team":"x"},"access_control":null}`)
	page, err := s.ListFlows(t.Context(), ListQuery{UserID: "ann"})
	must(t, err)
	if page.Flows[0].Digest != "" {
		t.Error("the digest was not asked for")
	}
	// What nobody can read has none, and is stored all the same.
	addFlow(t, s, Flow{UserID: "ann", Name: "odd", Nodes: []byte(`{}`)})
	page, err = s.ListFlows(t.Context(), ListQuery{UserID: "ann", Digest: true})
	must(t, err)
	if i := slices.IndexFunc(page.Flows, func(f Flow) bool { return f.Name == "odd" }); i < 0 || page.Flows[i].Digest != "" {
		t.Errorf("listed %v", page.Flows)
	}
}
