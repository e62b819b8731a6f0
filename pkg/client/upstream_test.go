package client_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/client/clienttest"
	"github.com/flowctl/flowctl/pkg/flow"
)

const create1 = "/api/v1/flows/create"

// Surprise 2: meta is dropped; the answer says so, and Create gives it as it is.
func TestMetaIsDropped(t *testing.T) {
	c, _ := upstream(t, clienttest.Options{})
	f := create(t, c, `{"name":"m","nodes":[],"edges":[],"meta":{"tags":["x"]}}`)
	if string(f.Meta) != "{}" {
		t.Errorf("meta is %s", f.Meta)
	}
}

// Surprise 3: null is public, and private is for good.
func TestAccessControl(t *testing.T) {
	c, _ := upstream(t, clienttest.Options{})
	public := create(t, c, `{"name":"p","nodes":[],"edges":[],"access_control":null}`)
	if string(public.AccessControl) != "null" {
		t.Errorf("asked for public, got %s", public.AccessControl)
	}
	private, err := c.Flows.Update(t.Context(), public.ID, client.Patch{AccessControl: flow.Private()})
	if err != nil || string(private.AccessControl) != "{}" {
		t.Errorf("made private: %s, %v", private.AccessControl, err)
	}
	name := "q"
	got, err := c.Flows.Update(t.Context(), public.ID, client.Patch{Name: &name, AccessControl: flow.Public()})
	if !errors.Is(err, client.ErrInvalid) {
		t.Errorf("made public again: %s, %v", got.AppendJSON(nil), err)
	}
	if now, err := c.Flows.Get(t.Context(), public.ID); err != nil || now.Name != "p" {
		t.Errorf("a part of it was done: %s, %v", now.AppendJSON(nil), err)
	}
}

// Surprise 6: who may write may not always read.
func TestWriteWithoutRead(t *testing.T) {
	b := clienttest.New(clienttest.Options{Users: []clienttest.User{
		{ID: "owner", Role: "user", Token: "owner-token"}, {ID: "helper", Role: "user", Token: "helper-token"}, {ID: "new", Role: "pending", Token: "new-token"},
	}})
	url := serve(t, b)
	owner, helper := newClient(t, url, client.WithToken("owner-token")), newClient(t, url, client.WithToken("helper-token"))
	f := create(t, owner, `{"name":"w","nodes":[],"edges":[],"access_control":{"write":{"user_ids":["helper"]}}}`)
	if _, err := helper.Flows.Get(t.Context(), f.ID); !errors.Is(err, client.ErrForbidden) {
		t.Errorf("Get: %v", err)
	}
	name := "written"
	if got, err := helper.Flows.Update(t.Context(), f.ID, client.Patch{Name: &name}); err != nil || got.Name != name {
		t.Errorf("Update: %v", err)
	}
	if err := helper.Flows.Delete(t.Context(), f.ID); !errors.Is(err, client.ErrForbidden) {
		t.Errorf("Delete: %v", err)
	}
	pending := newClient(t, url, client.WithToken("new-token"))
	_, err := pending.Flows.List(t.Context(), client.ListOptions{})
	if !errors.Is(err, client.ErrUnauthorized) || !strings.Contains(err.Error(), "ask an administrator") {
		t.Errorf("pending account: %v", err)
	}
}

// plant stores a flow past the client, as the editor does.
func plant(t *testing.T, base, body string) flow.Flow {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/api/v1/flows/create", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer ann-token")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	f, err := flow.ParseFlow(text)
	if err != nil {
		t.Fatalf("planted %s: %v", text, err)
	}
	return f
}

