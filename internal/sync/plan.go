package sync

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/flowctl/flowctl/internal/digest"
	"github.com/flowctl/flowctl/internal/layout"
	"github.com/flowctl/flowctl/internal/lookup"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Action is what a plan does with a flow.
type Action string

// The actions.
const (
	Create    Action = "create"
	Update    Action = "update"
	Merge     Action = "merge" // both sides changed it, or the server alone; the file is written, too
	Unchanged Action = "unchanged"
	Delete    Action = "delete"
	Refuse    Action = "refuse" // left alone: somebody else's work would be written over
	Skip      Action = "skip"   // left alone: an import leaves what exists as it is
)

// Match is how the flow of a file was found.
type Match string

// The ways, best first.
const (
	ByLock Match = "lock"
	ByID   Match = "id" // the file's own
	ByName Match = "name"
)

// Plan is the list of changes that make the flows on a server equal to the files.
type Plan struct {
	Version int    `json:"version"` // of this form: 1
	Dir     string `json:"dir"`     // the folder, as it was named
	Profile string `json:"profile"` // see [Lock]
	Server  string `json:"server"`  // address; "" for the embedded store
	Steps   []Step `json:"steps"`   // in the order of their files, those to delete last

	// Variables are those of a plan that was kept, by themselves: what they stand for is
	// in no Spec before [Plan.Expand].
	Variables *Env `json:"variables,omitempty"`

	env    *Env // see [Options]
	note   bool
	exists Exists
}

// Step is what is done with one flow.
type Step struct {
	Action   Action        `json:"action"`
	File     string        `json:"file"`              // below Dir, with slashes; of a deletion the one that is gone
	FileID   string        `json:"file_id,omitempty"` // that is in the file
	ID       string        `json:"id,omitempty"`      // on the server; of a new flow the one that it is to have, "" for any
	Name     string        `json:"name"`
	Match    Match         `json:"matched_by,omitempty"`
	Revision string        `json:"revision,omitempty"`   // of the stored flow that the plan was made against
	Changes  []flow.Change `json:"changes,omitempty"`    // of the server's flow, as they may be shown: see [Env.Hide]
	Incoming []flow.Change `json:"incoming,omitempty"`   // of a merge: those of the file
	Why      string        `json:"why,omitempty"`        // of a refusal; else what there is to know of the step
	Updated  int64         `json:"updated_at,omitempty"` // of a refusal: when the flow was last changed, epoch seconds
	Digest   string        `json:"digest,omitempty"`     // of the stored flow, see [digest.Digest]
	Layout   string        `json:"layout,omitempty"`     // the digest's part that the file has, if its layout is not sent
	Dropped  []string      `json:"dropped,omitempty"`    // fields of Spec that this server does not keep
	Spec     *flow.Spec    `json:"spec,omitempty"`       // what is to be written
	Expanded string        `json:"expanded,omitempty"`   // the digest of Spec with the values of variables, if it has any and the plan was kept
	Err      error         `json:"-"`                    // of a refusal, why, if it is not somebody's work: what the server cannot store or, of an import, a *[ClashError]

	merged Pulled // of a merge: what the file is to say

	earlier int // of a Skip: the number from 1 of the step of the same flow, 0 for none
}

// Options specifies how to plan.
type Options struct {
	Dir, Profile, Server string // see [Plan]
	Prune                bool   // delete the flows whose files are gone
	Note                 bool   // of an import: the lock is to be written
	Adopt                bool   // a file without id is the one stored flow of its name, no matter who made that
	Overwrite            bool   // what was changed on the other side is not a conflict
	Merge                bool   // of a plan: what was changed on the server goes into the files, and is not a conflict
	Others               bool   // look for the flows that no file is: [Status]
	KeepGoing            bool   // refuse the steps that the server cannot store, not the plan
	Env                  *Env   // what the files are mapped with, nil for nothing: values of variables are not shown

	// Exists is set for an import: that looks only at the caller's own flows, does with
	// those that exist what this says, sends the files as they are, and overwrites a flow
	// of which the lock has noted nothing.
	Exists Exists

	Export *Export // what [Pull] writes to new files, too; nil for nothing

	// History returns the committed versions of a file, newest first, as the server is to
	// have them; nil for none.
	History func(file string) iter.Seq[flow.Spec]

	// Elsewhere are the flows that another lock knows, by id, with that lock's path. They
	// are not pruned.
	Elsewhere map[string]string

	// Excluded reports whether a file that is not compared is there all the same: its
	// flow is neither pruned nor another file's. nil if none is.
	Excluded func(file string) bool

	// Picked reports whether a file is asked about; nil for all of them. The others
	// are there so that their flows are not taken for those of the picked ones.
	Picked func(file string) bool
}

