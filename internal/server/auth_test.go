package server

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"github.com/flowctl/flowctl/internal/store"
)

func TestAuthentication(t *testing.T) {
	f := newFixture(t, Options{})
	pending := addUser(t, f.st, "pia@example.org", store.RolePending)
	expired, _, err := addKey(t.Context(), f.st, "sk-", store.Key{UserID: f.ann.id, Kind: store.APIKey, ExpiresAt: time.Now().Unix() - 10})
	if err != nil {
		t.Fatal(err)
	}
	const missing = `{"detail":"Not authenticated"}`
	for _, c := range []struct {
		name, header, value string
		status              int
		body                string
	}{
		{"nothing", "X-Other", "1", 401, missing},
		{"a key", "Authorization", "Bearer " + f.ann.key, 200, "[]"},
		{"small letters", "Authorization", "bearer " + f.ann.key, 200, "[]"},
		{"capitals", "Authorization", "BEARER  " + f.ann.key + " ", 200, "[]"},
		{"a wrong key", "Authorization", "Bearer sk-wrong", 401, missing},
		{"an old key", "Authorization", "Bearer " + expired, 401, missing},
		{"no key", "Authorization", "Bearer", 401, missing},
		{"another scheme", "Authorization", "Basic " + f.ann.key, 401, missing},
		{"a cookie", "Cookie", "other=1; token=" + f.ann.key, 200, "[]"},
		{"a wrong cookie", "Cookie", "token=x", 401, missing},
		{"a pending user", "Authorization", "Bearer " + pending.key, 401, `{"detail":"This account is pending: an admin has to let it in first"}`},
	} {
		r := f.want(c.status, caller{}, "GET", "/api/v1/flows/", "", c.header, c.value)
		if r.text() != c.body {
			t.Errorf("%s: answered %s, want %s", c.name, r.body, c.body)
		}
	}
}

// TestEveryRouteAsksForAKey but those that are open to all.
func TestEveryRouteAsksForAKey(t *testing.T) {
	f := newFixture(t, Options{})
	open := map[string]bool{
		"/health": true, "/api/version": true, "/openapi.json": true, "/docs": true, "/docs/{$}": true, "/docs/{asset}": true, "/metrics": true,
		"/api/v1/auths/signin": true,
	}
	for _, rt := range f.srv.routes() {
		for method := range rt.methods {
			path := strings.NewReplacer("{$}", "", "{id}", "x", "{asset}", "docs.js").Replace(rt.path)
			r := f.call(caller{}, method, path, "")
			if asked := r.status == 401; asked == open[rt.path] {
				t.Errorf("%s %s answered %d without a key", method, path, r.status)
			}
		}
	}
}

// TestCookieFromAnotherOrigin: a foreign page cannot make a browser write.
func TestCookieFromAnotherOrigin(t *testing.T) {
	f := newFixture(t, Options{})
	cookie := "token=" + f.ann.key
	for _, c := range []struct {
		name, value string
		status      int
	}{
		{"Sec-Fetch-Site", "cross-site", 403},
		{"Sec-Fetch-Site", "same-site", 403},
		{"Sec-Fetch-Site", "same-origin", 200},
		{"Origin", "https://evil.example", 403},
		{"Origin", f.url, 200},
	} {
		f.want(c.status, caller{}, "POST", "/api/v1/flows/create", hello, "Cookie", cookie, c.name, c.value)
		f.want(200, f.ann, "POST", "/api/v1/flows/create", hello, c.name, c.value)
		f.want(200, caller{}, "GET", "/api/v1/flows/", "", "Cookie", cookie, c.name, c.value)
	}
}

