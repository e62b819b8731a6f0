package server

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// versionNode is a flow with one node: its text, and where it stands.
func versionNode(text string, x int) string {
	return fmt.Sprintf(`{"name":"x","nodes":[{"id":"n","type":"input","position":{"x":%d,"y":0},"data":{"value":%q}}],"edges":[]}`, x, text)
}

// versionList lists the versions of a flow as number, user and message.
func (f *fixture) versionList(who caller, path string) string {
	f.t.Helper()
	var list []struct {
		Number  int64
		Message string
		User    struct{ Name string }
		Labels  []string
	}
	if err := json.Unmarshal(f.want(200, who, "GET", path+"/versions", "").body, &list); err != nil {
		f.t.Fatal(err)
	}
	var rows []string
	for _, v := range list {
		rows = append(rows, strings.TrimSpace(fmt.Sprint(v.Number, " ", v.User.Name, " ", v.Message, " ", strings.Join(v.Labels, ","))))
	}
	return strings.Join(rows, "; ")
}

func TestVersions(t *testing.T) {
	f := newFixture(t, Options{})
	path := "/api/v1/flows/" + f.want(200, f.ann, "POST", "/api/v1/flows/create?message=begin", versionNode("one", 1)).id(t)
	f.want(200, f.ann, "POST", path, `{"access_control":{"read":{"user_ids":["`+f.ben.id+`"]},"write":{"user_ids":["`+f.ben.id+`"]}}}`)
	f.want(200, f.ann, "POST", path, versionNode("one", 5))                                                                // layout
	f.want(200, f.ann, "POST", path, strings.Replace(versionNode("one", 5), `"data":{`, `"data":{"status":"success",`, 1)) // of a run
	r := f.want(200, f.ben, "POST", path+"?message=second%20text", versionNode("two", 7))
	if got := r.header.Get("Flow-Version"); got != "2" {
		t.Errorf("Flow-Version is %q, want 2", got)
	}
	f.want(200, f.ann, "PUT", path, versionNode("three", 7), "Prefer", "return=minimal")
	f.want(200, f.ann, "PUT", path, versionNode("three", 7))
	const want = "3 ann; 2 ben second text; 1 ann begin"
	if got := f.versionList(f.ben, path); got != want {
		t.Errorf("versions are %s, want %s", got, want)
	}
	first := f.want(200, f.ben, "GET", path+"/versions?limit=2", "")
	if link := first.link(); strings.Contains(first.text(), `"number":1`) || !strings.Contains(link, "cursor=2") {
		t.Errorf("a page of 2 is %s, then %s", first.body, link)
	}
	if rest := f.want(200, f.ben, "GET", path+"/versions?cursor=2", ""); !strings.Contains(rest.text(), `"number":1`) || rest.link() != "" {
		t.Errorf("the rest is %s", rest.body)
	}

	one := f.want(200, f.ben, "GET", path+"/versions/1", "")
	if text := one.text(); !strings.Contains(text, `"value":"one"`) || !strings.Contains(text, `"x":5`) || strings.Contains(text, "access_control") || strings.Contains(text, f.ben.id) {
		t.Errorf("version 1 is %s", text)
	}
	for ref, text := range map[string]string{"1": "one", "-1": "two", "3": "three", "2999-12-31": "three", "-2": "one", "2999-01-01T00:00:00Z": "three"} {
		for _, p := range []string{path + "?version=" + ref, path + "/export?version=" + ref, path + "/versions/" + ref} {
			if r := f.want(200, f.ben, "GET", p, ""); !strings.Contains(r.text(), `"value":"`+text+`"`) {
				t.Errorf("%s is %s", p, r.body)
			}
		}
	}
	for _, ref := range []string{"0", "4", "-3", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "+1", "1.0", "1999-12-31", "published", "%00", "%ff", "a%2Fb", strings.Repeat("9", 5000)} {
		for _, p := range []string{path + "?version=" + ref, path + "/export?version=" + ref, path + "/versions/" + ref} {
			f.want(404, f.ann, "GET", p, "")
		}
	}
	f.want(404, f.ann, "GET", path+"?version=", "")
	for _, query := range []string{"limit=0", "limit=1001", "limit=x", "cursor=x", "cursor=-1"} {
		f.want(422, f.ann, "GET", path+"/versions?"+query, "")
	}
	for _, message := range []string{"a%0Ab", "%00", "%ff", "%1b[31m", strings.Repeat("x", 1025)} {
		f.want(422, f.ann, "POST", path+"?message="+message, versionNode("never", 7))
		f.want(422, f.ann, "POST", "/api/v1/flows/create?message="+message, versionNode("never", 7))
	}
	eve := addUser(t, f.st, "eve@example.org", "user")
	for _, p := range []string{"/versions", "/versions/1", "?version=1"} {
		f.want(403, eve, "GET", path+p, "")
		f.want(404, eve, "GET", "/api/v1/flows/none"+p, "")
	}
	if got := f.versionList(f.ben, path); got != want {
		t.Errorf("versions are %s, want %s as before", got, want)
	}
}

