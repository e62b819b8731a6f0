package server

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/flowctl/flowctl/internal/digest"
	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

const hello = `{
  "name": "Hello",
  "description": "A <first> flow & more",
  "nodes": [ {"id": "a", "type": "input", "position": {"x": 1.0, "y": -0.0}, "data": {"value": "é\u00e9"}} ],
  "edges": [ ],
  "meta": {"tags": ["x"]},
  "access_control": {},
  "color": "red"
}`

func TestCreateAnswersTheWholeFlow(t *testing.T) {
	f := newFixture(t, Options{})
	made := f.want(200, f.ann, "POST", "/api/v1/flows/create", hello)
	id := made.id(t)
	want := fmt.Sprintf(`{"id":%q,"user_id":%q,"name":"Hello","description":"A <first> flow & more",`+
		`"nodes":[{"id":"a","type":"input","position":{"x":1.0,"y":-0.0},"data":{"value":"é\u00e9"}}],"edges":[],`+
		`"created_at":%s,"updated_at":%s,"meta":{"tags":["x"]},"access_control":{},"color":"red"}`,
		id, f.ann.id, made.field(t, "created_at"), made.field(t, "updated_at"))
	if made.text() != want {
		t.Errorf("created\n%s\nwant\n%s", made.body, want)
	}
	got := f.want(200, f.ann, "GET", "/api/v1/flows/"+id, "")
	if got.text() != want {
		t.Errorf("got\n%s\nwant\n%s", got.body, want)
	}
	if a, b := made.header.Get("ETag"), got.header.Get("ETag"); a != b {
		t.Errorf("ETag was %s and is %s", a, b)
	}
	row := f.want(200, f.ann, "GET", "/api/v1/flows/", "")
	wantRow := fmt.Sprintf(`[{"id":%q,"name":"Hello","description":"A <first> flow & more","created_at":%s,"updated_at":%[2]s,"meta":{"tags":["x"]}}]`,
		id, made.field(t, "created_at"))
	if row.text() != wantRow {
		t.Errorf("listed\n%s\nwant\n%s", row.body, wantRow)
	}
	stored, err := flow.ParseFlow(got.body)
	if err != nil {
		t.Fatal(err)
	}
	row = f.want(200, f.ann, "GET", "/api/v1/flows/?include=digest", "")
	if want := fmt.Sprintf(`[{"id":%q,"name":"Hello","updated_at":%s,"digest":%q}]`, id, made.field(t, "updated_at"), digest.Of(stored.Spec)); row.text() != want {
		t.Errorf("listed\n%s\nwant\n%s", row.body, want)
	}
	graph := f.want(200, f.ann, "GET", "/api/v1/flows/?include=graph", "")
	if graph.text() != "["+want+"]" {
		t.Errorf("listed\n%s\nwant\n[%s]", graph.body, want)
	}
}

// TestMinimalAnswer: who asks for it is not sent back the nodes and edges that they
// have just sent.
func TestMinimalAnswer(t *testing.T) {
	f := newFixture(t, Options{})
	minimal := []string{"Prefer", "wait=1, Return=minimal"}
	made := f.want(200, f.ann, "POST", "/api/v1/flows/create", hello, minimal...)
	id := made.id(t)
	want := fmt.Sprintf(`{"id":%q,"user_id":%q,"name":"Hello","description":"A <first> flow & more",`+
		`"created_at":%s,"updated_at":%s,"meta":{"tags":["x"]},"access_control":{},"color":"red"}`,
		id, f.ann.id, made.field(t, "created_at"), made.field(t, "updated_at"))
	if made.text() != want || made.header.Get("Preference-Applied") != "return=minimal" {
		t.Errorf("created %v\n%s\nwant\n%s", made.header, made.body, want)
	}
	for _, method := range []string{"POST", "PUT"} {
		got := f.want(200, f.ann, method, "/api/v1/flows/"+id, `{"name":"`+method+`"}`, minimal...)
		if strings.Contains(got.text(), `"nodes"`) || got.field(t, "name") != `"`+method+`"` || got.header.Get("ETag") == "" {
			t.Errorf("%s answered %v %s", method, got.header, got.body)
		}
	}
	if got := f.want(200, f.ann, "GET", "/api/v1/flows/"+id, "", minimal...); got.field(t, "nodes") != "[]" {
		t.Errorf("GET answered %s", got.body)
	}
}

