package lookup

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Owner is whose a flow is, as far as that is known.
type Owner struct {
	ID   string // "" if it is not known
	Name string // "" if it is not known
	Mine bool   // the caller's
}

// Owners finds out whose the flows of a list are. flowctl's server sends it with the flows, see
// client.ListOptions.Owner. Open WebUI's lists do not: which flows are the caller's
// shows in who else may change them, and for the others it is asked, flow by flow. It
// is not safe for concurrent use.
type Owners struct {
	c       *client.Client
	me      client.User
	mayEdit map[string]bool   // the flows in the list of what the caller may change; nil before they are needed
	names   map[string]string // of users by their ids
	gets    int               // flows that were asked for
}

// maxOwnerGets is how many flows [Owners] asks for, one after the other: further ones
// are nobody's that is known.
const maxOwnerGets = 200

// NewOwners returns an [Owners] for the flows of a server. It asks nothing before it has to.
func NewOwners(c *client.Client) *Owners { return &Owners{c: c} }

// begin asks who the caller is, and Open WebUI what they may change.
func (o *Owners) begin(ctx context.Context) error {
	me, err := o.c.Auth.Whoami(ctx)
	if err != nil {
		return err
	}
	can, err := o.c.Capabilities(ctx)
	if err != nil {
		return err
	}
	if !can.Owners {
		if err := o.listEditable(ctx); err != nil {
			return err
		}
	}
	o.me, o.names = me, map[string]string{me.ID: me.Name}
	return nil
}

func (o *Owners) listEditable(ctx context.Context) error {
	mayEdit := map[string]bool{}
	for f, err := range o.c.Flows.All(ctx, client.ListOptions{Access: client.AccessWrite}) {
		if err != nil {
			return err
		}
		mayEdit[f.ID] = true
	}
	o.mayEdit = mayEdit
	return nil
}

// MayWrite reports whether the caller may change a flow that they may read: theirs, one that is
// shared with them for that, or any for an admin.
func (o *Owners) MayWrite(ctx context.Context, f flow.Flow) (bool, error) {
	owner, err := o.Of(ctx, f)
	if err != nil || owner.Mine || o.me.Role == "admin" {
		return err == nil, err
	}
	if o.mayEdit == nil {
		if err := o.listEditable(ctx); err != nil {
			return false, err
		}
	}
	return o.mayEdit[f.ID], nil
}

// Of returns whose a flow is. It is not an error if the server does not say.
func (o *Owners) Of(ctx context.Context, f flow.Flow) (Owner, error) {
	if o.names == nil {
		if err := o.begin(ctx); err != nil {
			return Owner{}, err
		}
	}
	if o.mineForSure(f) {
		f.UserID = o.me.ID
	}
	if f.UserID == "" && o.gets < maxOwnerGets {
		o.gets++
		read, err := o.c.Flows.Get(ctx, f.ID)
		switch {
		case err == nil:
			f.UserID = read.UserID
		case ctx.Err() != nil:
			return Owner{}, err
		}
	}
	name, err := o.name(ctx, f)
	return Owner{ID: f.UserID, Name: name, Mine: f.UserID == o.me.ID}, err
}

// mineForSure reports whether a flow of Open WebUI can only be the caller's: it
// is in the list of what they may change, and nobody else is given that right.
func (o *Owners) mineForSure(f flow.Flow) bool {
	if f.UserID != "" || !o.mayEdit[f.ID] || f.AccessControl == nil {
		return false
	}
	access, err := flow.ParseAccess(f.AccessControl)
	return err == nil && len(access.Write.UserIDs)+len(access.Write.GroupIDs) == 0
}

func (o *Owners) name(ctx context.Context, f flow.Flow) (string, error) {
	var user client.Entry
	owner, _ := f.Unknown().Get("user")
	if json.Unmarshal(owner, &user) == nil && user.ID != "" && user.ID == f.UserID {
		return user.Name, nil
	}
	name, known := o.names[f.UserID]
	if known || f.UserID == "" {
		return name, nil
	}
	w, err := NewPeople(o.c).Named(ctx, false, f.UserID)
	if err != nil && !errors.As(err, new(*client.Error)) {
		return "", err
	}
	o.names[f.UserID] = w.Name
	return w.Name, nil
}