func TestRestoreVersion(t *testing.T) {
	f := newFixture(t, Options{})
	path := "/api/v1/flows/" + f.create(f.ann, versionNode("one", 1))
	f.want(200, f.ann, "POST", path, `{"access_control":{"read":{"user_ids":["`+f.ben.id+`"]}}}`)
	tag := f.want(200, f.ann, "POST", path, versionNode("two", 2)).header.Get("ETag")
	f.want(403, f.ben, "POST", path+"/versions/1/restore", "")
	f.want(404, f.ann, "POST", path+"/versions/7/restore", "")
	r := f.want(200, f.ann, "POST", path+"/versions/1/restore", "", "If-Match", tag)
	if !strings.Contains(r.text(), `"value":"one"`) || !strings.Contains(r.text(), f.ben.id) || r.header.Get("Flow-Version") != "3" {
		t.Errorf("restored to %s", r.body)
	}
	// Of two at once, one is too late.
	if late := f.want(412, f.ann, "POST", path+"/versions/1/restore", "", "If-Match", tag); !strings.Contains(late.text(), "has changed") {
		t.Errorf("answered %s", late.body)
	}
	again := f.want(200, f.ann, "POST", path+"/versions/1/restore", "{}", "If-Match", "*")
	if again.header.Get("ETag") != r.header.Get("ETag") {
		t.Error("restoring what is there already changed it")
	}
	f.want(200, f.ann, "POST", path+"/versions/-1/restore?message=back", "")
	if got, want := f.versionList(f.ann, path), "4 ann back; 3 ann version 1 restored; 2 ann; 1 ann"; got != want {
		t.Errorf("versions are %s, want %s", got, want)
	}
}

func TestVersionLabels(t *testing.T) {
	f := newFixture(t, Options{})
	path := "/api/v1/flows/" + f.create(f.ann, versionNode("one", 1))
	f.want(200, f.ann, "POST", path, `{"access_control":null}`)
	f.want(200, f.ann, "POST", path, versionNode("two", 2))
	f.want(200, f.ann, "PUT", path+"/labels/published", `{"version":1}`)
	f.want(200, f.ann, "PUT", path+"/labels/live", `{"version":"published"}`)
	f.want(200, f.ann, "PUT", path+"/labels/live", `{"version":-1}`)
	if got, want := f.versionList(f.ben, path), "2 ann; 1 ann  live,published"; got != want {
		t.Errorf("versions are %s, want %s", got, want)
	}
	if r := f.want(200, f.ben, "GET", path+"?version=published", ""); !strings.Contains(r.text(), `"value":"one"`) {
		t.Errorf("published is %s", r.body)
	}
	f.want(403, f.ben, "PUT", path+"/labels/published", `{"version":2}`)
	f.want(403, f.ben, "DELETE", path+"/labels/published", "")
	for _, name := range []string{"1", "-1", "%00", "a%20b", "%1b[31m", "2026-11-01", "Ä", strings.Repeat("x", 65)} {
		f.want(422, f.ann, "PUT", path+"/labels/"+name, `{"version":1}`)
	}
	for body, status := range map[string]int{`{}`: 422, `{"version":null}`: 422, `{"version":7}`: 404, `{"version":9223372036854775808}`: 404, `{"version":1.5}`: 404, `{"version":"none"}`: 404, ``: 422} {
		f.want(status, f.ann, "PUT", path+"/labels/x", body)
	}
	f.want(200, f.ann, "DELETE", path+"/labels/live", "")
	f.want(404, f.ann, "DELETE", path+"/labels/live", "")
	f.want(404, f.ann, "GET", path+"?version=live", "")
}

