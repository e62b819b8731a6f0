package store

import (
	"encoding/base64"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// names lists what a query gives, by the flows' names.
func names(t *testing.T, s *Store, q ListQuery) string {
	t.Helper()
	page, err := s.ListFlows(t.Context(), q)
	must(t, err)
	var list []string
	for _, f := range page.Flows {
		list = append(list, f.Name)
	}
	return strings.Join(list, " ")
}

func testListOrder(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	for i, f := range []Flow{
		{ID: "b", Name: "b", UpdatedAt: 5}, {ID: "c", Name: "c", UpdatedAt: 5}, {ID: "a", Name: "a", UpdatedAt: 5},
		{ID: "d", Name: "d", UpdatedAt: 9}, {ID: "e", Name: "e", UpdatedAt: 1},
	} {
		f.UserID = []string{"ann", "bob"}[i%2]
		addFlow(t, s, f)
	}
	for _, scope := range []Scope{Accessible, All} { // all are public
		if got := names(t, s, ListQuery{UserID: "ann", Scope: scope}); got != "d a c b e" {
			t.Errorf("scope %d lists %s", scope, got)
		}
	}
	if got := names(t, s, ListQuery{UserID: "ann"}); got != "a b e" {
		t.Errorf("own are %s", got)
	}
	if _, err := s.UpdateFlow(t.Context(), "e", func(*Flow) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if got := names(t, s, ListQuery{UserID: "ann"}); got != "e a b" {
		t.Errorf("after an update own are %s", got)
	}
}

// testListPages walks through lists of many flows with equal times.
func testListPages(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	var want []string
	for i := range 50 {
		f := addFlow(t, s, Flow{UserID: "ann", UpdatedAt: int64(1 + i/20), AccessControl: []byte(`{"read":{"user_ids":["bob"]}}`)})
		want = append(want, f.ID)
		addFlow(t, s, Flow{UserID: "eve", UpdatedAt: int64(1 + i/20), AccessControl: []byte("{}")})
	}
	slices.Reverse(want)
	for _, q := range []ListQuery{
		{UserID: "ann"}, {UserID: "ann", Scope: Accessible}, {UserID: "bob", Scope: Accessible}, {UserID: "ann", Graph: true, Limit: 50},
		{UserID: "bob", Scope: Reachable}, {UserID: "ann", Scope: Writable, Bytes: 100},
	} {
		if q.Limit == 0 {
			q.Limit = 7
		}
		var got []string
		for {
			page, err := s.ListFlows(t.Context(), q)
			must(t, err)
			if page.Total != 50 {
				t.Fatalf("total is %d", page.Total)
			}
			for _, f := range page.Flows {
				got = append(got, f.ID)
			}
			for page.More() {
				must(t, s.NextFlows(t.Context(), q, page))
				for _, f := range page.Flows {
					got = append(got, f.ID)
				}
			}
			if q.Cursor = page.Next; q.Cursor == "" {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%+v: pages have %d flows, want each of %d once, those that were made last first", q, len(got), len(want))
		}
	}
}

// testListBytes reads lists of which no more than so many bytes are to be held at once:
// the parts of a page make up the page, and pages the list.
func testListBytes(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	for i := range 40 {
		f := Flow{UserID: "ann", UpdatedAt: int64(1 + i/15), Meta: []byte(`{"a":"` + strings.Repeat("x", 1000*(i%3)) + `"}`), Nodes: []byte(`[` + strings.Repeat(" ", 500) + `]`)}
		if i%4 == 0 {
			f.UserID = "eve"
		}
		addFlow(t, s, f)
	}
	for _, q := range []ListQuery{
		{UserID: "ann"}, {UserID: "ann", Scope: Accessible}, {UserID: "ann", Scope: Accessible, Limit: 7}, {Scope: All, Limit: 13, Graph: true}, {UserID: "ann", Limit: 15},
		{UserID: "ann", Limit: 30}, {Scope: All, Limit: 40}, {Scope: All, Limit: 39}, {Scope: All, Graph: true},
	} {
		whole := q
		var want, got []string
		for {
			page, err := s.ListFlows(t.Context(), whole)
			must(t, err)
			for _, f := range page.Flows {
				want = append(want, f.ID)
			}
			want = append(want, fmt.Sprintf("%d, then %s", page.Total, page.Next))
			if whole.Cursor = page.Next; page.Next == "" {
				break
			}
		}
		for _, bytes := range []int64{1, 1500, 1 << 20} {
			got = nil
			for part := q; ; {
				part.Bytes = bytes
				page, err := s.ListFlows(t.Context(), part)
				must(t, err)
				next := page.Next
				for size := int64(0); ; size = 0 {
					for i := range page.Flows {
						if size >= bytes {
							t.Errorf("%+v: a part goes on after %d bytes", part, size)
						}
						size += int64(page.Flows[i].Size())
						got = append(got, page.Flows[i].ID)
					}
					if !page.More() {
						break
					}
					must(t, s.NextFlows(t.Context(), part, page))
				}
				got = append(got, fmt.Sprintf("%d, then %s", page.Total, next))
				if part = q; next == "" {
					break
				}
				part.Cursor = next
			}
			if !slices.Equal(got, want) {
				t.Errorf("%+v by %d bytes lists\n%q, want\n%q", q, bytes, got, want)
			}
		}
	}
}

func testListScopes(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	for i, f := range []Flow{
		{UserID: "ann", Name: "own-private", AccessControl: []byte("{}")},
		{UserID: "ann", Name: "own-public"},
		{UserID: "ann", Name: "own-shared", AccessControl: []byte(`{"read":{"user_ids":["ann","ann","bob"]}}`)},
		{UserID: "bob", Name: "private", AccessControl: []byte("{}")},
		{UserID: "bob", Name: "public"},
		{UserID: "bob", Name: "shared", AccessControl: []byte(`{"read":{"user_ids":["ann","eve"],"group_ids":["g"]}}`)},
		{UserID: "bob", Name: "write-only", AccessControl: []byte(`{"write":{"user_ids":["ann"]}}`)},
	} {
		f.UpdatedAt = int64(100 - i)
		addFlow(t, s, f)
	}
	for _, c := range []struct {
		user  string
		scope Scope
		want  string
	}{
		{"ann", Own, "own-private own-public own-shared"},
		{"ann", Accessible, "own-private own-public own-shared public shared"},
		{"eve", Own, ""},
		{"eve", Accessible, "own-public public shared"},
		{"bob", Accessible, "own-public own-shared private public shared write-only"},
		{"ann", Public, "own-public public"},
		{"ann", Shared, "shared"},
		{"bob", Shared, "own-shared"},
		{"a\x00", Accessible, ""},
		{"ann", All, "own-private own-public own-shared private public shared write-only"},
	} {
		if got := names(t, s, ListQuery{UserID: c.user, Scope: c.scope}); got != c.want {
			t.Errorf("%q, scope %d: got %s, want %s", c.user, c.scope, got, c.want)
		}
	}
}

// testListTotals compares the total of a first page with the number of flows
// after every kind of change.
func testListTotals(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	check := func(when string) {
		t.Helper()
		for _, user := range []string{"ann", "bob", "eve"} {
			for scope := range 3 {
				for _, search := range []string{"", "FLOW"} {
					q := ListQuery{UserID: user, Scope: Scope(scope), Search: search}
					full, err := s.ListFlows(t.Context(), q)
					must(t, err)
					q.Limit = 1
					first, err := s.ListFlows(t.Context(), q)
					must(t, err)
					if first.Total != int64(len(full.Flows)) || full.Total != first.Total {
						t.Errorf("%s: %+v: total is %d, and %d in full; want %d", when, q, first.Total, full.Total, len(full.Flows))
					}
				}
			}
		}
	}
	add := func(user, access string) string {
		f := Flow{UserID: user, Name: "flow"}
		if access != "" {
			f.AccessControl = []byte(access)
		}
		return addFlow(t, s, f).ID
	}
	const shared = `{"read":{"user_ids":["ann","eve"]}}`
	for range 3 {
		add("ann", "")
		add("ann", "{}")
		add("ann", shared)
		add("bob", "")
		add("bob", "{}")
	}
	id := add("bob", shared)
	check("after creation")
	for _, f := range []Flow{{UserID: "bob"}, {UserID: "ann", AccessControl: []byte("{}")}, {UserID: "ann", AccessControl: []byte(shared)}, {UserID: "ann"}} {
		_, err := s.UpdateFlow(t.Context(), id, func(to *Flow) error {
			to.UserID, to.AccessControl = f.UserID, f.AccessControl
			return nil
		})
		must(t, err)
		check(fmt.Sprintf("after an update to %s %s", f.UserID, f.AccessControl))
	}
	must(t, s.DeleteFlow(t.Context(), id, true, nil))
	check("after removal")
}

func testListSearch(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	for i, name := range []string{"Plain", "100%_sure", "100 sure", `back\slash`, "Straße ÄPFEL", "ΣΊΣΥΦΟΣ", "100%%"} {
		addFlow(t, s, Flow{UserID: "ann", Name: name, UpdatedAt: int64(100 - i)})
	}
	for search, want := range map[string]string{
		"pLAi":    "Plain",
		"0%_S":    "100%_sure",
		"%":       "100%_sure 100%%",
		"_":       "100%_sure",
		`\`:       `back\slash`,
		"äpfel":   "Straße ÄPFEL",
		"straße ": "Straße ÄPFEL",
		"σίσυφο":  "ΣΊΣΥΦΟΣ",
		"'":       "",
		"plain ":  "",
		"a\x00":   "",
	} {
		for _, scope := range []Scope{Own, Accessible, All} {
			if got := names(t, s, ListQuery{UserID: "ann", Scope: scope, Search: search}); got != want {
				t.Errorf("search for %q in scope %d gives %q, want %q", search, scope, got, want)
			}
		}
	}
	page, err := s.ListFlows(t.Context(), ListQuery{UserID: "ann", Search: "100", Limit: 2})
	must(t, err)
	if page.Total != 3 || len(page.Flows) != 2 {
		t.Errorf("page has %d flows of %d, want 2 of 3", len(page.Flows), page.Total)
	}
	if got := names(t, s, ListQuery{UserID: "ann", Search: "100", Limit: 2, Cursor: page.Next}); got != "100%%" {
		t.Errorf("second page is %q", got)
	}
}

// testListNames looks flows up by name and by the beginning of the id, after every kind
// of change.
func testListNames(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	long := strings.Repeat("x", 5000)
	for i, f := range []Flow{
		{ID: "aa-1", UserID: "ann", Name: "Review"}, {ID: "aa-2", UserID: "ann", Name: "review"}, {ID: "ab_1", UserID: "bob", Name: "Review"},
		{ID: "Aa-3", UserID: "ann", Name: long}, {ID: "ab%1", UserID: "bob", Name: "Review", AccessControl: []byte("{}")},
	} {
		f.UpdatedAt = int64(100 - i)
		addFlow(t, s, f)
	}
	ids := func(q ListQuery) string {
		t.Helper()
		page, err := s.ListFlows(t.Context(), q)
		must(t, err)
		var list []string
		for _, f := range page.Flows {
			list = append(list, f.ID)
		}
		return strings.Join(list, " ")
	}
	for _, c := range []struct {
		q    ListQuery
		want string
	}{
		{ListQuery{Name: "Review"}, "aa-1"},
		{ListQuery{Name: "Review", Scope: Accessible}, "aa-1 ab_1"},
		{ListQuery{Name: "Review", Scope: All}, "aa-1 ab_1 ab%1"},
		{ListQuery{Name: "Revie", Scope: All}, ""},
		{ListQuery{Name: long, Scope: All}, "Aa-3"},
		{ListQuery{Name: "a\x00", Scope: All}, ""},
		{ListQuery{Prefix: "aa"}, "aa-1 aa-2"},
		{ListQuery{Prefix: "ab_", Scope: All}, "ab_1"},
		{ListQuery{Prefix: "a", Scope: All}, "aa-1 aa-2 ab_1 ab%1"},
		{ListQuery{Prefix: "a", Scope: All, Name: "Review", Search: "EVI"}, "aa-1 ab_1 ab%1"},
		{ListQuery{Prefix: "aa-11", Scope: All}, ""},
		{ListQuery{Prefix: "\xff", Scope: All}, ""},
	} {
		if c.q.UserID = "ann"; ids(c.q) != c.want {
			t.Errorf("%.80v gives %s, want %s", c.q, ids(c.q), c.want)
		}
	}
	page, err := s.ListFlows(t.Context(), ListQuery{Scope: All, Name: "Review", Limit: 1})
	if err != nil || page.Total != 3 || page.Next == "" {
		t.Errorf("the first of the flows of a name: %+v, %v", page, err)
	}

	_, err = s.UpdateFlow(t.Context(), "aa-1", func(f *Flow) error { f.Name = "Something ELSE"; return nil })
	must(t, err)
	must(t, s.DeleteFlow(t.Context(), "ab_1", true, nil))
	for search, want := range map[string]string{"else": "aa-1", "view": "ab%1 aa-2", "eviewx": "", "ing el": "aa-1", `"`: ""} {
		if got := ids(ListQuery{Scope: All, Search: search}); len(got) != len(want) || got != want && !strings.Contains(want, " ") {
			t.Errorf("search for %s gives %s, want %s", search, got, want)
		}
	}
	must(t, s.AddUser(t.Context(), &User{ID: "bob", Email: "b", Role: RoleUser}))
	_, err = s.RemoveUserAndFlows(t.Context(), "bob")
	must(t, err)
	if got := ids(ListQuery{Scope: All, Search: "view"}); got != "aa-2" {
		t.Errorf("after removal a search gives %s", got)
	}
}

// testListRights: lists of what a user may change, and with the owners' names.
func testListRights(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	must(t, s.AddUser(t.Context(), &User{ID: "bob", Email: "b", Name: "Bob B.", Role: RoleUser}))
	for i, f := range []Flow{
		{UserID: "ann", Name: "own", AccessControl: []byte("{}")},
		{UserID: "bob", Name: "private", AccessControl: []byte("{}")},
		{UserID: "bob", Name: "public"},
		{UserID: "bob", Name: "read", AccessControl: []byte(`{"read":{"user_ids":["ann"]}}`)},
		{UserID: "bob", Name: "write", AccessControl: []byte(`{"write":{"user_ids":["ann","ann"]}}`)},
		{UserID: "bob", Name: "both", AccessControl: []byte(`{"read":{"user_ids":["ann"]},"write":{"user_ids":["ann"]}}`)},
		{UserID: "ann", Name: "lent", AccessControl: []byte(`{"write":{"user_ids":["bob","ann"]}}`)},
	} {
		f.UpdatedAt = int64(100 - i)
		addFlow(t, s, f)
	}
	for scope, want := range map[Scope]string{
		Accessible: "own public read both lent",
		Writable:   "own write both lent",
		Reachable:  "own public read write both lent",
	} {
		if got := names(t, s, ListQuery{UserID: "ann", Scope: scope}); got != want {
			t.Errorf("scope %d gives %s, want %s", scope, got, want)
		}
		page, err := s.ListFlows(t.Context(), ListQuery{UserID: "ann", Scope: scope, Limit: 1, Owner: true})
		if err != nil || page.Total != int64(1+strings.Count(want, " ")) || page.Flows[0].OwnerName != "" {
			t.Errorf("scope %d: %+v, %v", scope, page, err)
		}
	}
	for _, graph := range []bool{false, true} {
		page, err := s.ListFlows(t.Context(), ListQuery{UserID: "ann", Scope: Accessible, Name: "public", Owner: true, Graph: graph})
		if err != nil || len(page.Flows) != 1 || page.Flows[0].OwnerName != "Bob B." {
			t.Errorf("the owner of another's flow: %+v, %v", page, err)
		}
	}
}

func testListGraph(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	text := "what it does"
	f := addFlow(t, s, Flow{UserID: "ann", Name: "x", Description: &text, Meta: []byte(`{"a":1.0}`), Nodes: []byte(`[{"id":"n"}]`),
		Edges: []byte(`[{"id":"e"}]`), AccessControl: []byte(`{"read":{"user_ids":["bob"]}}`), Extra: []byte(`{"b":2}`)})
	summary := Flow{ID: f.ID, Name: "x", Description: &text, CreatedAt: f.CreatedAt, UpdatedAt: f.UpdatedAt, Meta: f.Meta}
	for _, scope := range []Scope{Own, Accessible, All} {
		for graph, want := range map[bool]Flow{true: *f, false: summary} {
			page, err := s.ListFlows(t.Context(), ListQuery{UserID: "ann", Scope: scope, Graph: graph, Limit: 3})
			must(t, err)
			for i := range page.Flows {
				page.Flows[i].seq = 0
			}
			if len(page.Flows) != 1 || !reflect.DeepEqual(page.Flows[0], want) {
				t.Errorf("scope %d: got %q, want %q", scope, page.Flows, want)
			}
		}
	}
}

func testListBadCursor(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	encode := base64.RawURLEncoding.EncodeToString
	for _, cursor := range []string{"x", "!", encode([]byte("1 2")), encode([]byte("a 2 id")), encode([]byte("1 b id")),
		encode([]byte("1 2 ")), encode([]byte("1 2 a\x00")), encode([]byte("99999999999999999999 1 id"))} {
		if _, err := s.ListFlows(t.Context(), ListQuery{UserID: "ann", Cursor: cursor}); !errors.Is(err, ErrBadCursor) {
			t.Errorf("cursor %q: error is %v, want ErrBadCursor", cursor, err)
		}
	}
}

func testGrants(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	long := strings.Repeat("x", 300)
	f := addFlow(t, s, Flow{UserID: "ann", Name: "x", AccessControl: []byte(`{"read":{"user_ids":["bob","","a\u0000b","\ud800","` + long + `"]}}`)})
	reads := func(user string) bool { return names(t, s, ListQuery{UserID: user, Scope: Accessible}) != "" }
	set := func(access string) {
		t.Helper()
		_, err := s.UpdateFlow(t.Context(), f.ID, func(f *Flow) error { f.AccessControl = []byte(access); return nil })
		must(t, err)
	}
	if !reads("bob") || reads("eve") || reads(long) {
		t.Errorf("bob reads: %t, eve: %t, one with a long id: %t; want only bob", reads("bob"), reads("eve"), reads(long))
	}
	set(`{"read":{"user_ids":["eve"]},"write":{"user_ids":["bob"]}}`)
	if reads("bob") || !reads("eve") {
		t.Errorf("bob reads: %t, eve: %t; want only eve", reads("bob"), reads("eve"))
	}
	set(`{}`)
	if reads("bob") || reads("eve") || !reads("ann") {
		t.Error("somebody else than ann reads a private flow, or she does not")
	}
	set(`null`)
	if !reads("bob") || getFlow(t, s, f.ID).AccessControl != nil {
		t.Error("a public flow is not public")
	}
}
