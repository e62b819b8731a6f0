package files

import (
	"errors"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/pkg/flow"
)

func TestPlan(t *testing.T) {
	// A flow is "name" or "id=name". What is wanted of it is create, conflict, or
	// update or skip with the id of the flow on the server.
	tests := []struct {
		name, ifExists    string
		have, flows, want []string
	}{
		{"nothing there", "fail", nil, []string{"A", "1=B"}, []string{"create", "create"}},
		{"by name", "fail", []string{"1=A"}, []string{"A", "B"}, []string{"conflict", "create"}},
		{"by id", "fail", []string{"1=A"}, []string{"1=B"}, []string{"conflict"}},
		{"the id counts more than the name", "update", []string{"1=A", "2=B"}, []string{"1=B"}, []string{"update 1"}},
		{"an id that is not there counts for nothing", "update", []string{"1=A"}, []string{"9=A"}, []string{"update 1"}},
		{"a name is exact", "fail", []string{"1=a", "2=A "}, []string{"A"}, []string{"create"}},

		{"skip", "skip", []string{"1=A", "2=B"}, []string{"2=X", "A", "C"}, []string{"skip 2", "skip 1", "create"}},
		{"skip as many as there are", "skip", []string{"1=A"}, []string{"8=A", "9=A"}, []string{"skip 1", "create"}},
		{"skip what another has by id", "skip", []string{"1=A"}, []string{"9=A", "1=A"}, []string{"create", "skip 1"}},
		{"skip one of several", "skip", []string{"1=A", "2=A"}, []string{"A"}, []string{"skip 1"}},

		{"update one of several", "update", []string{"1=A", "2=A"}, []string{"A"}, []string{"conflict"}},
		{"several to update one", "update", []string{"1=A"}, []string{"8=A", "9=A"}, []string{"conflict", "conflict"}},
		{"the others are named by id", "update", []string{"1=A", "2=A"}, []string{"2=A", "9=A"}, []string{"update 2", "update 1"}},

		{"duplicate", "duplicate", []string{"1=A"}, []string{"1=A", "A", "A"}, []string{"create", "create", "create"}},

		{"one id twice", "fail", nil, []string{"1=A", "1=B"}, []string{"create", "conflict"}},
		{"one id twice, update", "update", []string{"1=A"}, []string{"1=A", "1=B"}, []string{"update 1", "conflict"}},
		{"one id twice, skip", "skip", nil, []string{"1=A", "1=A"}, []string{"create", "skip"}},
		{"one id for two flows, skip", "skip", nil, []string{"1=A", "1=B"}, []string{"create", "conflict"}},
		{"one name twice", "fail", nil, []string{"A", "A"}, []string{"create", "conflict"}},
		{"one name twice, one id", "fail", nil, []string{"1=A", "A"}, []string{"create", "conflict"}},
		{"one name twice, two ids", "fail", nil, []string{"1=A", "2=A"}, []string{"create", "create"}},
		{"one name twice, skip", "skip", []string{"2=A"}, []string{"A", "2=A"}, []string{"skip 2", "skip 2"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var have []*stored
			for _, h := range tt.have {
				id, name := idAndName(h)
				have = append(have, &stored{id, name})
			}
			var flows []*incoming
			for _, f := range tt.flows {
				id, name := idAndName(f)
				flows = append(flows, &incoming{at: f, id: id, name: name, spec: flow.Spec{Name: name}})
			}
			plan(flows, have, tt.ifExists)
			for i, f := range flows {
				if got := planned(f); got != tt.want[i] {
					t.Errorf("flow %s: %s (%v), want %s", f.at, got, f.err, tt.want[i])
				}
			}
		})
	}
}

func idAndName(text string) (id, name string) {
	if id, name, ok := strings.Cut(text, "="); ok {
		return id, name
	}
	return "", text
}

func planned(f *incoming) string {
	var conflict cmdutil.ConflictError
	switch {
	case errors.As(f.err, &conflict):
		return "conflict"
	case f.err != nil:
		return f.err.Error()
	}
	return strings.TrimSpace(f.row(true).Action + " " + f.idThere())
}