// Surprise 8: numbers are re-spelt, and one that is too big becomes null.
func TestNumbers(t *testing.T) {
	base := serve(t, clienttest.New(clienttest.Options{}))
	c := newClient(t, base, client.WithToken("ann-token"))
	f := create(t, c, `{"name":"n","nodes":[{"id":"a","data":[1e2,1e16,1.0,-0.0,1152921504606846977]}],"edges":[]}`)
	if want := `[100.0,1e+16,1.0,-0.0,1152921504606846977]`; string(f.Nodes[0].Data) != want {
		t.Errorf("numbers are %s, want %s", f.Nodes[0].Data, want)
	}
	if _, err := c.Flows.Create(t.Context(), spec(t, `{"name":"big","nodes":[{"id":"a","data":{"x":"1e400","n":[-1E+400]}}]}`)); !errors.Is(err, client.ErrInvalid) || !strings.Contains(err.Error(), "-1E+400") {
		t.Errorf("a number too big gave %v", err)
	}
	f = plant(t, base, `{"name":"big","nodes":[{"id":"a","data":1e400}],"edges":[]}`)
	if got, err := c.Flows.Get(t.Context(), f.ID); err != nil || string(got.Nodes[0].Data) != "null" {
		t.Errorf("a number too big is read as %s, %v", got.AppendJSON(nil), err)
	}
}

// Surprise 8: what the backend can store but never send again is not sent to it;
// our own server takes it.
func TestWhatCannotBeListed(t *testing.T) {
	deep := `{"name":"deep","nodes":[{"id":"a","data":` + strings.Repeat(`[`, 300) + strings.Repeat(`]`, 300) + `}],"edges":[]}`
	half := `{"name":"half","nodes":[{"id":"a","data":{"x":"\ud83d"}}],"edges":[]}`
	for _, text := range []string{deep, half} {
		c, b := upstream(t, clienttest.Options{})
		old := create(t, c, twoNodes)
		if _, err := c.Flows.Create(t.Context(), spec(t, text)); !errors.Is(err, client.ErrInvalid) || !strings.Contains(err.Error(), "never list again") {
			t.Errorf("Create: %v", err)
		}
		if _, err := c.Flows.Update(t.Context(), old.ID, client.Replace(spec(t, text))); !errors.Is(err, client.ErrInvalid) {
			t.Errorf("Update: %v", err)
		}
		for _, fine := range []string{
			twoNodes, // and what the backend drops may be anything
			`{"name":"m","nodes":[],"edges":[],"meta":` + strings.Repeat(`{"d":`, 300) + `1` + strings.Repeat(`}`, 300) + `}`,
			`{"name":"u","nodes":[],"edges":[],"note":"\ud83d"}`,
		} {
			create(t, c, fine)
		}
		if n := b.Count("POST", create1); n != 4 || listNames(t, c) != "u,m,Two,Two" {
			t.Errorf("the backend got it: %d creates", n)
		}
		ours := our(t)
		if f := create(t, ours, text); len(f.Nodes) != 1 {
			t.Errorf("our server made %s", f.AppendJSON(nil))
		}
	}
}

// Surprise 8: a POST that came back 500, or not at all, may have been stored.
func TestCreateIsLookedForBeforeItIsSentAgain(t *testing.T) {
	for name, c := range map[string]struct {
		fault clienttest.Fault
		sent  int
	}{
		"stored, then 500":           {clienttest.Fault{After: true}, 1},
		"stored, answer dropped":     {clienttest.Fault{After: true, Drop: true}, 1},
		"stored, answer cut":         {clienttest.Fault{Cut: true}, 1},
		"stored, a proxy's 502":      {clienttest.Fault{After: true, Status: 502}, 1},
		"not stored, 500":            {clienttest.Fault{}, 2},
		"not stored, dropped":        {clienttest.Fault{Drop: true}, 2},
		"not stored, dropped thrice": {clienttest.Fault{Drop: true, Times: 3}, 4},
		"too many requests":          {clienttest.Fault{Status: 429, Header: http.Header{"Retry-After": {"0"}}}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			client, b := upstream(t, clienttest.Options{})
			create(t, client, twoNodes) // another one of the same name, whose content differs
			c.fault.Method, c.fault.Path = "POST", "/create"
			b.Fail(c.fault)
			f, err := client.Flows.Create(t.Context(), spec(t, `{"name":"Two","nodes":[{"id":"a","data":[1e2,{"b":1,"a":"\u00e9"}]}],"edges":[]}`))
			if err != nil || f.ID == "" || len(f.Nodes) != 1 {
				t.Fatalf("created %s, %v", f.AppendJSON(nil), err)
			}
			if got := b.Count("POST", create1) - 1; got != c.sent {
				t.Errorf("sent %d times, want %d", got, c.sent)
			}
			if got := listNames(t, client); got != "Two,Two" {
				t.Errorf("there are %s", got)
			}
		})
	}
}

