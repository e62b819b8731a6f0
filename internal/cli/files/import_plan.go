package files

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/sync"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// The values of --if-exists.
const (
	ifExistsFail      = "fail"
	ifExistsSkip      = "skip"
	ifExistsUpdate    = "update"
	ifExistsDuplicate = "duplicate"
)

// action is what importing does with a flow.
type action int

const (
	actionCreate action = iota
	actionUpdate
	actionSkip
	actionSame // the stored flow says the same, which is seen when it is to be updated
)

// incoming is a flow on its way from a file to the server.
type incoming struct {
	file string
	at   string // the file, and the line where it stands if the file holds several
	id   string // the flow's id in the file, "" without
	name string
	spec flow.Spec // dropped once it is written

	beside []string // what the file says beside the flow, and no server keeps

	action action
	chosen string            // the id that a new one gets, "" for the server to choose
	match  *stored           // the flow on the server that it is, nil for none
	twin   *incoming         // an earlier one that is the same flow
	base   []flowfile.Digest // what the lock has noted of match, nil if that does not matter
	digest flowfile.Digest   // of what an update has made of match
	err    error             // why it cannot be imported

	done    bool   // it was created or updated
	written string // the id on the server then
	noMeta  bool   // but the server did not keep its meta
}

// stored is a flow that the server has already.
type stored struct{ id, name string }

// storedFlows lists the caller's flows.
func storedFlows(ctx context.Context, c *client.Client) ([]*stored, error) {
	var flows []*stored
	list, err := c.Flows.List(ctx, client.ListOptions{})
	for _, f := range list {
		flows = append(flows, &stored{f.ID, f.Name})
	}
	return flows, err
}

// planner decides what to do with each flow. Who is who: a flow is the stored one
// with its id, else one of its name. Each stored flow is at most one of the files',
// so that two files for two flows of the same name stay two flows, and an import
// that was cut short is completed by the next one.
type planner struct {
	ifExists string
	byID     map[string]*stored
	byName   map[string][]*stored // those that no file has claimed by id
	wanted   map[string]int       // by name: the flows whose id the server does not have
}

// plan decides about all flows. Those that clash get an error.
func plan(flows []*incoming, have []*stored, ifExists string) {
	if ifExists == ifExistsDuplicate {
		return // all are new
	}
	p := planner{ifExists: ifExists, byID: map[string]*stored{}, byName: map[string][]*stored{}, wanted: map[string]int{}}
	for _, s := range have {
		p.byID[s.id] = s
	}
	findTwins(flows)
	claimed := map[*stored]bool{}
	for _, f := range flows {
		if f.twin != nil {
			continue
		}
		if f.match = p.byID[f.id]; f.match != nil {
			claimed[f.match] = true
		} else {
			p.wanted[f.name]++
		}
	}
	for _, s := range have {
		if !claimed[s] {
			p.byName[s.name] = append(p.byName[s.name], s)
		}
	}
	for _, f := range flows {
		p.decide(f)
	}
}

// findTwins finds the flows that a batch has twice: with the same id, or with the
// same name where an id is missing that could tell them apart.
func findTwins(flows []*incoming) {
	byID, byName := map[string]*incoming{}, map[string]*incoming{}
	for _, f := range flows {
		named := byName[f.name]
		switch {
		case f.id != "" && byID[f.id] != nil:
			f.twin = byID[f.id]
		case named != nil && (f.id == "" || named.id == ""):
			f.twin = named
		default:
			byID[f.id] = f
			if named == nil {
				byName[f.name] = f
			}
		}
	}
}

