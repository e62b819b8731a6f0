package sync

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/flowctl/flowctl/internal/digest"
	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

const planVersion = 1

// Save writes the plan as JSON. Numbers and strings in flows keep their spelling; values of
// variables are left out, see [Plan.Expand].
func (p *Plan) Save(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(p.hidden()); err != nil {
		return fmt.Errorf("write the plan: %w", err)
	}
	return nil
}

// IsPlan reports whether a text looks like a saved plan: it has a member that no flow file
// has.
func IsPlan(text []byte) bool {
	doc, err := rawjson.ParseObject(text)
	_, has := doc.Get("steps")
	return err == nil && has
}

// LoadPlan reads a plan that [Plan.Save] wrote.
func LoadPlan(text []byte) (*Plan, error) {
	if !IsPlan(text) {
		return nil, errors.New("this is not a saved plan; give the folder of the flow files, or a file of 'flowctl plan --out'")
	}
	var p Plan
	if err := json.Unmarshal(text, &p); err != nil {
		return nil, fmt.Errorf("this is not a saved plan, or it was changed by hand: %w; make a new one with 'flowctl plan --out'", err)
	}
	if p.Version != planVersion {
		return nil, fmt.Errorf("this is not a saved plan of version %d; make a new one with 'flowctl plan --out'", planVersion)
	}
	for i, s := range p.Steps {
		if err := s.check(); err != nil {
			return nil, fmt.Errorf("step %d of the plan %w; make a new one with 'flowctl plan --out'", i+1, err)
		}
	}
	return &p, nil
}

// check returns an error if the step of a loaded plan is not complete.
func (s *Step) check() error {
	writes := s.Action == Create || s.Action == Update
	switch {
	case s.Action == Merge:
		return errors.New("merges a file, which a plan that is kept does not")
	case !writes && s.Action != Unchanged && s.Action != Delete && s.Action != Refuse:
		return fmt.Errorf("has the unknown action %q", s.Action)
	case s.File == "":
		return fmt.Errorf("has no file")
	case writes && s.Spec == nil:
		return fmt.Errorf("has no flow to write")
	case s.Expanded != "" && s.Spec == nil:
		return fmt.Errorf("has a digest of no flow")
	case s.Action != Create && s.Action != Refuse && (s.ID == "" || s.Digest == "" || s.Action != Unchanged && s.Revision == ""):
		return fmt.Errorf("does not say which flow it is made against")
	}
	if writes && flow.HasErrors(flow.Validate(*s.Spec)) {
		return fmt.Errorf("has an invalid flow")
	}
	return nil
}

// Check compares a loaded plan with the server, of which it reads one list. The error is a
// *[MovedError] if a flow has changed since the plan was made or one that it would create
// exists by now, or an *[UnstorableError], as for [NewPlan].
func (p *Plan) Check(ctx context.Context, c *client.Client) error {
	can, err := c.Capabilities(ctx)
	if err != nil {
		return err
	}
	if err := p.checkStorable(ctx, c, false); err != nil {
		return err
	}
	steps, names := map[string]*Step{}, map[string]*Step{}
	for i := range p.Steps {
		s := &p.Steps[i]
		if s.ID != "" && s.Action != Refuse {
			steps[s.ID] = s
		}
		if s.Action == Create {
			names[s.Name] = s
		}
	}
	moved := &MovedError{}
	say := func(s *Step, format string, args ...any) {
		moved.Moved = append(moved.Moved, s.File+": "+fmt.Sprintf(format, args...))
	}
	compare := func(s *Step, f flow.Flow, d digest.Digest) {
		switch {
		case s.Action == Create:
			say(s, "the flow %s has been made meanwhile", f.ID)
		case d.String() != s.Digest:
			say(s, "the flow %s %q has changed meanwhile", f.ID, f.Name)
		}
	}
	seen := map[string]bool{}
	for f, err := range c.Flows.All(ctx, client.ListOptions{Digest: can.Lossless, Graph: !can.Lossless}) {
		if err != nil {
			return err
		}
		if s := steps[f.ID]; s != nil {
			d, ok := listedDigest(f)
			if !can.Lossless {
				d, ok = digest.Of(f.Spec), true
			}
			if seen[f.ID] = ok; ok {
				compare(s, f, d)
			}
		} else if s := names[f.Name]; s != nil {
			say(s, "a flow named %q has been made meanwhile: %s", f.Name, f.ID)
		}
	}
	for i := range p.Steps {
		s := &p.Steps[i]
		if s.Action == Create || s.Action == Refuse || seen[s.ID] {
			continue
		}
		f, err := c.Flows.Get(ctx, s.ID) // another's, or gone
		switch {
		case isGone(err):
			say(s, "the flow %s is gone", s.ID)
		case err != nil:
			return err
		default:
			compare(s, f, digest.Of(f.Spec))
		}
	}
	if len(moved.Moved) > 0 {
		return moved
	}
	return nil
}
