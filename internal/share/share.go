// Package share changes who may read and who may change a flow, and shows it.
package share

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/flowctl/flowctl/internal/lookup"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Change is a change of who may do what with a flow. What it does not name stays.
type Change struct {
	Public  bool         // everybody may read
	Private bool         // nobody but the owner may do anything, before With is added
	With    []lookup.Who // may read
	Write   bool         // those may change it, too
	Without []lookup.Who // may no longer read or change it
}

// Result is what has become of a flow.
type Result struct {
	Flow    flow.Flow
	Changed bool
	Notes   []string // what is to be said of it
}

// Do makes the change. Of other changes meanwhile none is lost: it is made again on what the
// flow is then.
func (ch Change) Do(ctx context.Context, c *client.Client, id string) (Result, error) {
	const tries = 5
	for try := 1; ; try++ {
		f, err := c.Flows.Get(ctx, id)
		if err != nil {
			return Result{}, err
		}
		access, notes, err := ch.edit(f)
		if err != nil || flow.EqualAccess(access, f.AccessControl) {
			return Result{Flow: f, Notes: notes}, err
		}
		if rawjson.IsAbsent(access) {
			if err := MayPublish(ctx, c); err != nil {
				return Result{}, err
			}
		}
		changed, err := c.Flows.Update(ctx, id, client.Patch{AccessControl: access}, client.IfUnchanged(f.Revision()))
		if errors.Is(err, client.ErrConflict) && try < tries {
			continue
		}
		return Result{changed, true, notes}, err
	}
}

// MayPublish returns an error, which is a [client.ErrForbidden], if the caller may not make flows
// public: on Open WebUI only administrators may.
func MayPublish(ctx context.Context, c *client.Client) error {
	can, err := c.Capabilities(ctx)
	if err != nil || can.Publish {
		return err
	}
	me, err := c.Auth.Whoami(ctx)
	if err != nil || me.Role == "admin" {
		return err
	}
	return fmt.Errorf("nothing was changed: on Open WebUI only an administrator makes flows public: %w; share it with users or groups: 'flowctl share NAME --with WHO'", client.ErrForbidden)
}

// edit returns the access_control that f is to have.
func (ch Change) edit(f flow.Flow) (_ json.RawMessage, notes []string, err error) {
	name := output.Quoted(f.Name)
	was, err := flow.ParseAccess(f.AccessControl)
	if ch.Public {
		if len(named(flow.Access{Write: was.Write})) > 0 {
			notes = append(notes, fmt.Sprintf("Those who were named may no longer change %s: a public flow names nobody.", name))
		}
		return flow.Public(), notes, nil
	}
	if err == nil && was.Public && !ch.Private {
		return ch.editPublic(f)
	}
	raw := f.AccessControl
	if was.Public || err != nil && ch.Private {
		raw = flow.Private()
	}
	a, err := parseAccess(raw)
	if err != nil {
		return nil, nil, err
	}
	if ch.Private {
		a.clear()
	}
	for _, w := range ch.With {
		switch {
		case !w.Group && w.ID == f.UserID:
			return nil, nil, ownsIt(w, name)
		case w.Group && len(w.Members) == 0:
			notes = append(notes, fmt.Sprintf("%s has no members: nobody gets in by that until it has.", w))
		}
		if a.add(read, w); ch.Write {
			a.add(write, w)
		} else if a.has(write, w) {
			notes = append(notes, fmt.Sprintf("%s may change it, too, as before.", w))
		}
	}
	for _, w := range ch.Without {
		switch {
		case !w.Group && w.ID == f.UserID:
			return nil, nil, ownsIt(w, name)
		case !a.has(read, w) && !a.has(write, w):
			return nil, nil, fmt.Errorf("%s is not shared with %s; nothing was changed", name, w)
		}
		a.remove(read, w)
		a.remove(write, w)
	}
	return a.json(), notes, nil
}

func ownsIt(w lookup.Who, name string) error {
	return fmt.Errorf("%s owns %s, and may do everything with it; nothing was changed", w, name)
}

// editPublic is edit for a flow that everybody may read, whose access_control can name nobody.
func (ch Change) editPublic(f flow.Flow) (json.RawMessage, []string, error) {
	name := output.Quoted(f.Name)
	const only = "'flowctl share NAME --private --with WHO' lets in only whom you name"
	switch {
	case len(ch.Without) > 0:
		return nil, nil, fmt.Errorf("%s is public, and names nobody; nothing was changed; %s", name, only)
	case ch.Write:
		return nil, nil, fmt.Errorf("%s is public, and a public flow cannot name who may change it; nothing was changed; %s", name, only)
	case len(ch.With) > 0:
		return f.AccessControl, []string{fmt.Sprintf("Everybody may read %s already; %s.", name, only)}, nil
	}
	return f.AccessControl, nil, nil
}