func (p *planner) decide(f *incoming) {
	same := p.byName[f.name]
	switch {
	case f.twin != nil && p.ifExists == ifExistsSkip && f.saysTheSame(f.twin):
		f.action = actionSkip
	case f.twin != nil && p.ifExists == ifExistsSkip:
		f.err = cmdutil.Conflict(fmt.Errorf("would be the same flow as %s (%s) and differs from it; give each an id of its own, or import both with --if-exists duplicate", f.twin.at, f.sameness()))
	case f.twin != nil:
		f.err = cmdutil.Conflict(fmt.Errorf("is the same flow as %s (%s); take one of them out, or import both with --if-exists duplicate", f.twin.at, f.sameness()))
	case p.ifExists == ifExistsFail && f.match != nil:
		f.err = cmdutil.Conflict(fmt.Errorf("flow %s %q exists already", f.match.id, f.match.name))
	case p.ifExists == ifExistsFail && len(same) > 0:
		f.err = cmdutil.Conflict(fmt.Errorf("a flow named %q exists already: %s", f.name, ids(same)))
	case p.ifExists == ifExistsSkip:
		p.skip(f)
	case p.ifExists == ifExistsUpdate:
		p.update(f)
	}
}

func (p *planner) skip(f *incoming) {
	same := p.byName[f.name]
	if f.match == nil && len(same) > 0 {
		f.match, p.byName[f.name] = same[0], same[1:]
	}
	if f.match != nil {
		f.action = actionSkip
	}
}

func (p *planner) update(f *incoming) {
	same := p.byName[f.name]
	switch {
	case f.match != nil:
		f.action = actionUpdate
	case len(same) > 1:
		f.err = cmdutil.Conflict(fmt.Errorf("%q means %d flows: %s; %s", f.name, len(same), ids(same),
			f.hint(`an "id" in the file chooses which one to update`, "put the id of one of these into the file")))
	case len(same) == 1 && p.wanted[f.name] > 1:
		f.err = cmdutil.Conflict(fmt.Errorf("%d of the flows to import are named %q, like flow %s; %s", p.wanted[f.name], f.name, same[0].id,
			f.hint(`its "id" chooses which one updates it`, "put the id of that flow into the file that is to update it")))
	case len(same) == 1:
		f.action, f.match = actionUpdate, same[0]
	}
}

// hint says what to do when the file does not tell which flow it is.
func (f *incoming) hint(withoutID, withForeignID string) string {
	if f.id == "" {
		return withoutID
	}
	return fmt.Sprintf("the file's id %.40s is not on this server; %s", f.id, withForeignID)
}

// saysTheSame tells whether two files hold the same flow, however it is spelt.
func (f *incoming) saysTheSame(other *incoming) bool {
	return len(flow.Diff(f.spec, other.spec, flow.DiffOptions{Layout: true})) == 0
}

func (f *incoming) sameness() string {
	if f.id != "" && f.id == f.twin.id {
		return "id " + f.id
	}
	return fmt.Sprintf("name %q", f.name)
}

func ids(flows []*stored) string {
	var ids []string
	for _, s := range flows {
		ids = append(ids, s.id)
	}
	return strings.Join(ids, ", ")
}

// findBases finds what the locks have noted of the flows that are to be updated.
func (o *importOptions) findBases(flows []*incoming, locks *cmdutil.FolderLocks) error {
	for _, f := range flows {
		if f.action != actionUpdate || f.err != nil || o.overwrite {
			continue
		}
		var err error
		if f.base, err = locks.Base(f.file, f.match.id); err != nil {
			return err
		}
	}
	return nil
}

// checkStorable finds the flows that the server cannot store. That is an error unless
// the others are wanted all the same.
func (o *importOptions) checkStorable(ctx context.Context, c *client.Client, flows []*incoming) error {
	refused := &sync.UnstorableError{}
	for _, f := range flows {
		if f.err != nil || f.action == actionSkip {
			continue
		}
		if err := c.Flows.CheckStorable(ctx, f.spec); err != nil {
			f.err = err
			refused.Flows = append(refused.Flows, f.at+": "+err.Error())
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if refused.Flows == nil || o.keepGoing {
		return nil
	}
	return fmt.Errorf("nothing was imported: %w", refused)
}

// clashes joins what stands in the way of the flows, a line for each.
func clashes(flows []*incoming) error {
	var lines []string
	for _, f := range flows {
		if f.err != nil {
			lines = append(lines, "\n  "+output.Text(f.at+": "+f.err.Error()))
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return cmdutil.Conflict(errors.New("nothing was imported:" + strings.Join(lines, "") +
		"\nsay what to do with --if-exists skip, update or duplicate"))
}
