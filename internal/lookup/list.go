package lookup

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Set is which flows a list is of.
type Set int

// The sets.
const (
	Readable Set = iota // what the caller may read; of others' private flows none, for an admin, too
	Mine                // what the caller owns
	Shared              // what others share with the caller and not with everybody
	Public              // what everybody may read
	AllUsers            // everybody's, for admins
	Deleted             // what can be restored
)

// List goes through the flows of a set, the newest first, in the order of the server, while
// they come in; with one of [Orders] they are all read first.
func (o *Owners) List(ctx context.Context, set Set, opts client.ListOptions, order string) iter.Seq2[flow.Flow, error] {
	return func(yield func(flow.Flow, error) bool) {
		can, _ := o.c.Capabilities(ctx) // what is wrong, the list finds, too
		var in func(flow.Flow) (bool, error)
		switch {
		case set == Deleted:
			opts.Deleted = true
		case set == AllUsers:
			opts.AllUsers = true
		case set == Readable:
			opts.Access = client.AccessRead
		case can.Owners && set == Shared:
			opts.Access = client.AccessShared
		case can.Owners && set == Public:
			opts.Access = client.AccessPublic
		case !can.Owners:
			opts.Access = client.AccessRead
			in = func(f flow.Flow) (bool, error) { return o.isIn(ctx, set, f) }
		}
		if order == "updated" && can.Owners {
			order = "" // which is the order of flowctl's server, also within a second
		}
		limit := opts.Limit
		if in != nil || order != "" {
			opts.Limit = 0
		}
		flows := chosen(o.c.Flows.All(ctx, opts), in)
		if order != "" {
			flows = sorted(flows, order)
		}
		first(flows, limit)(yield)
	}
}

// isIn reports whether a flow that the caller may read on Open WebUI is in a set.
func (o *Owners) isIn(ctx context.Context, set Set, f flow.Flow) (bool, error) {
	access, err := flow.ParseAccess(f.AccessControl)
	public := err == nil && access.Public
	if set == Public || set == Shared && public {
		return public && set == Public, nil
	}
	owner, err := o.Of(ctx, f)
	return owner.Mine == (set == Mine), err
}

// chosen leaves out the flows of which in says no, if it is not nil.
func chosen(flows iter.Seq2[flow.Flow, error], in func(flow.Flow) (bool, error)) iter.Seq2[flow.Flow, error] {
	return func(yield func(flow.Flow, error) bool) {
		for f, err := range flows {
			is := true
			if err == nil && in != nil {
				is, err = in(f)
			}
			if err != nil || is {
				if !yield(f, err) || err != nil {
					return
				}
			}
		}
	}
}

// first ends after n flows, if n is not 0.
func first(flows iter.Seq2[flow.Flow, error], n int) iter.Seq2[flow.Flow, error] {
	return func(yield func(flow.Flow, error) bool) {
		i := 0
		for f, err := range flows {
			if i++; !yield(f, err) || i == n {
				return
			}
		}
	}
}

// Orders returns the orders of a list.
func Orders() []string { return []string{"name", "updated", "created"} }

// compare compares flows by an order, and equal ones by their ids: times are whole seconds.
func compare(order string, a, b flow.Flow) int {
	n := 0
	switch order {
	case "name":
		n = cmp.Or(strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), strings.Compare(a.Name, b.Name))
	case "updated":
		n = cmp.Compare(b.UpdatedAt, a.UpdatedAt)
	case "created":
		n = cmp.Compare(b.CreatedAt, a.CreatedAt)
	}
	return cmp.Or(n, strings.Compare(a.ID, b.ID))
}

// sorted reads all flows and sorts them.
func sorted(flows iter.Seq2[flow.Flow, error], order string) iter.Seq2[flow.Flow, error] {
	return func(yield func(flow.Flow, error) bool) {
		var all []flow.Flow
		for f, err := range flows {
			if err != nil {
				yield(f, err)
				return
			}
			all = append(all, f)
		}
		slices.SortFunc(all, func(a, b flow.Flow) int { return compare(order, a, b) })
		for _, f := range all {
			if !yield(f, nil) {
				return
			}
		}
	}
}
