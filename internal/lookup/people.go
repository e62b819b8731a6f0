package lookup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/spell"
	"github.com/flowctl/flowctl/pkg/client"
)

// GroupPrefix begins the word for a group where users are meant otherwise.
const GroupPrefix = "group:"

// Who is a user or a group, with whom flows can be shared.
type Who struct {
	Group       bool
	ID          string
	Name, Email string   // "" if not known
	Members     []string // ids, of a group that the caller may see
	Gone        bool     // there is no such user any more
}

// String names who it is in messages.
func (w Who) String() string {
	name := output.Text(cmp.Or(w.Email, w.Name, w.ID))
	if w.Group {
		return "the group " + name
	}
	return name
}

// UnclearError is a word that several users or groups may mean.
type UnclearError struct {
	Ref   string
	Found []Who
}

func (e *UnclearError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s may mean several; give the id of one:", output.Quoted(e.Ref))
	for _, w := range e.Found {
		fmt.Fprintf(&b, "\n  %s  %s", output.Text(w.ID), output.Text(cmp.Or(w.Name, w.Email)))
	}
	return b.String()
}

// People finds users and groups on a server. It is not safe for concurrent use.
type People struct {
	c      *client.Client
	groups []client.Entry // those that the caller may see
	asked  bool           // for groups
}

// NewPeople returns what finds the users and groups of a server.
func NewPeople(c *client.Client) *People { return &People{c: c} }

// Find returns who is meant: with [GroupPrefix] a group by its name or id, else a user by
// e-mail, name or id. An error of one that is not there has the word that may have been meant;
// one that may be several is an *[UnclearError].
func (p *People) Find(ctx context.Context, ref string) (Who, error) {
	if name, ok := strings.CutPrefix(ref, GroupPrefix); ok {
		return p.group(ctx, name)
	}
	return p.User(ctx, ref)
}

func (p *People) group(ctx context.Context, ref string) (Who, error) {
	groups, err := p.allGroups(ctx)
	if err != nil {
		return Who{}, err
	}
	var found, alike []Who
	names := make([]string, len(groups))
	for i, g := range groups {
		w := groupOf(g)
		switch names[i] = g.Name; {
		case g.ID == ref:
			return w, nil
		case g.Name == ref:
			found = append(found, w)
		case strings.EqualFold(g.Name, ref):
			alike = append(alike, w)
		}
	}
	if found == nil {
		found = alike
	}
	if found == nil {
		hint := cmp.Or(spell.DidYouMean(ref, names), "; only groups that you are in can be named: see 'flowctl catalog groups'")
		return Who{}, fmt.Errorf("no group %s: %w%s", output.Quoted(ref), client.ErrNotFound, hint)
	}
	return only(ref, found)
}

func (p *People) allGroups(ctx context.Context) (_ []client.Entry, err error) {
	if !p.asked {
		p.groups, err = p.c.Directory.Groups(ctx)
		p.asked = err == nil
	}
	return p.groups, err
}

func groupOf(g client.Entry) Who {
	return Who{Group: true, ID: g.ID, Name: g.Name, Members: g.Members}
}

func userOf(u client.Entry) Who { return Who{ID: u.ID, Name: u.Name, Email: u.Email} }

func only(ref string, found []Who) (Who, error) {
	if len(found) > 1 {
		return Who{}, &UnclearError{ref, found}
	}
	return found[0], nil
}

// User is [People.Find] for users alone.
func (p *People) User(ctx context.Context, ref string) (Who, error) {
	if strings.TrimSpace(ref) == "" { // which all names contain, and some are
		return Who{}, fmt.Errorf("no user %s: %w; give an e-mail, a name or an id", output.Quoted(ref), client.ErrNotFound)
	}
	listed, more, err := p.c.Directory.SearchUsers(ctx, ref)
	if err != nil {
		return Who{}, err
	}
	can, err := p.c.Capabilities(ctx)
	if err != nil {
		return Who{}, err
	}
	more = more && !can.Owners // flowctl's server lists exact names first
	var named []Who
	for _, u := range listed {
		switch {
		case strings.EqualFold(u.Email, ref), u.ID == ref:
			return userOf(u), nil
		case u.Name == ref:
			named = append(named, userOf(u))
		}
	}
	switch {
	case named != nil && more:
		return Who{}, &UnclearError{ref, named} // others of that name may not be listed
	case named != nil:
		return only(ref, named)
	case strings.Contains(ref, "@") && !can.Owners && len(listed) > 0:
		return p.byHiddenEmail(ctx, ref, listed)
	}
	w, err := p.Named(ctx, false, ref)
	if err == nil && (w.Gone || w.Name == "" && w.Email == "") {
		err = p.unknown(ctx, ref)
	}
	return w, err
}

// byHiddenEmail finds the user with an e-mail on Open WebUI, which searches in e-mails and does
// not show them. It searches with LIKE (models/users.py, get_users), in which _ stands for any
// character: a user who is found with one before or after it has a longer e-mail.
func (p *People) byHiddenEmail(ctx context.Context, email string, listed []client.Entry) (Who, error) {
	for _, longer := range []string{"_" + email, email + "_"} {
		others, _, err := p.c.Directory.SearchUsers(ctx, longer)
		if err != nil {
			return Who{}, err
		}
		listed = slices.DeleteFunc(listed, func(u client.Entry) bool {
			return slices.ContainsFunc(others, func(o client.Entry) bool { return o.ID == u.ID })
		})
	}
	if len(listed) == 0 {
		return Who{}, p.unknown(ctx, email)
	}
	found := make([]Who, len(listed))
	for i, u := range listed {
		if found[i] = userOf(u); len(listed) == 1 {
			found[i].Email = email
		}
	}
	return only(email, found)
}

// unknown is the error of a user who is not there, with a name or e-mail that is close.
func (p *People) unknown(ctx context.Context, ref string) error {
	var words []string
	for _, part := range []string{string([]rune(ref)[:min(3, len([]rune(ref)))]), ""} {
		listed, _, err := p.c.Directory.SearchUsers(ctx, part)
		if err != nil {
			return err
		}
		for _, u := range listed {
			words = append(words, u.Email, u.Name)
		}
	}
	words = slices.DeleteFunc(words, func(s string) bool { return s == "" })
	hint := cmp.Or(spell.DidYouMean(ref, words), "; give an e-mail, a name or an id: 'flowctl catalog users' lists them")
	return fmt.Errorf("no user %s: %w%s", output.Quoted(ref), client.ErrNotFound, hint)
}

// Named returns the user or group with an id that stands in a flow, as far as the caller may
// know them.
func (p *People) Named(ctx context.Context, group bool, id string) (Who, error) {
	w := Who{Group: group, ID: id}
	if group {
		groups, err := p.allGroups(ctx)
		for _, g := range groups {
			if g.ID == id {
				w = groupOf(g)
			}
		}
		return w, err
	}
	if !IsID(id) {
		w.Gone = true
		return w, nil
	}
	var u client.Entry
	// Everybody may ask for a name (routers/users.py, get_user_by_id).
	_, err := p.c.Do(ctx, http.MethodGet, "/api/v1/users/"+url.PathEscape(id), nil, &u)
	var failed *client.Error
	switch {
	case err == nil:
		w.Name, w.Email = u.Name, u.Email
	case errors.As(err, &failed) && (failed.StatusCode == http.StatusNotFound || failed.StatusCode == http.StatusBadRequest):
		w.Gone = true
	default:
		return w, err
	}
	return w, nil
}