// TestCreateDefaults: a draft needs only a name, and is private.
func TestCreateDefaults(t *testing.T) {
	f := newFixture(t, Options{})
	made := f.want(200, f.ann, "POST", "/api/v1/flows/create", `{"name":"x","id":"mine","user_id":"u","created_at":5,"updated_at":"no"}`)
	for field, want := range map[string]string{
		"description": "null", "nodes": "[]", "edges": "[]", "meta": "{}", "access_control": "{}", "user_id": fmt.Sprintf("%q", f.ann.id),
	} {
		if got := made.field(t, field); got != want {
			t.Errorf("%s is %s, want %s", field, got, want)
		}
	}
	if made.id(t) == "mine" {
		t.Error("the client chose the id")
	}
	if public := f.want(200, f.ann, "POST", "/api/v1/flows/create", `{"name":"x","access_control":null}`); public.field(t, "access_control") != "null" {
		t.Errorf("access_control null became %s", public.field(t, "access_control"))
	}
}

// TestBytesComeBack: what was accepted is answered byte for byte, by every route
// that answers it.
func TestBytesComeBack(t *testing.T) {
	f := newFixture(t, Options{})
	deep := strings.Repeat(`[`, rawjson.MaxDepth-4) + strings.Repeat(`]`, rawjson.MaxDepth-4)
	for _, node := range []string{
		`{"n":1e400}`, `{"n":1.0}`, `{"n":-0.0}`, `{"n":1152921504606846976}`, `{"n":1E+2}`, `{"n":12345678901234567890.123456789}`,
		`{"s":"\ud800"}`, `{"s":"\udc00\ud800"}`, `{"s":"\u0000"}`, `{"s":"\/\u003c<"}`, `{"\u0061":1,"b":{"":[]}}`,
		`{"z":1,"a":2,"m":3}`, `{"s":"` + strings.Repeat("é", 40<<10) + `"}`, `{}`, `{"deep":` + deep + `}`,
	} {
		short := node[:min(len(node), 40)]
		nodes := "[" + node + "]"
		id := f.create(f.ann, `{"name":"n","nodes":`+nodes+`,"edges":`+nodes+`,"meta":`+node+`,"x\u0079":`+node+`}`)
		copied := f.want(200, f.ann, "POST", "/api/v1/flows/"+id+"/duplicate", "").id(t)
		file := f.want(200, f.ann, "GET", "/api/v1/flows/"+id+"/export", "")
		imported := id
		if len(node) < 900 || !strings.Contains(node, "deep") { // one level more than is read
			imported = f.want(200, f.ann, "POST", "/api/v1/flows/import", file.text()).id(t)
		}
		f.want(200, f.ann, "POST", "/api/v1/flows/"+id, `{"meta":{"other":[ ]}}`)
		f.want(200, f.ann, "POST", "/api/v1/flows/"+id, `{"meta": `+node+` }`)
		for _, id := range []string{id, copied, imported} {
			got := f.want(200, f.ann, "GET", "/api/v1/flows/"+id, "").text()
			for _, want := range []string{`"nodes":` + nodes, `"edges":` + nodes, `"meta":` + node, `"x\u0079":` + node} {
				if !strings.Contains(got, want) {
					t.Errorf("%s came back otherwise: %.300s", short, got)
				}
			}
		}
	}
}

func TestNamesAreKept(t *testing.T) {
	f := newFixture(t, Options{})
	for _, c := range []struct{ sent, want string }{
		{`"a/b"`, `"a/b"`},
		{`"../.."`, `"../.."`},
		{`"\u001b[31mred"`, `"\u001b[31mred"`},
		{`"\u202eright"`, "\"\u202eright\""},
		{`"\ud83d\ude00 \u00e9 \/"`, `"😀 é /"`},
		{`"<&>\"\\\n"`, `"<&>\"\\\n"`},
		{`" x "`, `" x "`},
		{`"` + strings.Repeat("n", 300) + `"`, `"` + strings.Repeat("n", 300) + `"`},
	} {
		made := f.want(200, f.ann, "POST", "/api/v1/flows/create", `{"name":`+c.sent+`,"description":`+c.sent+`}`)
		got := f.want(200, f.ann, "GET", "/api/v1/flows/"+made.id(t), "")
		for _, r := range []reply{made, got} {
			if r.field(t, "name") != c.want || r.field(t, "description") != c.want {
				t.Errorf("%s came back as %s, %s", c.sent, r.field(t, "name"), r.field(t, "description"))
			}
		}
	}
}

