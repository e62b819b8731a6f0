package sync

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/limits"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// UnstorableError lists the files whose flows a server cannot store.
type UnstorableError struct{ Flows []string }

// Error has a line for each.
func (e *UnstorableError) Error() string {
	return "this server cannot store all of the flows:\n  " + strings.Join(e.Flows, "\n  ")
}

// checkStorable returns an *[UnstorableError] if the server cannot store a flow of the plan,
// before a part of the plan is written. With keepGoing it refuses the step instead.
func (p *Plan) checkStorable(ctx context.Context, c *client.Client, keepGoing bool) error {
	if !slices.ContainsFunc(p.Steps, func(s Step) bool { return s.Spec != nil }) {
		return nil
	}
	can, err := c.Capabilities(ctx)
	if err != nil {
		return err
	}
	refused := &UnstorableError{}
	for i := range p.Steps {
		s := &p.Steps[i]
		if s.Spec == nil {
			continue
		}
		err := storable(*s.Spec, can)
		if err == nil && !can.Publish && s.unhides() {
			err = errUnhidden
		}
		if err != nil && keepGoing {
			s.Action, s.Spec, s.Err = Refuse, nil, err
		} else if err != nil {
			refused.Flows = append(refused.Flows, s.File+": "+err.Error())
		}
	}
	if refused.Flows != nil {
		return refused
	}
	return nil
}

// storable returns an error if the server would not store the flow.
func storable(s flow.Spec, can client.Capabilities) error {
	if !can.Lossless {
		if why := limits.OpenWebUI(s.AppendJSON(nil)); why != "" {
			return fmt.Errorf("store flow %.80q: %w: %s; change that first", s.Name, client.ErrInvalid, why)
		}
		return nil
	}
	s.Nodes, s.Edges = nil, nil // whose sizes have no limit of their own
	for _, p := range flow.Validate(s) {
		if p.Code == "too-large" {
			return fmt.Errorf("store flow %.80q: %w: %s; make it smaller first", s.Name, client.ErrInvalid, p.Message)
		}
	}
	return nil
}

var errUnhidden = errors.New("this server cannot make a private flow public again; take access_control out of the file, or delete the flow, so that it is made anew")

// unhides reports whether the step makes a flow public that is not.
func (s *Step) unhides() bool {
	return slices.ContainsFunc(s.Changes, func(c flow.Change) bool {
		return c.Node == "" && c.Edge == "" && c.Path == "/access_control" && c.Old != nil && string(c.New) == "null"
	})
}
