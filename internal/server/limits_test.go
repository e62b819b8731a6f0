package server

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/flowctl/flowctl/internal/limits"
	"github.com/flowctl/flowctl/internal/rawjson"
)

// manyFields is a flow with n unknown fields of that value.
func manyFields(n int, value string) string {
	var b strings.Builder
	b.WriteString(`{"name":"x"`)
	for i := range n {
		fmt.Fprintf(&b, `,"k%d":%s`, i, value)
	}
	b.WriteString("}")
	return b.String()
}

// idList is a JSON array of n ids.
func idList(n int) string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf(`"u%d"`, i)
	}
	return "[" + strings.Join(ids, ",") + "]"
}

// TestFlowLimits has every limit on the parts of a flow at its border: what is as large
// as may be comes back, and one more is a 422 that says which limit it is.
func TestFlowLimits(t *testing.T) {
	f := newFixture(t, Options{})
	id := f.create(f.ann, hello)
	text := func(n int) string { return `"` + strings.Repeat("x", n) + `"` }
	for _, c := range []struct {
		field string
		limit int
		value func(n int) string
		want  string
	}{
		{"name", limits.Name, text, "String should have at most 1 KiB, not 1025 bytes"},
		{"description", limits.Description, text, "String should have at most 256 KiB, not 262145 bytes"},
		{"meta", limits.Meta, func(n int) string { return `{"a": ` + text(n-len(`{"a":""}`)) + ` }` }, "Compact JSON should have at most 256 KiB, not 262145 bytes"},
		{"access_control", limits.AccessIDs, func(n int) string {
			return `{"read":{"user_ids":` + idList(n-3) + `,"group_ids":["g"]},"write":{"user_ids":["a","b"]}}`
		}, "access_control should have at most 2000 ids, not 2001"},
	} {
		body := func(n int) string {
			if c.field == "name" {
				return `{"name":` + c.value(n) + `}`
			}
			return `{"name":"x","` + c.field + `":` + c.value(n) + `}`
		}
		for _, to := range [][2]string{{"POST", "/create"}, {"POST", "/import"}, {"POST", "/" + id}, {"PUT", "/" + id}, {"PUT", "/new-" + c.field}} {
			if r := f.want(422, f.ann, to[0], "/api/v1/flows"+to[1], body(c.limit+1)); !strings.Contains(r.text(), c.want) || len(r.body) > 4*maxInput {
				t.Errorf("%s %s with %s answered %.300s, want %q", to[0], to[1], c.field, r.body, c.want)
			}
			want := strings.ReplaceAll(c.value(c.limit), " ", "")
			if got := f.want(200, f.ann, to[0], "/api/v1/flows"+to[1], body(c.limit)).field(t, c.field); got != want {
				t.Errorf("%s %s answered %s of %d bytes, want %d", to[0], to[1], c.field, len(got), len(want))
			}
		}
	}
}

// TestUnknownFieldLimit: a flow keeps so many fields that the API does not know, in one
// request or in several.
func TestUnknownFieldLimit(t *testing.T) {
	f := newFixture(t, Options{})
	const want = "A flow should have at most 1000 unknown fields, not 1001"
	for _, to := range [][2]string{{"POST", "/create"}, {"POST", "/import"}, {"PUT", "/a"}} {
		if r := f.want(422, f.ann, to[0], "/api/v1/flows"+to[1], manyFields(limits.Unknown+1, "1")); !strings.Contains(r.text(), want) {
			t.Errorf("%v answered %.300s", to, r.body)
		}
	}
	id := f.create(f.ann, manyFields(limits.Unknown, "1"))
	at := "/api/v1/flows/" + id
	f.want(200, f.ann, "POST", at, manyFields(limits.Unknown, "2"))
	if r := f.want(422, f.ann, "POST", at, `{"other":1}`); !strings.Contains(r.text(), want) {
		t.Errorf("one more answered %.300s", r.body)
	}
	f.want(200, f.ann, "POST", at, `{"other":1,"k0":null}`)
	if r := f.want(200, f.ann, "POST", at, `{"k1":{"a":1}}`); r.field(t, "k1") != `{"a":1}` || r.field(t, "k0") != "" || r.field(t, "other") != "1" || !strings.Contains(r.text(), `"k1":{"a":1},"k2":2`) {
		t.Errorf("the fields are %.300s", r.body)
	}
}

