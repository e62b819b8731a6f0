package server

import (
	"strings"
	"testing"
)

func TestPutCreatesAndReplaces(t *testing.T) {
	f := newFixture(t, Options{})
	const path = "/api/v1/flows/from-a-file"
	made := f.want(200, f.ann, "PUT", path, hello)
	if made.id(t) != "from-a-file" || made.field(t, "user_id") != `"`+f.ann.id+`"` || made.field(t, "color") != `"red"` {
		t.Errorf("made %s", made.body)
	}
	if got := f.want(200, f.ann, "GET", path, ""); got.text() != made.text() || got.header.Get("ETag") != made.header.Get("ETag") {
		t.Errorf("got\n%s\nafter\n%s", got.body, made.body)
	}

	same := f.want(200, f.ann, "PUT", path, hello)
	if same.text() != made.text() || same.header.Get("ETag") != made.header.Get("ETag") {
		t.Errorf("the same again gave\n%s, want\n%s", same.body, made.body)
	}

	next := f.want(200, f.ann, "PUT", path, `{"name":"Next","id":"ignored","nodes":[{"n":1.0}]}`)
	for field, want := range map[string]string{
		"id": `"from-a-file"`, "name": `"Next"`, "description": "null", "nodes": `[{"n":1.0}]`, "edges": "[]", "meta": "{}", "color": "",
		"access_control": "{}", "created_at": made.field(t, "created_at"),
	} {
		if got := next.field(t, field); got != want {
			t.Errorf("%s is %s, want %s", field, got, want)
		}
	}
	if next.header.Get("ETag") == made.header.Get("ETag") {
		t.Error("another flow has the same ETag")
	}
	if got := f.want(200, f.ann, "GET", "/api/v1/flows/", "").text(); strings.Count(got, `"id"`) != 1 {
		t.Errorf("list is %s, want one flow", got)
	}
}

func TestPutKeepsAccessThatIsNotSent(t *testing.T) {
	f := newFixture(t, Options{})
	const path = "/api/v1/flows/shared"
	access := `{"write":{"user_ids":["` + f.ben.id + `"]}}`
	f.want(200, f.ann, "PUT", path, `{"name":"a","access_control":`+access+`}`)
	f.want(200, f.ben, "PUT", path, `{"name":"b"}`)
	got := f.want(200, f.ann, "GET", path, "")
	if got.field(t, "access_control") != access || got.field(t, "name") != `"b"` || got.field(t, "user_id") != `"`+f.ann.id+`"` {
		t.Errorf("after the put of another it is %s", got.body)
	}
	// The same rights in other words are no change of rights, which are the owner's to give.
	same := `{"read":{"group_ids":[],"user_ids":[]},"write":{"user_ids":["` + f.ben.id + `"],"group_ids":[]}}`
	f.want(200, f.ben, "PUT", path, `{"name":"b","access_control":`+same+`}`)
	f.want(200, f.ben, "POST", path, `{"name":"b","access_control":`+same+`}`)
	f.want(403, f.ben, "PUT", path, `{"name":"b","access_control":null}`)
	f.want(200, f.ann, "PUT", path, `{"name":"b","access_control":{}}`)
	f.want(403, f.ben, "PUT", path, `{"name":"c"}`)
	f.want(200, f.admin, "PUT", path, `{"name":"c"}`)
	f.want(401, caller{}, "PUT", path, `{"name":"c"}`)
	if got := f.want(200, f.ann, "GET", path, "").field(t, "user_id"); got != `"`+f.ann.id+`"` {
		t.Errorf("the owner is %s", got)
	}
}

func TestPutPreconditions(t *testing.T) {
	f := newFixture(t, Options{})
	const path = "/api/v1/flows/one"
	f.want(412, f.ann, "PUT", path, hello, "If-Match", "*")
	f.want(412, f.ann, "PUT", path, hello, "If-Match", `"x"`)
	f.want(404, f.ann, "GET", path, "")
	old := f.want(200, f.ann, "PUT", path, hello, "If-None-Match", "*").header.Get("ETag")
	f.want(412, f.ann, "PUT", path, hello, "If-None-Match", "*")
	f.want(412, f.ann, "PUT", path, hello, "If-None-Match", old)
	now := f.want(200, f.ann, "PUT", path, `{"name":"second"}`, "If-Match", old).header.Get("ETag")
	f.want(412, f.ann, "PUT", path, `{"name":"lost"}`, "If-Match", old)
	f.want(200, f.ann, "PUT", path, `{"name":"second"}`, "If-Match", now)
	f.want(403, f.ben, "PUT", path, `{"name":"spy"}`, "If-Match", old)
	if got := f.want(200, f.ann, "GET", path, "").field(t, "name"); got != `"second"` {
		t.Errorf("the name is %s, want \"second\"", got)
	}
}

func TestPutRefuses(t *testing.T) {
	f := newFixture(t, Options{})
	for _, id := range []string{"_x", "-a", "a%20b", "a%2Fb", "%C3%A9", strings.Repeat("x", 129)} {
		r := f.want(422, f.ann, "PUT", "/api/v1/flows/"+id, hello)
		if !strings.Contains(r.text(), `"loc":["path","id"]`) {
			t.Errorf("%s answered %s", id, r.body)
		}
	}
	for body, want := range map[string]string{
		`{}`:                       `"loc":["body","name"]`,
		`{"name":" "}`:             `"loc":["body","name"]`,
		`{"name":"a","nodes":[1]}`: `"loc":["body","nodes",0]`,
		`[]`:                       `"loc":["body"]`,
	} {
		if r := f.want(422, f.ann, "PUT", "/api/v1/flows/one", body); !strings.Contains(r.text(), want) {
			t.Errorf("%s answered %s, want %s", body, r.body, want)
		}
	}
	f.want(405, f.ann, "PUT", "/api/v1/flows/create", hello)
	f.want(200, f.ann, "GET", "/api/v1/flows/", "")
	if got := f.want(200, f.ann, "GET", "/api/v1/flows/", "").text(); got != "[]" {
		t.Errorf("what was refused left %s", got)
	}
}

// Both conditions at once are looked at where there is a flow.
func TestPutWithBothConditions(t *testing.T) {
	f := newFixture(t, Options{})
	made := f.want(200, f.ann, "PUT", "/api/v1/flows/mine", `{"name":"x"}`)
	f.want(200, f.ann, "PUT", "/api/v1/flows/mine", `{"name":"y"}`, "If-Match", made.header.Get("ETag"), "If-None-Match", `"other"`)
	f.want(412, f.ann, "PUT", "/api/v1/flows/mine", `{"name":"z"}`, "If-None-Match", "*")
}
