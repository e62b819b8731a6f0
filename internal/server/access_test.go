package server

import (
	"strings"
	"testing"
)

// TestRights goes through everybody's rights on flows of every kind.
func TestRights(t *testing.T) {
	f := newFixture(t, Options{})
	const own, none = "GUDX", "" // get, update, delete, change of access
	for _, c := range []struct {
		access                 string
		owner, admin, somebody string // ben is somebody
	}{
		{`{}`, own, own, none},
		{`null`, own, own, "G"},
		{`{"read":{"user_ids":["BEN"]}}`, own, own, "G"},
		{`{"write":{"user_ids":["BEN"]}}`, own, own, "U"},
		{`{"read":{"user_ids":["x","BEN"]},"write":{"user_ids":["BEN"]},"note":1}`, own, own, "GU"},
		{`{"read":{"user_ids":["x"],"group_ids":["BEN"]},"write":null}`, own, own, none},
	} {
		access := strings.ReplaceAll(c.access, "BEN", f.ben.id)
		for _, may := range []struct {
			who    caller
			rights string
		}{{f.ann, c.owner}, {f.admin, c.admin}, {f.ben, c.somebody}} {
			id := f.create(f.ann, `{"name":"n","access_control":`+access+`}`)
			try := func(right, method, path, body string) {
				t.Helper()
				want := 403
				if strings.Contains(may.rights, right) {
					want = 200
				}
				r := f.call(may.who, method, "/api/v1/flows/"+id+path, body)
				if r.status != want {
					t.Errorf("%s: %s %s with rights %q answered %d, want %d", c.access, method, path, may.rights, r.status, want)
				}
				if want == 403 && r.text() != `{"detail":"Access Prohibited"}` {
					t.Errorf("%s %s answered %s", method, path, r.body)
				}
			}
			try("G", "GET", "", "")
			try("G", "GET", "/export", "")
			try("G", "POST", "/duplicate", "")
			try("G", "POST", "/execute", "")
			try("U", "POST", "", `{"name":"m"}`)
			try("U", "POST", "", `{"name":"k","access_control":`+access+`}`) // the same as it is
			try("X", "POST", "", `{"access_control":{"read":{}}}`)
			try("D", "DELETE", "", "")
		}
	}
}

// TestListScopes: who sees which flows in which list.
func TestListScopes(t *testing.T) {
	f := newFixture(t, Options{})
	f.create(f.ann, `{"name":"private"}`)
	f.create(f.ann, `{"name":"public","access_control":null}`)
	f.create(f.ann, `{"name":"shared","access_control":{"read":{"user_ids":["`+f.ben.id+`"]}}}`)
	f.create(f.ann, `{"name":"writable","access_control":{"write":{"user_ids":["`+f.ben.id+`"]}}}`)
	f.create(f.ben, `{"name":"bens"}`)
	f.create(f.admin, `{"name":"admins"}`)
	for _, c := range []struct {
		who  caller
		path string
		want string
	}{
		{f.ann, "", "private public shared writable"},
		{f.ann, "/", "private public shared writable"},
		{f.ben, "/", "bens"},
		{f.admin, "/", "admins"},
		{f.ann, "/accessible", "private public shared writable"},
		{f.ben, "/accessible", "bens public shared"},
		{f.admin, "/accessible", "admins bens private public shared writable"},
		{f.admin, "/?all=true", "admins bens private public shared writable"},
		{f.admin, "/?all=1&q=R", "private shared writable"},
		{f.admin, "/?all=false", "admins"},
		{f.ben, "/accessible?q=PUB", "public"},
		{f.ben, "/?all=0", "bens"},
	} {
		r := f.want(200, c.who, "GET", "/api/v1/flows"+c.path, "")
		if got := names(t, r); got != c.want {
			t.Errorf("%s lists %q, want %q", c.path, got, c.want)
		}
	}
	for _, path := range []string{"/?all=true", "/accessible?all=true"} {
		if r := f.want(403, f.ben, "GET", "/api/v1/flows"+path, ""); r.text() != `{"detail":"Access Prohibited"}` {
			t.Errorf("%s answered %s", path, r.body)
		}
	}
}
