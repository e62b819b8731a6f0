package reconcile

import (
	"context"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// Action is what a plan does with a flow.
type Action string

// The actions.
const (
	Create    Action = "create"
	Update    Action = "update"
	Unchanged Action = "unchanged"
	Delete    Action = "delete"
)

// Match is how a file's flow was found on the server.
type Match string

// The ways, best first.
const (
	ByLock Match = "lock"
	ByID   Match = "id" // the file's own
	ByName Match = "name"
)

// Plan is what has to be done to make a server's flows what the files say.
type Plan struct {
	Version int    `json:"version"` // of this form: 1
	Dir     string `json:"dir"`     // the folder, as it was named
	Place   string `json:"profile"` // see [Lock]
	Server  string `json:"server"`  // address; "" for the embedded store
	Steps   []Step `json:"steps"`   // in the order of their files, those to delete behind
}

// Step is what is done with one flow.
type Step struct {
	Action   Action          `json:"action"`
	File     string          `json:"file"`              // below Dir, with slashes; of a deletion the one that is gone
	FileID   string          `json:"file_id,omitempty"` // that the file gives
	ID       string          `json:"id,omitempty"`      // on the server; of a new flow the one that it is to have, "" for any
	Name     string          `json:"name"`
	Match    Match           `json:"matched_by,omitempty"`
	Revision client.Revision `json:"revision,omitempty"` // of the stored flow that the plan was made against
	Changes  []flow.Change   `json:"changes,omitempty"`  // of an update
	Dropped  []string        `json:"dropped,omitempty"`  // fields of Spec that this server does not keep
	Spec     *flow.Spec      `json:"spec,omitempty"`     // what is to be written
}

// Options says how to plan.
type Options struct {
	Dir, Place, Server string // see [Plan]
	Prune              bool   // delete the flows whose files are gone
	Revisions          bool   // give unchanged flows a revision, too: for a plan that is to be kept

	// Picked reports whether a file is asked about; nil for all of them. The others
	// are there so that their flows are not taken for those of the picked ones.
	Picked func(file string) bool
}

func (o *Options) picks(file string) bool { return o.Picked == nil || o.Picked(file) }

// Count tells how many steps have an action.
func (p *Plan) Count(a Action) int {
	n := 0
	for _, s := range p.Steps {
		if s.Action == a {
			n++
		}
	}
	return n
}

// Writes tells how many steps change something on the server.
func (p *Plan) Writes() int { return len(p.Steps) - p.Count(Unchanged) }

// NewPlan compares files with what the server has. It only reads: one list of the
// caller's flows, which is not held; a list of those that belong to others, if the first
// one lacks the flow that some file would be before all others, or, to prune, one that
// the lock knows; and who the caller is, if there are new flows whose ids can be chosen.
// The error is a *[ConflictError] when it is not clear which flow a file is, and an
// *[UnstorableError] when the server cannot store what one says.
func NewPlan(ctx context.Context, c *client.Client, files []Source, lock *Lock, opts Options) (*Plan, error) {
	m, err := match(ctx, c, files, lock, opts)
	if err != nil {
		return nil, err
	}
	if err := m.chooseIDs(ctx, c); err != nil {
		return nil, err
	}
	p := &Plan{Version: planVersion, Dir: opts.Dir, Place: opts.Place, Server: opts.Server}
	items := m.picked()
	p.Steps = make([]Step, len(items))
	var steps errgroup.Group // they read files again
	steps.SetLimit(runtime.GOMAXPROCS(0))
	for i, it := range items {
		steps.Go(func() (err error) {
			p.Steps[i], err = m.step(it)
			return err
		})
	}
	if err := steps.Wait(); err != nil {
		return nil, err
	}
	slices.SortFunc(p.Steps, func(a, b Step) int { return strings.Compare(a.File, b.File) })
	if m.Prune {
		p.Steps = append(p.Steps, m.deletions()...)
	}
	if err := p.checkStorable(ctx, c); err != nil {
		return nil, err
	}
	return p, nil
}

// picked returns the files that are asked about.
func (m *matcher) picked() []*item {
	return slices.DeleteFunc(slices.Clone(m.items), func(it *item) bool { return !m.picks(it.Path) })
}

// step says what to do with a file's flow.
func (m *matcher) step(it *item) (Step, error) {
	s := Step{Action: Create, File: it.Path, FileID: it.ID, ID: it.chosen, Name: it.Name, Match: it.how}
	at := it.match
	if at != nil {
		s.ID, s.Action, s.Revision = at.id, Unchanged, at.revision
		if at.same {
			return s, nil
		}
	}
	file, err := it.Spec()
	if err != nil {
		return s, err
	}
	if at != nil {
		if s.Changes = m.differences(at.spec, file); len(s.Changes) == 0 {
			return s, nil
		}
		s.Action = Update
		file = flow.AdoptLayout(file, at.spec)
	}
	clean := flowfile.WithoutState(flow.Arrange(file))
	s.Spec, s.Dropped = &clean, m.dropped(clean)
	return s, nil
}

// deletions are for the flows that the lock knows and no file is any more.
func (m *matcher) deletions() []Step {
	claimed := map[string]bool{}
	files := map[string]bool{}
	for _, it := range m.items {
		files[it.Path] = true
		if it.match != nil {
			claimed[it.match.id] = true
		}
	}
	var steps []Step
	for _, file := range m.lock.Files(m.Place) {
		at := m.seen[m.lock.ID(file, m.Place)]
		if files[file] || at == nil || claimed[at.id] || !m.picks(file) {
			continue
		}
		claimed[at.id] = true
		steps = append(steps, Step{Action: Delete, File: file, ID: at.id, Name: at.name, Match: ByLock, Revision: at.revision})
	}
	return steps
}
