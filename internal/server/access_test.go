package server

import (
	"fmt"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/internal/store"
)

// TestRights goes through everybody's rights on flows of every kind.
func TestRights(t *testing.T) {
	f := newFixture(t, Options{})
	bens, err := f.st.AddGroup(t.Context(), "bens")
	if err == nil {
		err = f.st.AddMembers(t.Context(), bens.ID, f.ben.id)
	}
	if err != nil {
		t.Fatal(err)
	}
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
		{`{"read":{"user_ids":["x"],"group_ids":["x","BENS"]}}`, own, own, "G"},
		{`{"write":{"group_ids":["BENS"]}}`, own, own, "U"},
		{`{"read":{"group_ids":["BENS"]},"write":{"user_ids":["BEN"]}}`, own, own, "GU"},
		{`{"read":{"user_ids":["BENS"]},"write":{"user_ids":["BENS"]}}`, own, own, none},
	} {
		access := strings.NewReplacer("BENS", bens.ID, "BEN", f.ben.id).Replace(c.access)
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

// TestReadersSeeNoOthers: who may only read a flow does not see who else may.
func TestReadersSeeNoOthers(t *testing.T) {
	f := newFixture(t, Options{})
	access := `{"read":{"user_ids":["x","` + f.ben.id + `"],"group_ids":["g"]},"write":{"user_ids":["y"]}}`
	id := f.create(f.ann, `{"name":"n","access_control":`+access+`}`)
	own := `"access_control":{"read":{"group_ids":[],"user_ids":["` + f.ben.id + `"]}}`
	for _, path := range []string{"/api/v1/flows/" + id, "/api/v1/flows/" + id + "?version=1", "/api/v1/flows/accessible?include=graph"} {
		if r := f.call(f.ben, "GET", path, ""); r.status != 200 || !strings.Contains(r.text(), own) {
			t.Errorf("ben: %s answered %d %s", path, r.status, r.body)
		}
		if r := f.call(f.ann, "GET", path, ""); r.status != 200 || !strings.Contains(r.text(), `"access_control":`+access) {
			t.Errorf("ann: %s answered %d %s", path, r.status, r.body)
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
		{f.ben, "/?access=write", "bens writable"},
		{f.ben, "/accessible?access=any", "bens public shared writable"},
		{f.ben, "/?access=read", "bens public shared"},
		{f.admin, "/accessible?access=any&name=writable", "writable"},
		{f.ben, "/accessible?access=any&name=private", ""},
	} {
		r := f.want(200, c.who, "GET", "/api/v1/flows"+c.path, "")
		if got := names(t, r); got != c.want {
			t.Errorf("%s lists %q, want %q", c.path, got, c.want)
		}
	}
	// Of what may be changed and not read there is no more than a summary.
	r := f.want(200, f.ben, "GET", "/api/v1/flows/accessible?access=any&include=graph", "")
	if strings.Count(r.text(), `"nodes"`) != 3 {
		t.Errorf("of what may not be read there are nodes: %s", r.body)
	}
	r = f.want(200, f.ben, "GET", "/api/v1/flows/accessible?include=owner&name=public", "")
	if want := fmt.Sprintf(`"user_id":%q,"user":{"id":%q,"name":"ann"}`, f.ann.id, f.ann.id); !strings.Contains(r.text(), want) {
		t.Errorf("the owner of a row: %s", r.body)
	}
	// A digest would say something of what may not be read.
	for path, want := range map[string]int{"/?include=digest": 1, "/accessible?include=owner,digest": 3, "/accessible?access=any&include=digest": 0, "/?access=write&include=digest": 0} {
		if r := f.want(200, f.ben, "GET", "/api/v1/flows"+path, ""); strings.Count(r.text(), `"digest":`) != want {
			t.Errorf("%s lists %s, want %d digests", path, r.body, want)
		}
	}
	for _, path := range []string{"/?all=true", "/accessible?all=true"} {
		if r := f.want(403, f.ben, "GET", "/api/v1/flows"+path, ""); r.text() != `{"detail":"Access Prohibited"}` {
			t.Errorf("%s answered %s", path, r.body)
		}
	}
}

// TestCompatOpenWebUI: lists without parameters are as the pages of the fork want them.
func TestCompatOpenWebUI(t *testing.T) {
	f := newFixture(t, Options{Compat: OpenWebUI})
	f.plant(maxLimit, store.Flow{UserID: f.ben.id, Name: "x", AccessControl: []byte("{}")})
	f.create(f.ann, `{"name":"private"}`)
	f.create(f.ann, `{"name":"public","access_control":null,"nodes":[{"id":"a"}]}`)
	f.create(f.ann, `{"name":"writable","access_control":{"write":{"user_ids":["`+f.ben.id+`","`+f.admin.id+`"]}}}`)
	for path, want := range map[string]int{"/": maxLimit + 1, "": maxLimit + 1, "/accessible": maxLimit + 1} {
		r := f.want(200, f.ben, "GET", "/api/v1/flows"+path, "")
		if n := strings.Count(r.text(), `"nodes":[`); n != want || r.header.Get("Link") != "" || strings.Count(r.text(), `"access_control":`) != want {
			t.Errorf("%s lists %d flows, then %q; want %d", path, n, r.header.Get("Link"), want)
		}
	}
	for path, want := range map[string]string{"/": "writable", "/accessible": "public", "/accessible?q=p": "private public"} {
		if got := names(t, f.want(200, f.admin, "GET", "/api/v1/flows"+path, "")); got != want {
			t.Errorf("%s lists %q to an admin, want %q", path, got, want)
		}
	}
	if r := f.want(200, f.ann, "GET", "/api/v1/flows/?limit=2", ""); strings.Contains(r.text(), `"nodes"`) || r.header.Get("Link") == "" {
		t.Errorf("with a parameter it is %s", r.body)
	}
}
