package flow_test

import (
	"testing"

	"github.com/flowctl/flowctl/pkg/flow"
)

func TestRevision(t *testing.T) {
	parse := func(text string) flow.Flow {
		f, err := flow.ParseFlow([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	base := parse(`{"id":"1","user_id":"u","name":"n","nodes":[1.0],"updated_at":1}`)
	if same := parse(`{"nodes": [1.0], "name":"n","id":"1","updated_at":2}`); same.Revision() != base.Revision() {
		t.Error("order, owner and time made a difference")
	}
	for _, text := range []string{`{"id":"1","name":"m","nodes":[1.0]}`, `{"id":"1","name":"n","nodes":[1]}`, `{"id":"1","name":"n","nodes":[1.0],"x":1}`} {
		if parse(text).Revision() == base.Revision() {
			t.Errorf("%s has the same revision", text)
		}
	}
	changed := base
	changed.Name, changed.Nodes = "m", nil
	if changed.Revision() != base.Revision() {
		t.Error("a change after reading made another revision")
	}
	if changed.ETag = `"7"`; changed.Revision() != `"7"` {
		t.Error("the revision is not the server's ETag")
	}
	made := flow.Flow{Spec: flow.Spec{Name: "n"}}
	before := made.Revision()
	if made.Name = "m"; made.Revision() == before {
		t.Error("flows that were never read have one revision")
	}
}