func TestUpdate(t *testing.T) {
	f := newFixture(t, Options{})
	id := f.create(f.ann, hello)
	before := f.want(200, f.ann, "GET", "/api/v1/flows/"+id, "")
	path := "/api/v1/flows/" + id
	for _, c := range []struct{ body, field, want string }{
		{`{"name":"Other"}`, "name", `"Other"`},
		{`{"description":"d"}`, "description", `"d"`},
		{`{}`, "description", `"d"`},
		{`{"description":null}`, "description", `null`},
		{`{"description":""}`, "description", `""`},
		{`{"nodes":[{"id":"b"} ]}`, "nodes", `[{"id":"b"}]`},
		{`{"edges":[{"id":"e"}]}`, "edges", `[{"id":"e"}]`},
		{`{"meta":null}`, "meta", `{}`},
		{`{"access_control":{"read":{"user_ids":["u"]}}}`, "access_control", `{"read":{"user_ids":["u"]}}`},
		{`{"access_control":null}`, "access_control", `null`},
		{`{"color":"blue"}`, "color", `"blue"`},
		{`{"size": 2.0}`, "size", `2.0`},
		{`{"color":null}`, "color", ``},
		{`{"size":null}`, "size", ``},
		{`{"id":"x","user_id":"y","created_at":1}`, "id", before.field(t, "id")},
	} {
		r := f.want(200, f.ann, "POST", path, c.body)
		if got := r.field(t, c.field); got != c.want {
			t.Errorf("after %s %s is %s, want %s", c.body, c.field, got, c.want)
		}
		if got := f.want(200, f.ann, "GET", path, ""); got.text() != r.text() {
			t.Errorf("update answered\n%s\nand GET\n%s", r.body, got.body)
		}
	}
	after := f.want(200, f.ann, "GET", path, "")
	want := strings.NewReplacer(
		`"Hello"`, `"Other"`, `"A <first> flow & more"`, `""`, before.field(t, "nodes"), `[{"id":"b"}]`, `"edges":[]`, `"edges":[{"id":"e"}]`,
		`{"tags":["x"]}`, `{}`, `"access_control":{}`, `"access_control":null`, `,"color":"red"`, ``,
		`"updated_at":`+before.field(t, "updated_at"), `"updated_at":`+after.field(t, "updated_at"),
	).Replace(before.text())
	if after.text() != want {
		t.Errorf("after all updates\n%s\nwant\n%s", after.body, want)
	}
}

// TestUpdateWithoutChange: saving the same again is not a change.
func TestUpdateWithoutChange(t *testing.T) {
	f := newFixture(t, Options{})
	made := f.want(200, f.ann, "POST", "/api/v1/flows/create", hello)
	for _, body := range []string{`{}`, `{"name":"Hello"}`, hello} {
		r := f.want(200, f.ann, "POST", "/api/v1/flows/"+made.id(t), body)
		if r.header.Get("ETag") != made.header.Get("ETag") || r.text() != made.text() {
			t.Errorf("update with %s changed the flow", body)
		}
	}
	r := f.want(200, f.ann, "POST", "/api/v1/flows/"+made.id(t), `{"name":"Hello!"}`)
	if r.header.Get("ETag") == made.header.Get("ETag") {
		t.Error("a change left the ETag as it was")
	}
}

func TestDuplicate(t *testing.T) {
	f := newFixture(t, Options{})
	id := f.create(f.ann, `{"name":"Shared","meta":{"k":1},"access_control":null,"nodes":[{"id":"a"}],"extra":[1.0]}`)
	for _, c := range []struct {
		body, name string
	}{
		{"", "Shared (Copy)"}, {`{}`, "Shared (Copy)"}, {`{"name":null}`, "Shared (Copy)"}, {`{"name":"Mine","other":1}`, "Mine"},
	} {
		r := f.want(200, f.ben, "POST", "/api/v1/flows/"+id+"/duplicate", c.body)
		for field, want := range map[string]string{
			"name": fmt.Sprintf("%q", c.name), "user_id": fmt.Sprintf("%q", f.ben.id), "access_control": "{}",
			"meta": `{"k":1}`, "nodes": `[{"id":"a"}]`, "extra": `[1.0]`,
		} {
			if got := r.field(t, field); got != want {
				t.Errorf("duplicate with %s: %s is %s, want %s", c.body, field, got, want)
			}
		}
		if r.id(t) == id {
			t.Error("the copy has the original's id")
		}
	}
}