// TestKeysAreForgottenInTime: what was revoked stops working within a second or so.
func TestKeysAreForgottenInTime(t *testing.T) {
	f := newFixture(t, Options{})
	f.want(200, f.ann, "GET", "/api/v1/flows/", "")
	keys, err := f.st.Keys(t.Context(), f.ann.id)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.st.RevokeKey(t.Context(), keys[0].ID); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(5 * keyCacheTTL)
	for f.call(f.ann, "GET", "/api/v1/flows/", "").status != 401 {
		if time.Now().After(deadline) {
			t.Fatal("a revoked key still lets in")
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func TestKeyCacheIsBounded(t *testing.T) {
	var k keyCache
	now := time.Now()
	for i := range 3 * keyCacheSize {
		k.put(HashKey(fmt.Sprint(i)), cachedUser{user: &store.User{}}, now)
	}
	if len(k.users) > keyCacheSize {
		t.Errorf("the cache holds %d keys", len(k.users))
	}
	last := HashKey(fmt.Sprint(3*keyCacheSize - 1))
	_, known := k.get(last, now)
	if _, later := k.get(last, now.Add(keyCacheTTL)); !known || later {
		t.Error("a key is to be known for keyCacheTTL and no longer")
	}
}

func TestSignIn(t *testing.T) {
	f := newFixture(t, Options{})
	setPassword(t, f, f.ann, "correct horse")
	const path = "/api/v1/auths/signin"
	r := f.want(200, caller{}, "POST", path, `{"email":" Ann@Example.org ","password":"correct horse"}`)
	for field, want := range map[string]string{
		"id": fmt.Sprintf("%q", f.ann.id), "email": `"ann@example.org"`, "name": `"ann"`, "role": `"user"`, "token_type": `"Bearer"`,
	} {
		if got := r.field(t, field); got != want {
			t.Errorf("%s is %s, want %s", field, got, want)
		}
	}
	if cc := r.header.Get("Cache-Control"); cc != "no-store" {
		t.Errorf("a token may be cached: %s", cc)
	}
	session := caller{key: strings.Trim(r.field(t, "token"), `"`)}
	for _, who := range []caller{session, f.ann} {
		for _, path := range []string{"/api/v1/auths/", "/api/v1/auths"} {
			me := f.want(200, who, "GET", path, "")
			expires := "null"
			if who == session {
				expires = r.field(t, "expires_at")
			}
			for field, want := range map[string]string{
				"id": fmt.Sprintf("%q", f.ann.id), "email": `"ann@example.org"`, "name": `"ann"`, "role": `"user"`,
				"token": fmt.Sprintf("%q", who.key), "token_type": `"Bearer"`, "expires_at": expires,
			} {
				if got := me.field(t, field); got != want {
					t.Errorf("%s: %s is %s, want %s", path, field, got, want)
				}
			}
			if !strings.Contains(me.field(t, "permissions"), `"public_flows":true`) {
				t.Errorf("%s answered %s", path, me.body)
			}
		}
	}
	for _, body := range []string{
		`{"email":"ann@example.org","password":"wrong"}`,
		`{"email":"ann@example.org","password":""}`,
		`{"email":"nobody@example.org","password":"correct horse"}`,
		`{"email":"ben@example.org","password":""}`, // has no password
	} {
		if r := f.want(401, caller{}, "POST", path, body); r.text() != `{"detail":"The email or password is not right"}` {
			t.Errorf("%s answered %s", body, r.body)
		}
	}
	pia := addUser(t, f.st, "pia@example.org", store.RolePending)
	setPassword(t, f, pia, "also correct")
	f.want(401, caller{}, "POST", path, `{"email":"pia@example.org","password":"also correct"}`)
}

func setPassword(t *testing.T, f *fixture, who caller, password string) {
	t.Helper()
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost) // else it takes seconds with the race detector
	if err != nil {
		t.Fatal(err)
	}
	if err := f.st.SetPassword(t.Context(), who.id, string(hash)); err != nil {
		t.Fatal(err)
	}
}

func TestEnsureAdminAndFirstKey(t *testing.T) {
	st := newStore(t)
	admin, err := EnsureAdmin(t.Context(), st)
	if err != nil {
		t.Fatal(err)
	}
	again, err := EnsureAdmin(t.Context(), st)
	if err != nil || again.ID != admin.ID || admin.Role != store.RoleAdmin {
		t.Errorf("a second time %v, %v, first %v", again, err, admin)
	}
	key, err := FirstKey(t.Context(), st, admin)
	if err != nil || !strings.HasPrefix(key, "sk-") || len(key) != len("sk-")+43 {
		t.Errorf("first key %q, %v", key, err)
	}
	if u, k, err := st.UserByKey(t.Context(), HashKey(key)); err != nil || u.ID != admin.ID || k.Hint != "sk-…"+key[len(key)-4:] {
		t.Errorf("the key lets in %v as %v, %v", u, k, err)
	}
	if key, err := FirstKey(t.Context(), st, admin); key != "" || err != nil {
		t.Errorf("a second first key %q, %v", key, err)
	}

	// Of many servers that start at once one has a key to print.
	crowd := newStore(t)
	var wg sync.WaitGroup
	var keys atomic.Int32
	for range 8 {
		wg.Go(func() {
			admin, err := EnsureAdmin(t.Context(), crowd)
			if err != nil {
				t.Error(err)
				return
			}
			switch key, err := FirstKey(t.Context(), crowd, admin); {
			case err != nil:
				t.Error(err)
			case key != "":
				keys.Add(1)
			}
		})
	}
	wg.Wait()
	if keys.Load() != 1 {
		t.Errorf("%d first keys", keys.Load())
	}

	other := newStore(t)
	admin, err = EnsureAdmin(t.Context(), other)
	if err != nil {
		t.Fatal(err)
	}
	admin.PasswordHash = "x"
	if key, err := FirstKey(t.Context(), other, admin); key != "" || err != nil {
		t.Errorf("a first key beside a password: %q, %v", key, err)
	}
}

// TestSignOut ends a session at once, that one alone, and no API key.
func TestSignOut(t *testing.T) {
	f := newFixture(t, Options{})
	const path = "/api/v1/auths/signout"
	var sessions [2]caller
	for i := range sessions {
		key, _, err := newSession(t.Context(), f.st, f.ann.id)
		if err != nil {
			t.Fatal(err)
		}
		sessions[i].key = key
		f.want(200, sessions[i], "GET", "/api/v1/auths/", "")
	}
	if r := f.want(200, sessions[0], "POST", path, ""); r.text() != "true" {
		t.Errorf("answered %s", r.body)
	}
	f.want(401, sessions[0], "GET", "/api/v1/auths/", "")
	f.want(401, sessions[0], "POST", path, "")
	f.want(200, sessions[1], "GET", "/api/v1/auths/", "")
	f.want(400, f.ann, "POST", path, "")
	f.want(200, f.ann, "GET", "/api/v1/auths/", "")

	// Another process ended it while this one still remembers it.
	f.want(200, sessions[1], "GET", "/api/v1/auths/", "")
	if err := f.st.EndSession(t.Context(), HashKey(sessions[1].key)); err != nil {
		t.Fatal(err)
	}
	f.want(401, sessions[1], "POST", path, "")
}

func TestHashPassword(t *testing.T) {
	for password, ok := range map[string]bool{
		"": false, "1234567": false, "12345678": true, strings.Repeat("x", 72): true, strings.Repeat("x", 73): false,
		"abc\x00defghi": false, "abcdefgh\xff": false,
	} {
		if _, err := HashPassword(password); (err == nil) != ok {
			t.Errorf("%d bytes: %v", len(password), err)
		}
	}
}