func (o *Options) picks(file string) bool { return o.Picked == nil || o.Picked(file) }

// Count returns how many steps have an action.
func (p *Plan) Count(a Action) int {
	n := 0
	for _, s := range p.Steps {
		if s.Action == a {
			n++
		}
	}
	return n
}

func (p *Plan) imports() bool { return p.exists != "" }

// Writes returns how many steps change something on the server.
func (p *Plan) Writes() int {
	return len(p.Steps) - p.Count(Unchanged) - p.Count(Refuse) - p.Count(Skip)
}

// NewPlan compares files with the flows on a server. It only reads: a list of the caller's
// flows (unless a few files are picked whose ids are known), then one by one the flows that
// are missing from the list and those whose digest differs, and the caller's account if ids
// for new flows can be chosen. The error is a *[ConflictError] if it is not clear which flow
// a file belongs to, a *[HiddenError] if the caller may not see the flow, and an
// *[UnstorableError] if the server cannot store a file's flow.
//
// With opts.Merge, a flow that has changed since it was recorded in the lock is merged with
// its file, as [Pull] does. Without it, and after a conflict, the plan refuses to write the
// flow, as it does one that differs and is not recorded, and a new flow with the name of an
// existing one. If only the layout was changed on the server, the file's layout is not sent.
func NewPlan(ctx context.Context, c *client.Client, files []Source, lock *Lock, opts Options) (*Plan, error) {
	m, err := match(ctx, c, files, lock, opts)
	if err != nil {
		return nil, err
	}
	if err := m.checkVisible(ctx); err != nil {
		return nil, err
	}
	if err := m.chooseIDs(ctx); err != nil {
		return nil, err
	}
	p := &Plan{Version: planVersion, Dir: opts.Dir, Profile: opts.Profile, Server: opts.Server, env: opts.Env, note: opts.Note, exists: opts.Exists}
	items := m.picked()
	p.Steps = make([]Step, len(items))
	var steps errgroup.Group // they read files again
	steps.SetLimit(runtime.GOMAXPROCS(0))
	for i, it := range items {
		steps.Go(func() (err error) {
			p.Steps[i], err = m.step(ctx, it)
			return err
		})
	}
	if err := steps.Wait(); err != nil {
		return nil, err
	}
	if p.imports() {
		m.imported(ctx, p)
	} else {
		slices.SortFunc(p.Steps, func(a, b Step) int { return strings.Compare(a.File, b.File) })
	}
	if m.Prune {
		p.Steps = append(p.Steps, m.deletions()...)
	}
	if err := p.checkStorable(ctx, c, opts.KeepGoing); err != nil {
		return nil, err
	}
	return p, m.noteRights(ctx, p)
}

// noteRights adds a note to the steps that write a flow that the caller may only read.
func (m *matcher) noteRights(ctx context.Context, p *Plan) error {
	var me client.User
	owners := lookup.NewOwners(m.c)
	for i := range p.Steps {
		s := &p.Steps[i]
		at := m.seen[s.ID]
		if at == nil || at.listed || s.Action != Update && s.Action != Delete && (s.Action != Merge || s.Spec == nil) {
			continue
		}
		if me.ID == "" {
			var err error
			if me, err = m.c.Auth.Whoami(ctx); err != nil {
				return err
			}
		}
		a, err := flow.ParseAccess(at.access)
		if err != nil || me.Role == "admin" || at.owner == "" || at.owner == me.ID ||
			slices.Contains(a.Write.UserIDs, me.ID) || len(a.Write.GroupIDs) > 0 { // of a group nobody says who is in it
			continue
		}
		s.Why = "you may read this flow, but not change it, so that apply will fail"
		if o, err := owners.Of(ctx, flow.Flow{ID: at.id, UserID: at.owner}); err == nil && o.Name != "" {
			s.Why += "; its owner is " + o.Name
		}
	}
	return nil
}