func TestExportAndImport(t *testing.T) {
	f := newFixture(t, Options{})
	made := f.want(200, f.ann, "POST", "/api/v1/flows/create", hello)
	file := f.want(200, f.ann, "GET", "/api/v1/flows/"+made.id(t)+"/export", "")
	want := `{"version":"1.0","flow":{"name":"Hello","description":"A <first> flow & more","nodes":` + made.field(t, "nodes") +
		`,"edges":[],"meta":{"tags":["x"]},"color":"red"},"exportedAt":` + made.field(t, "updated_at") + `}`
	if file.text() != want {
		t.Errorf("exported\n%s\nwant\n%s", file.body, want)
	}
	for _, c := range []struct{ body, field, want string }{
		{file.text(), "meta", `{"tags":["x"]}`},
		{file.text(), "color", `"red"`},
		{file.text(), "access_control", `{}`},
		{hello, "name", `"Hello"`},
		{made.text(), "nodes", made.field(t, "nodes")},
		{`{"edges":[]}`, "name", `"Imported Flow"`},
		{`{"name":"alone"}`, "nodes", `[]`},
		{`{"flow":{}}`, "name", `"Imported Flow"`},
		{`{"flow":{"name":null}}`, "name", `"Imported Flow"`},
		{`{"version":"1.7","flow":{"name":"newer"},"id":"kept by nobody"}`, "name", `"newer"`},
		{`{"flow":{"name":"open","access_control":null}}`, "access_control", `null`},
		{`{"name":"bare","nodes":[],"flow":"unknown"}`, "flow", `"unknown"`},
	} {
		r := f.want(200, f.ben, "POST", "/api/v1/flows/import", c.body)
		if got := r.field(t, c.field); got != c.want {
			t.Errorf("import of %.60s: %s is %s, want %s", c.body, c.field, got, c.want)
		}
		if r.field(t, "user_id") != fmt.Sprintf("%q", f.ben.id) || r.id(t) == made.id(t) {
			t.Errorf("import of %.60s made %s of %s", c.body, r.id(t), r.field(t, "user_id"))
		}
	}
}

func TestDeleteAndExecute(t *testing.T) {
	f := newFixture(t, Options{})
	id := f.create(f.ann, hello)
	for _, body := range []string{"", "{}", `{"inputs":{"a":"x"}}`} {
		r := f.want(200, f.ann, "POST", "/api/v1/flows/"+id+"/execute", body)
		if want := fmt.Sprintf(`{"message":"Flow execution is handled client-side","flowId":%q,"status":"delegated_to_client"}`, id); r.text() != want {
			t.Errorf("execute answered %s, want %s", r.body, want)
		}
	}
	if r := f.want(200, f.ann, "DELETE", "/api/v1/flows/"+id, ""); r.text() != "true" {
		t.Errorf("delete answered %s", r.body)
	}
	for _, c := range [][2]string{
		{"GET", ""}, {"HEAD", ""}, {"POST", ""}, {"DELETE", ""}, {"POST", "/duplicate"}, {"GET", "/export"}, {"POST", "/execute"},
	} {
		body := ""
		if c[0] == "POST" {
			body = "{}"
		}
		r := f.want(404, f.ann, c[0], "/api/v1/flows/"+id+c[1], body)
		if c[0] != "HEAD" && r.text() != `{"detail":"Not Found"}` {
			t.Errorf("%v after the delete answered %s", c, r.body)
		}
	}
}

// TestUpdatesAtOnce: with If-Match one of many wins, and none is lost without it.
func TestUpdatesAtOnce(t *testing.T) {
	f := newFixture(t, Options{})
	made := f.want(200, f.ann, "POST", "/api/v1/flows/create", hello)
	path := "/api/v1/flows/" + made.id(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	statuses := map[int]int{}
	for i := range 8 {
		wg.Go(func() {
			r := f.call(f.ann, "POST", path, `{"name":"n`+strings.Repeat("x", i)+`"}`, "If-Match", made.header.Get("ETag"))
			f.want(200, f.ann, "POST", path, `{"field`+strings.Repeat("x", i)+`":1}`)
			mu.Lock()
			defer mu.Unlock()
			statuses[r.status]++
		})
	}
	wg.Wait()
	if statuses[200] > 1 || statuses[200]+statuses[412] != 8 {
		t.Errorf("statuses %v, want at most one 200 and the rest 412", statuses)
	}
	got := f.want(200, f.ann, "GET", path, "").text()
	for i := range 8 {
		if field := `"field` + strings.Repeat("x", i) + `":1`; !strings.Contains(got, field) {
			t.Errorf("%s is lost: %s", field, got)
		}
	}
}
