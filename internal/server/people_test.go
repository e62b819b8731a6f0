package server

import (
	"fmt"
	"strings"
	"testing"
)

// TestPeople: whoever is signed in finds users, and sees their own groups.
func TestPeople(t *testing.T) {
	f := newFixture(t, Options{})
	g, err := f.st.AddGroup(t.Context(), "Reviewers")
	if err == nil {
		err = f.st.AddMembers(t.Context(), g.ID, f.ben.id)
	}
	if err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]string{"": "admin ann ben", "?query=BEN@": "ben", "?query=example.org": "admin ann ben", "?query=none": "", "?query=%00": "", "?query=%ff": ""} {
		r := f.want(200, f.ann, "GET", "/api/v1/users/search"+query, "")
		n := len(strings.Fields(want))
		if r.field(t, "total") != fmt.Sprint(n) || strings.Count(r.text(), `"email":`) != n {
			t.Errorf("the search %q answered %s, want %s", query, r.body, want)
		}
		for _, name := range strings.Fields(want) {
			if !strings.Contains(r.text(), fmt.Sprintf(`"name":%q,"email":"%s@example.org"`, name, name)) {
				t.Errorf("the search %q answered %s, want %s", query, r.body, want)
			}
		}
	}
	if r := f.want(200, f.ann, "GET", "/api/v1/users/"+f.ben.id, ""); r.text() != fmt.Sprintf(`{"id":%q,"name":"ben","email":"ben@example.org"}`, f.ben.id) {
		t.Errorf("a user is %s", r.body)
	}
	f.want(404, f.ann, "GET", "/api/v1/users/none", "")
	if r := f.want(200, f.ann, "GET", "/api/v1/groups/", ""); r.text() != "[]" {
		t.Errorf("ann, who is in no group, sees %s", r.body)
	}
	for _, who := range []caller{f.ben, f.admin} {
		r := f.want(200, who, "GET", "/api/v1/groups/", "")
		if !strings.HasPrefix(r.text(), fmt.Sprintf(`[{"id":%q,"name":"Reviewers",`, g.ID)) || !strings.Contains(r.text(), fmt.Sprintf(`"user_ids":[%q]`, f.ben.id)) {
			t.Errorf("the groups are %s", r.body)
		}
	}
}
