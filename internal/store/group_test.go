package store

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func testGroups(t *testing.T, dsn string) {
	s, ctx := openStore(t, dsn), t.Context()
	ann, bob := addUser(t, s, "ann@x"), addUser(t, s, "bob@x")
	g, err := s.AddGroup(ctx, "Reviewers")
	must(t, err)
	if _, err := s.AddGroup(ctx, "Reviewers"); !errors.Is(err, ErrExists) {
		t.Errorf("error is %v, want ErrExists", err)
	}
	for _, name := range []string{"", "a\x00", strings.Repeat("x", maxID+1)} {
		if _, err := s.AddGroup(ctx, name); !errors.Is(err, ErrBadText) {
			t.Errorf("error for the name %.9q is %v, want ErrBadText", name, err)
		}
	}
	if got, err := s.GroupByName(ctx, "Reviewers"); err != nil || !reflect.DeepEqual(got, g) {
		t.Errorf("got %+v, %v; want %+v", got, err, g)
	}
	execute(t, s, "UPDATE user_group SET updated_at = 1")
	must(t, s.AddMembers(ctx, g.ID, ann.ID))
	must(t, s.AddMembers(ctx, g.ID, ann.ID, bob.ID))
	members := []string{ann.ID, bob.ID}
	slices.Sort(members)
	if got, err := s.GroupByName(ctx, "Reviewers"); err != nil || !reflect.DeepEqual(got.Members, members) || got.UpdatedAt < g.CreatedAt {
		t.Errorf("got %+v, %v; want the members %s", got, err, members)
	}
	must(t, s.RemoveMembers(ctx, g.ID, ann.ID, "none"))
	if err := s.AddMembers(ctx, g.ID, ann.ID, "none"); !errors.Is(err, ErrNotFound) {
		t.Errorf("error is %v, want ErrNotFound", err)
	}
	if _, err := s.AddGroup(ctx, "Others"); err != nil {
		t.Error(err)
	}
	for user, want := range map[string]int{"": 2, ann.ID: 0, bob.ID: 1} {
		if list, err := s.Groups(ctx, user); err != nil || len(list) != want {
			t.Errorf("the groups of %q are %+v, %v; want %d", user, list, err, want)
		}
	}
	for _, err := range []error{second(s.GroupByName(ctx, "none")), second(s.GroupByName(ctx, "a\x00")), s.RemoveGroup(ctx, "none"), s.RemoveMembers(ctx, "none", bob.ID)} {
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("error is %v, want ErrNotFound", err)
		}
	}
	must(t, s.RemoveUser(ctx, bob.ID))
	if got, err := s.GroupByName(ctx, "Reviewers"); err != nil || len(got.Members) != 0 {
		t.Errorf("got %+v, %v; want no members: the last was removed", got, err)
	}
}

// testGroupRights: what a flow lets a group do, its members may do as long as they are that.
func testGroupRights(t *testing.T, dsn string) {
	s, ctx := openStore(t, dsn), t.Context()
	ann, bob := addUser(t, s, "ann@x"), addUser(t, s, "bob@x")
	g, err := s.AddGroup(ctx, "g")
	must(t, err)
	other, err := s.AddGroup(ctx, "other")
	must(t, err)
	must(t, s.AddMembers(ctx, g.ID, bob.ID))
	must(t, s.AddMembers(ctx, other.ID, bob.ID))
	must(t, s.AddKey(ctx, &Key{UserID: bob.ID, Kind: APIKey}, [32]byte{1}))
	access := func(s string) []byte {
		return []byte(strings.NewReplacer("GROUP", g.ID, "OTHER", other.ID, "BOB", bob.ID).Replace(s))
	}
	var first *Flow
	for i, f := range []Flow{
		{Name: "read", AccessControl: access(`{"read":{"group_ids":["GROUP","OTHER"],"user_ids":["BOB"]}}`)},
		{Name: "write", AccessControl: access(`{"write":{"group_ids":["GROUP"]}}`)},
		{Name: "both", AccessControl: access(`{"read":{"group_ids":["GROUP"]},"write":{"group_ids":["OTHER"]}}`)},
		{Name: "mistaken", AccessControl: access(`{"read":{"group_ids":["BOB"],"user_ids":["GROUP"]}}`)},
	} {
		f.UserID, f.UpdatedAt = ann.ID, int64(100-i)
		if added := addFlow(t, s, f); i == 0 {
			first = added
		}
	}
	check := func(when string, want map[Scope]string) {
		t.Helper()
		for scope, want := range want {
			page, err := s.ListFlows(ctx, ListQuery{UserID: bob.ID, Scope: scope, Limit: 1})
			must(t, err)
			if got := names(t, s, ListQuery{UserID: bob.ID, Scope: scope}); got != want || page.Total != int64(len(strings.Fields(want))) {
				t.Errorf("%s scope %d gives %q, of which it counts %d, want %q", when, scope, got, page.Total, want)
			}
		}
	}
	check("as a member", map[Scope]string{Own: "", Accessible: "read both", Writable: "write both", Reachable: "read write both"})
	groups := []string{g.ID, other.ID}
	slices.Sort(groups)
	u, _, err := s.UserByKey(ctx, [32]byte{1})
	must(t, err)
	if slices.Sort(u.GroupIDs); !slices.Equal(u.GroupIDs, groups) {
		t.Errorf("the groups of a key's user are %s, want %s", u.GroupIDs, groups)
	}
	_, err = s.UpdateFlow(ctx, first.ID, func(f *Flow) error { f.AccessControl = access(`{"read":{"group_ids":["OTHER"]}}`); return nil })
	must(t, err)
	must(t, s.RemoveMembers(ctx, g.ID, bob.ID))
	check("as a member of one", map[Scope]string{Accessible: "read", Writable: "both", Reachable: "read both"})
	must(t, s.RemoveGroup(ctx, other.ID))
	check("as a member of none", map[Scope]string{Accessible: "", Writable: "", Reachable: ""})
	must(t, s.DeleteFlow(ctx, first.ID, true, nil))
	if n := number(t, s, "SELECT count(*) FROM flow_group_grant WHERE flow_id = $1", first.ID); n != 0 {
		t.Errorf("%d grants are left of a flow that was deleted", n)
	}
}

func testSearchUsers(t *testing.T, dsn string) {
	s, ctx := openStore(t, dsn), t.Context()
	for _, u := range []User{{Email: "joann@x", Name: "Joann"}, {Email: "ann@x", Name: "Zoë 100%"}, {Email: "bob_b@y", Name: "ann"}, {Email: "pat@z"}} {
		u.Role = RoleUser
		must(t, s.AddUser(ctx, &u))
	}
	for text, want := range map[string]string{
		"":      "pat@z joann@x ann@x bob_b@y",
		"ANN@X": "ann@x joann@x",
		"ann":   "bob_b@y joann@x ann@x",
		"ZOË":   "ann@x",
		"%":     "ann@x",
		"_":     "bob_b@y",
		"none":  "",
		"a\x00": "",
	} {
		for _, limit := range []int{1, 30} {
			list, total, err := s.SearchUsers(ctx, text, limit)
			must(t, err)
			var emails []string
			for _, u := range list {
				emails = append(emails, u.Email)
			}
			all := strings.Fields(want)
			if !slices.Equal(emails, all[:min(limit, len(all))]) && text != "" || len(list) != min(limit, len(all)) || total != len(all) {
				t.Errorf("%q finds %s of %d, want %s", text, emails, total, want)
			}
		}
	}
}