// TestUnknownFieldsTakeLinearTime: an update that is refused for its many fields, and
// one of a flow that has had many since before there was a limit, take no time with
// their square.
func TestUnknownFieldsTakeLinearTime(t *testing.T) {
	const many = 200_000
	o, err := rawjson.ParseObject([]byte(manyFields(many, "1")))
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	d := draft{extra: o[1:]}
	got, err := d.applyExtra([]byte(manyFields(many, "2")))
	if took := time.Since(began); err != nil || took > time.Minute || strings.Count(string(got), ":1") != many {
		t.Errorf("took %v: %.100s, %v", took, got, err)
	}
}

// TestCopyName: the name of a copy is not longer than a name may be.
func TestCopyName(t *testing.T) {
	f := newFixture(t, Options{})
	name := strings.Repeat("é", limits.Name/2)
	id := f.create(f.ann, `{"name":"`+name+`"}`)
	dup := f.want(200, f.ann, "POST", "/api/v1/flows/"+id+"/duplicate", "").field(t, "name")
	if want := `"` + strings.Repeat("é", (limits.Name-7)/2) + ` (Copy)"`; dup != want {
		t.Errorf("the copy is %q of %d bytes", dup, len(dup))
	}
}

// TestSignInBody: what is read before anybody is known is small, and does not take long.
func TestSignInBody(t *testing.T) {
	f := newFixture(t, Options{})
	const before, after = `{"email":"a@example.org","password":"`, `"}`
	body := func(n int) string { return before + strings.Repeat("x", n-len(before+after)) + after }
	f.want(401, caller{}, "POST", "/api/v1/auths/signin", body(maxSignIn))
	r := f.want(413, caller{}, "POST", "/api/v1/auths/signin", body(maxSignIn+1))
	if want := `{"detail":"The body is larger than 4 KiB"}`; r.text() != want {
		t.Errorf("answered %s, want %s", r.body, want)
	}
	f.srv.strangerTime = 100 * time.Millisecond
	for _, c := range []struct {
		head string
		want int
	}{
		{"POST /api/v1/auths/signin HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{", 408},
		{"POST /api/v1/auths/signin HTTP/1.1\r\nHost: x\r\nContent-Length: 16000000\r\n\r\n{", 413},
		{"POST /api/v1/auths/signin HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", 408},
		{"POST /api/v1/flows/create HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{", 401},
		{"POST /api/v1/flows/create HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\nContent-Length: 16000000\r\n\r\n{", 401},
	} {
		began := time.Now()
		resp, closed := sendRaw(t, f.url, c.head)
		if took := time.Since(began); resp.StatusCode != c.want || !closed || took > 3*time.Second {
			t.Errorf("%.70q answered %d after %v, closed: %v; want %d and closed", c.head, resp.StatusCode, took, closed, c.want)
		}
	}
}

// sendRaw sends text and returns the answer, and whether the connection was closed
// after it.
func sendRaw(t *testing.T, url, text string) (resp *http.Response, closed bool) {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(conn)
	resp, err = http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	_, err = r.ReadByte()
	return resp, err != nil && !strings.Contains(err.Error(), "timeout")
}

// TestChunkedBodyClosesConnection: a length next to a transfer encoding is a way to
// smuggle a request through a proxy.
func TestChunkedBodyClosesConnection(t *testing.T) {
	f := newFixture(t, Options{})
	resp, closed := sendRaw(t, f.url, "POST /api/v1/flows/create HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "+f.ann.key+
		"\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nc\r\n{\"name\":\"x\"}\r\n0\r\n\r\n")
	if resp.StatusCode != 200 || !closed {
		t.Errorf("answered %d, closed: %v", resp.StatusCode, closed)
	}
}

// TestDeviceIDs: what Windows takes for a device, or cannot keep, is not an id.
func TestDeviceIDs(t *testing.T) {
	f := newFixture(t, Options{})
	for _, id := range []string{"CON", "con", "nul.json", "Lpt1", "COM9.a.b", "a."} {
		f.want(422, f.ann, "PUT", "/api/v1/flows/"+id, hello)
	}
	for _, id := range []string{"console", "nul-1", "com10", "a.con", "a.b"} {
		f.want(200, f.ann, "PUT", "/api/v1/flows/"+id, hello)
	}
}