// step returns what to do with a file's flow.
func (m *matcher) step(ctx context.Context, it *item) (Step, error) {
	s := Step{Action: Create, File: it.Path, FileID: it.ID, ID: it.chosen, Name: it.Name, Match: it.how}
	if it.wants != nil {
		s.Action, s.Why = Refuse, adoptable(it)
		return s, nil
	}
	at := it.match
	if it.clash != "" {
		s.Action, s.Err = Refuse, &ClashError{it.clash}
		return s, nil
	}
	if it.skip {
		s.Action = Skip
		if at != nil {
			s.ID = at.id
		}
		return s, nil
	}
	if at == nil && m.lock.ID(it.Path, m.Profile) != "" {
		s.Why = "deleted on the server since; apply creates it again"
	}
	if at != nil {
		s.ID, s.Action, s.Revision, s.Digest = at.id, Unchanged, at.revision, at.digest.String()
		if at.same {
			return s, nil
		}
	}
	file, err := it.Spec()
	if err != nil {
		return s, err
	}
	if at != nil {
		if file, err = m.over(ctx, it, &s, file); err != nil || s.Action == Refuse || len(s.Changes) == 0 {
			return s, err
		}
	}
	if m.Exists == "" {
		file = digest.WithoutState(layout.Arrange(file))
	}
	s.Spec, s.Dropped = &file, m.dropped(file)
	return s, nil
}

// over plans the step of a file that has a flow, and returns what is to be written over that.
func (m *matcher) over(ctx context.Context, it *item, s *Step, file flow.Spec) (flow.Spec, error) {
	at := it.match
	v := Verdict{State: ChangedHere, Layout: ChangedHere} // an import overwrites what the lock does not know
	if m.Exists == "" || m.bases(at.id) != nil {
		v = m.verdict(it, file)
	}
	why := v.State.why()
	switch {
	case m.Overwrite:
		why = ""
	case v.State == ChangedThere && m.takenBack(it, file):
		why += "; " + takenBack
	case m.Merge && v.ChangedThere():
		merged, err := m.pull(ctx, it)
		if err != nil {
			return file, err
		}
		if why = merged.Refused; why == "" {
			file, v.Layout = merged.Next, Same
			s.merged, s.Incoming = merged, merged.Changes
		}
	}
	if v.Layout != Same && !v.sendsLayout(m.Overwrite) {
		s.Layout = layoutOf(file, at.spec)
		file = withLayoutOf(file, at.spec)
		if v.Layout != ChangedThere {
			s.Why = layoutStays
		}
	}
	if s.Changes = m.differences(at.spec, file); len(s.Changes) > 0 && m.Env.hides() {
		fileShown, storedShown := m.Env.Hide(file, at.spec)
		s.Changes = m.differences(storedShown, fileShown)
	}
	switch {
	case len(s.Incoming) > 0:
		s.Action = Merge
	case len(s.Changes) == 0:
	case why != "":
		s.Action, s.Why, s.Updated = Refuse, why, at.updated
	default:
		s.Action = Update
	}
	return layout.Adopt(file, at.spec), nil
}

// deletions returns the steps that delete the flows in the lock whose files are gone.
func (m *matcher) deletions() []Step {
	var steps []Step
	orphans := m.orphans()
	for _, file := range slices.Sorted(maps.Keys(orphans)) {
		at := orphans[file]
		s := Step{Action: Delete, File: file, ID: at.id, Name: at.name, Match: ByLock, Revision: at.revision, Digest: at.digest.String(), Updated: at.updated}
		lock := m.Elsewhere[at.id]
		switch base := m.bases(at.id); {
		case lock != "":
			s.Action, s.Why = Refuse, fmt.Sprintf("%s has this flow, too, so that it is not deleted; take its line out of %s", lock, LockName)
		case m.Overwrite || known(base, at.digest, true):
			s.Updated = 0
		case base == nil:
			s.Action, s.Why = Refuse, unknownBase
		default:
			s.Action, s.Why = Refuse, changedThere
		}
		steps = append(steps, s)
	}
	return steps
}

// orphans returns the flows in the lock whose files are gone, by the names of these files.
func (m *matcher) orphans() map[string]*stored {
	claimed, orphans := m.claimed(), map[string]*stored{}
	for _, file := range m.lock.Files(m.Profile) {
		at := m.seen[m.lock.ID(file, m.Profile)]
		if m.files[file] || at == nil || claimed[at.id] || !m.picks(file) {
			continue
		}
		claimed[at.id], orphans[file] = true, at
	}
	return orphans
}