// An older flow of the same content is not the one that was just sent, wherever
// the server's clock stands.
func TestCreateAndClocks(t *testing.T) {
	for _, ahead := range []time.Duration{-time.Hour, 0, time.Hour} {
		var passed atomic.Int64 // in place of a pause
		c, b := upstream(t, clienttest.Options{Now: func() time.Time { return time.Now().Add(ahead + time.Duration(passed.Load())) }})
		older := create(t, c, twoNodes)
		passed.Store(int64(time.Minute))
		if _, err := c.Capabilities(t.Context()); err != nil {
			t.Fatal(err)
		}
		b.Fail(clienttest.Fault{Method: "POST", Path: "/create", Drop: true})
		if f := create(t, c, twoNodes); f.ID == older.ID {
			t.Errorf("clock %v ahead: took the older one for the new one", ahead)
		}
		b.Fail(clienttest.Fault{Method: "POST", Path: "/create", After: true, Drop: true})
		create(t, c, `{"name":"Two","nodes":[],"edges":[]}`)
		if got := listNames(t, c); got != "Two,Two,Two" {
			t.Errorf("clock %v ahead: there are %s", ahead, got)
		}
	}
}

// When looking fails too, nothing is sent again, and the error says so.
func TestCreateThatCannotBeLookedFor(t *testing.T) {
	c, b := upstream(t, clienttest.Options{})
	b.Fail(clienttest.Fault{Method: "POST", Path: "/create", After: true})
	b.Fail(clienttest.Fault{Method: "GET", Path: "/accessible", Times: -1})
	_, err := c.Flows.Create(t.Context(), spec(t, twoNodes))
	var failed *client.Error
	if !errors.As(err, &failed) || failed.StatusCode != 500 {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{`create flow "Two"`, "may have been stored", "list flows: server error (500)", "do not send it again"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in: %v", want, err)
		}
	}
	if n := b.Count("POST", create1); n != 1 {
		t.Errorf("sent %d times", n)
	}
}

// A server that may still be at it is not sent the flow a second time.
func TestCreateOnASlowServer(t *testing.T) {
	b := clienttest.New(clienttest.Options{})
	c := newClient(t, serve(t, b), client.WithToken("ann-token"), client.WithTimeout(50*time.Millisecond))
	b.Fail(clienttest.Fault{Method: "POST", Path: "/create", Silent: 300 * time.Millisecond})
	_, err := c.Flows.Create(t.Context(), spec(t, twoNodes))
	if err == nil || !strings.Contains(err.Error(), "look again before you try again") || b.Count("POST", create1) != 1 {
		t.Errorf("sent %d times: %v", b.Count("POST", create1), err)
	}
}

// Surprise 8: one such flow, stored by somebody else, and no list works any more.
func TestBrokenListSaysWhy(t *testing.T) {
	c, b := upstream(t, clienttest.Options{})
	b.Fail(clienttest.Fault{Method: "GET", Path: "/flows/"})
	_, err := c.Flows.List(t.Context(), client.ListOptions{})
	if err == nil || !strings.Contains(err.Error(), "delete that flow by its id") {
		t.Errorf("got %v", err)
	}
}

// Surprise 9: names of any kind come and go.
func TestOddNames(t *testing.T) {
	c, _ := upstream(t, clienttest.Options{})
	for _, name := range []string{"", strings.Repeat("n", 100_000), "\x1b[31m", "a/../b"} {
		f, err := c.Flows.Create(t.Context(), flow.Spec{Name: name})
		if name == "" {
			// pkg/flow leaves an empty name out, and the backend asks for one.
			if !errors.Is(err, client.ErrInvalid) {
				t.Errorf("no name: %v", err)
			}
			continue
		}
		if err != nil || f.Name != name {
			t.Errorf("%.20q became %.20q, %v", name, f.Name, err)
		}
	}
}
