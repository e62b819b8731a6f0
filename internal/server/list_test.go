package server

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// names returns the names in a list, sorted.
func names(t *testing.T, r reply) string {
	t.Helper()
	var rows []struct{ Name string }
	if err := json.Unmarshal(r.body, &rows); err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, row := range rows {
		list = append(list, row.Name)
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

func TestPaging(t *testing.T) {
	f := newFixture(t, Options{})
	if r := f.want(200, f.ann, "GET", "/api/v1/flows/", ""); r.text() != "[]" || r.header.Get("X-Total-Count") != "0" {
		t.Errorf("without flows: %s, %s in all", r.body, r.header.Get("X-Total-Count"))
	}
	var want []string
	for i := range 7 {
		name := fmt.Sprintf("f%d", i)
		f.create(f.ann, `{"name":"`+name+` & Co"}`)
		want = append(want, name+" & Co")
	}
	all := f.want(200, f.ann, "GET", "/api/v1/flows/?q=co", "")
	for _, include := range []string{"", "&include=graph"} {
		var got []json.RawMessage
		pages := 0
		for next := "/api/v1/flows/?limit=3&q=%26+co" + include + "&unknown=1"; next != ""; pages++ {
			r := f.want(200, f.ann, "GET", next, "")
			if n := r.header.Get("X-Total-Count"); n != "7" {
				t.Errorf("%s: %s in all, want 7", next, n)
			}
			var rows []json.RawMessage
			if err := json.Unmarshal(r.body, &rows); err != nil {
				t.Fatal(err)
			}
			got = append(got, rows...)
			next = nextPage(t, next, r.header.Get("Link"))
		}
		if pages != 3 || len(got) != 7 {
			t.Errorf("got %d flows on %d pages, want 7 on 3", len(got), pages)
		}
		if joined := "[" + joinRaw(got) + "]"; include == "" && joined != all.text() {
			t.Errorf("the pages hold\n%s\nthe whole list\n%s", joined, all.body)
		}
	}
	if got := names(t, all); got != strings.Join(want, " ") {
		t.Errorf("lists %q, want %q", got, want)
	}
}

func joinRaw(list []json.RawMessage) string {
	var parts []string
	for _, r := range list {
		parts = append(parts, string(r))
	}
	return strings.Join(parts, ",")
}

// nextPage resolves a Link header against the address it came from.
func nextPage(t *testing.T, from, link string) string {
	t.Helper()
	if link == "" {
		return ""
	}
	ref, rel, _ := strings.Cut(link, ">; ")
	if rel != `rel="next"` {
		t.Fatalf("Link is %q", link)
	}
	base, err := url.Parse(from)
	if err != nil {
		t.Fatal(err)
	}
	u, err := base.Parse(strings.TrimPrefix(ref, "<"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(ref, "<http://127.0.0.1:") || u.Path != base.Path {
		t.Errorf("Link is %q on %s", link, from)
	}
	return u.RequestURI()
}

func TestListRefusesBadValues(t *testing.T) {
	f := newFixture(t, Options{})
	for query, want := range map[string]string{
		"limit=0":        `{"type":"greater_than_equal","loc":["query","limit"],"msg":"Input should be greater than or equal to 1","input":"0"}`,
		"limit=1001":     `{"type":"less_than_equal","loc":["query","limit"],"msg":"Input should be less than or equal to 1000","input":"1001"}`,
		"limit=":         `{"type":"int_parsing","loc":["query","limit"],"msg":"Input should be a valid integer","input":""}`,
		"limit=ten":      `{"type":"int_parsing","loc":["query","limit"],"msg":"Input should be a valid integer","input":"ten"}`,
		"include=nodes":  `{"type":"literal_error","loc":["query","include"],"msg":"Input should be 'graph', 'owner' or 'digest'","input":"nodes"}`,
		"access=all":     `{"type":"literal_error","loc":["query","access"],"msg":"Input should be 'read', 'write', 'any', 'public' or 'shared'","input":"all"}`,
		"name=%00":       `{"type":"string_unicode","loc":["query","name"],"msg":"Input should be valid UTF-8 without NUL characters","input":"\u0000"}`,
		"id_prefix=%ff":  `{"type":"string_unicode","loc":["query","id_prefix"],"msg":"Input should be valid UTF-8 without NUL characters","input":"` + "\ufffd" + `"}`,
		"all=maybe":      `{"type":"bool_parsing","loc":["query","all"],"msg":"Input should be a valid boolean","input":"maybe"}`,
		"q=a%00":         `{"type":"string_unicode","loc":["query","q"],"msg":"Input should be valid UTF-8 without NUL characters","input":"a\u0000"}`,
		"q=%ff":          `{"type":"string_unicode","loc":["query","q"],"msg":"Input should be valid UTF-8 without NUL characters","input":"` + "\ufffd" + `"}`,
		"cursor=nowhere": `{"type":"value_error","loc":["query","cursor"],"msg":"Value error, bad cursor: use the one of the last page, or none","input":null}`,
		"limit=x&all=y": `{"type":"int_parsing","loc":["query","limit"],"msg":"Input should be a valid integer","input":"x"},` +
			`{"type":"bool_parsing","loc":["query","all"],"msg":"Input should be a valid boolean","input":"y"}`,
	} {
		for _, path := range []string{"/api/v1/flows?", "/api/v1/flows/?", "/api/v1/flows/accessible?"} {
			if r := f.want(422, f.ann, "GET", path+query, ""); r.text() != `{"detail":[`+want+`]}` {
				t.Errorf("%s answered\n%s\nwant\n%s", query, r.body, want)
			}
		}
	}
	for _, query := range []string{"limit=1", "limit=1000", "page=2", "include=", "all=", "q=", "cursor=", "a;b", "x=%zz"} {
		f.want(200, f.ann, "GET", "/api/v1/flows/?"+query, "")
	}
}