// TestExecuteVersion: a run records the version that it ran.
func TestExecuteVersion(t *testing.T) {
	f, _ := running(t, 2)
	path := "/api/v1/flows/" + f.create(f.ann, fmt.Sprintf(asks, "echo"))
	f.want(200, f.ann, "POST", path, strings.ReplaceAll(fmt.Sprintf(asks, "echo"), "hello", "bye"))
	for query, want := range map[string]struct{ version, value string }{"": {"2", "bye"}, "?version=1": {"1", "hello"}, "?version=-1": {"1", "hello"}} {
		r := f.want(200, f.ann, "POST", path+"/execute"+query, "")
		e := f.want(200, f.ann, "GET", path+"/executions/"+strings.Trim(r.field(t, "executionId"), `"`), "")
		if e.field(t, "version") != want.version || !strings.Contains(r.text(), `"in":"`+want.value+`"`) {
			t.Errorf("%s ran %s: %s", query, e.field(t, "version"), r.body)
		}
	}
	f.want(404, f.ann, "POST", path+"/execute?version=3", "")
	saved := f.want(200, f.ann, "POST", path+"/executions", `{"status":"success","version":1}`)
	if saved.field(t, "version") != "1" || !strings.Contains(f.want(200, f.ann, "GET", path+"/executions", "").text(), `"version":2`) {
		t.Errorf("saved %s", saved.body)
	}
	f.want(422, f.ann, "POST", path+"/executions", `{"status":"success","version":-1}`)
}

func TestDeletedFlows(t *testing.T) {
	f := newFixture(t, Options{})
	const path = "/api/v1/flows/chosen"
	f.want(200, f.ann, "PUT", path, versionNode("one", 1))
	f.want(200, f.ann, "POST", path, `{"access_control":null}`)
	f.want(200, f.ann, "DELETE", path, "")
	for _, p := range []string{path, path + "/versions", path + "/versions/1", path + "/export", path + "/executions"} {
		f.want(404, f.ann, "GET", p, "")
	}
	bin := f.want(200, f.ann, "GET", "/api/v1/flows/deleted", "")
	if !strings.Contains(bin.text(), `"id":"chosen"`) || strings.Contains(bin.text(), `"updated_at":-`) || bin.header.Get("X-Total-Count") != "1" {
		t.Errorf("the bin has %s", bin.body)
	}
	if r := f.want(200, f.ben, "GET", "/api/v1/flows/deleted?access=any", ""); r.text() != "[]" {
		t.Errorf("ben's bin has %s", r.body)
	}
	f.want(403, f.ben, "GET", "/api/v1/flows/deleted?all=true", "")
	if r := f.want(200, f.admin, "GET", "/api/v1/flows/deleted?all=true&include=graph,owner", ""); !strings.Contains(r.text(), `"value":"one"`) {
		t.Errorf("all bins have %s", r.body)
	}
	f.want(404, f.ben, "POST", path+"/restore", "")
	if r := f.want(409, f.ben, "PUT", path, versionNode("bens", 1)); !strings.Contains(r.text(), "was deleted") {
		t.Errorf("answered %s", r.body)
	}
	f.want(404, f.ann, "DELETE", path, "")
	r := f.want(200, f.ann, "POST", path+"/restore", "")
	if !strings.Contains(r.text(), `"value":"one"`) || r.field(t, "access_control") != "null" {
		t.Errorf("restored %s", r.body)
	}
	f.want(404, f.ann, "POST", path+"/restore", "")

	// Created anew, as apply does, it has its history, and is private.
	f.want(200, f.ann, "DELETE", path, "")
	f.want(412, f.ann, "PUT", path, versionNode("two", 1), "If-Match", "*")
	r = f.want(200, f.ann, "PUT", path, versionNode("two", 1), "If-None-Match", "*")
	if r.field(t, "access_control") != "{}" || r.header.Get("Flow-Version") != "2" {
		t.Errorf("created anew: %v %s", r.header, r.body)
	}
	f.want(412, f.ann, "PUT", path, versionNode("three", 1), "If-None-Match", "*")
	f.want(200, f.ann, "DELETE", path, "")
	f.want(200, f.ann, "PUT", path, versionNode("two", 1))
	if got := f.versionList(f.ann, path); got != "2 ann; 1 ann" {
		t.Errorf("versions are %s", got)
	}

	f.want(422, f.ann, "DELETE", path+"?purge=perhaps", "")
	f.want(200, f.ann, "DELETE", path, "")
	f.want(200, f.ann, "DELETE", path+"?purge=true", "")
	f.want(404, f.ann, "POST", path+"/restore", "")
	f.want(200, f.ben, "PUT", path, versionNode("bens", 1))
}

// TestKeepDeleted: what was deleted long ago goes when something else is deleted.
func TestKeepDeleted(t *testing.T) {
	f := newFixture(t, Options{KeepDeleted: time.Nanosecond})
	one, two := f.create(f.ann, hello), f.create(f.ann, hello)
	f.want(200, f.ann, "DELETE", "/api/v1/flows/"+one, "")
	time.Sleep(1100 * time.Millisecond) // times are whole seconds
	f.want(200, f.ann, "DELETE", "/api/v1/flows/"+two, "")
	f.want(404, f.ann, "POST", "/api/v1/flows/"+one+"/restore", "")
}
