package server

import "testing"

func TestIfMatch(t *testing.T) {
	f := newFixture(t, Options{})
	id := f.create(f.ann, hello)
	path := "/api/v1/flows/" + id
	old := f.want(200, f.ann, "GET", path, "").header.Get("ETag")
	now := f.want(200, f.ann, "POST", path, `{"name":"second"}`, "If-Match", old).header.Get("ETag")
	for _, stale := range []string{old, "W/" + now, `"x"`, "nonsense", now[1 : len(now)-1], `W/*`, `"open`, `"a", "b"`, ``} {
		header := []string{"If-Match", stale}
		if stale == "" {
			header[1] = " "
		}
		for _, method := range []string{"POST", "DELETE"} {
			r := f.want(412, f.ann, method, path, map[string]string{"POST": `{"name":"lost"}`}[method], header...)
			if r.text() != `{"detail":"The flow has changed since it was read"}` {
				t.Errorf("%s with %q answered %s", method, stale, r.body)
			}
		}
	}
	for _, fresh := range []string{now, "*", `"x", ` + now, `"x",W/"y" ,` + now + `,"z"`} {
		f.want(200, f.ann, "POST", path, `{}`, "If-Match", fresh)
	}
	if got := f.want(200, f.ann, "GET", path, "").field(t, "name"); got != `"second"` {
		t.Errorf("the name is %s, want \"second\"", got)
	}
	f.want(403, f.ben, "POST", path, `{}`, "If-Match", old)
	f.want(404, f.ann, "POST", "/api/v1/flows/none", `{}`, "If-Match", old)
	f.want(200, f.ann, "DELETE", path, "", "If-Match", now)
}

func TestIfNoneMatch(t *testing.T) {
	f := newFixture(t, Options{})
	path := "/api/v1/flows/" + f.create(f.ann, hello)
	tag := f.want(200, f.ann, "GET", path, "").header.Get("ETag")
	for _, same := range []string{tag, "W/" + tag, "*", `"x", ` + tag} {
		for _, method := range []string{"GET", "HEAD"} {
			if r := f.want(304, f.ann, method, path, "", "If-None-Match", same); r.header.Get("ETag") != tag {
				t.Errorf("304 with ETag %q, want %q", r.header.Get("ETag"), tag)
			}
		}
	}
	for _, other := range []string{`"x"`, "nonsense"} {
		f.want(200, f.ann, "GET", path, "", "If-None-Match", other)
	}
	f.want(200, f.ann, "POST", path, `{"name":"changed"}`)
	f.want(200, f.ann, "GET", path, "", "If-None-Match", tag)
	f.want(403, f.ben, "GET", path, "", "If-None-Match", tag)
}
