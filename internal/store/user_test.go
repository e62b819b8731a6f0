package store

import (
	"errors"
	"reflect"
	"sync"
	"testing"
	"time"
)

func testUsers(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	ctx := t.Context()
	ann := &User{Email: " Ann@Example.ORG ", Name: "Ann", Role: RoleAdmin, CreatedAt: 10, PasswordHash: "$2a$"}
	must(t, s.AddUser(ctx, ann))
	bob := &User{Email: "bob@example.org", Role: RolePending, CreatedAt: 5}
	must(t, s.AddUser(ctx, bob))
	if ann.Email != "ann@example.org" || ann.ID == "" {
		t.Errorf("added %+v", ann)
	}
	for name, get := range map[string]func() (*User, error){
		"by id":     func() (*User, error) { return s.User(ctx, ann.ID) },
		"by e-mail": func() (*User, error) { return s.UserByEmail(ctx, "ANN@example.org") },
	} {
		if got, err := get(); err != nil || !reflect.DeepEqual(got, ann) {
			t.Errorf("%s: got %+v, %v; want %+v", name, got, err, ann)
		}
	}
	if list, err := s.Users(ctx); err != nil || !reflect.DeepEqual(list, []User{*bob, *ann}) {
		t.Errorf("users are %+v, %v", list, err)
	}

	if err := s.AddUser(ctx, &User{Email: "ANN@example.org", Role: RoleUser}); !errors.Is(err, ErrExists) {
		t.Errorf("error is %v, want ErrExists", err)
	}
	for _, u := range []User{{Email: "x@y", Role: "king"}, {Email: "", Role: RoleUser}, {Email: "a\x00", Role: RoleUser}} {
		if err := s.AddUser(ctx, &u); err == nil {
			t.Errorf("%+v was added", u)
		}
	}

	bob.Role, bob.Name, bob.Email = RoleUser, "Bob", "bob@new.org"
	must(t, s.UpdateUser(ctx, *bob))
	if got, err := s.User(ctx, bob.ID); err != nil || !reflect.DeepEqual(got, bob) {
		t.Errorf("got %+v, %v; want %+v", got, err, bob)
	}
	taken := *bob
	taken.Email = ann.Email
	if err := s.UpdateUser(ctx, taken); !errors.Is(err, ErrExists) {
		t.Errorf("error is %v, want ErrExists", err)
	}
	for name, err := range map[string]error{
		"get":      second(s.User(ctx, "none")),
		"by email": second(s.UserByEmail(ctx, "a\x00")),
		"update":   s.UpdateUser(ctx, User{ID: "none", Email: "x@y", Role: RoleUser}),
		"password": s.SetPassword(ctx, "none", "x"),
		"remove":   s.RemoveUser(ctx, "none"),
	} {
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: error is %v, want ErrNotFound", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// testEnsureAdmin starts many times at once on an empty database.
func testEnsureAdmin(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	var wg sync.WaitGroup
	var mu sync.Mutex
	ids, made := map[string]bool{}, 0
	for range 8 {
		wg.Go(func() {
			admin, added, err := s.EnsureAdmin(t.Context(), User{Email: "admin@localhost", Name: "Admin"})
			if err != nil || admin.Role != RoleAdmin {
				t.Errorf("got %+v, %v", admin, err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			ids[admin.ID] = true
			if added {
				made++
			}
		})
	}
	wg.Wait()
	if len(ids) != 1 || made != 1 {
		t.Errorf("%d admins, added %d times", len(ids), made)
	}
	for id := range ids {
		must(t, s.UpdateUser(t.Context(), User{ID: id, Email: "admin@localhost", Role: RoleUser}))
	}
	if _, added, err := s.EnsureAdmin(t.Context(), User{Email: "new@localhost"}); !errors.Is(err, ErrNotFound) || added {
		t.Errorf("error is %v, want ErrNotFound: there are users, but no admin", err)
	}
}

func testRemoveUser(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	ann, bob := addUser(t, s, "ann@x"), addUser(t, s, "bob@x")
	must(t, s.AddKey(t.Context(), &Key{UserID: ann.ID, Kind: APIKey}, [32]byte{1}))
	f := &Flow{UserID: ann.ID}
	must(t, s.CreateFlow(t.Context(), f))
	must(t, record(t, s, f, "k", "x"))
	kept := addFlow(t, s, Flow{UserID: bob.ID})
	inUse := (*InUseError)(nil)
	if err := s.RemoveUser(t.Context(), ann.ID); !errors.As(err, &inUse) || !errors.Is(err, ErrInUse) || inUse.Flows != 1 {
		t.Errorf("error is %v, want an InUseError for 1 flow", err)
	}
	if _, _, err := s.UserByKey(t.Context(), [32]byte{1}); err != nil {
		t.Errorf("the user who was not removed has no key: %v", err)
	}
	if n, err := s.RemoveUserAndFlows(t.Context(), ann.ID); err != nil || n != 1 {
		t.Errorf("removed %d flows, %v", n, err)
	}
	if _, err := s.Flow(t.Context(), f.ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("error is %v, want ErrNotFound", err)
	}
	if _, _, err := s.UserByKey(t.Context(), [32]byte{1}); !errors.Is(err, ErrNotFound) {
		t.Errorf("error is %v, want ErrNotFound", err)
	}
	getFlow(t, s, kept.ID)
	must(t, s.DeleteFlow(t.Context(), kept.ID, true, nil))
	must(t, s.RemoveUser(t.Context(), bob.ID))
	if list, err := s.Users(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("users are %+v, %v", list, err)
	}
}

func testKeys(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	ctx := t.Context()
	ann, bob := addUser(t, s, "ann@x"), addUser(t, s, "bob@x")
	forever := Key{UserID: ann.ID, Name: "CI", Hint: "sk-…abcd", Kind: APIKey, CreatedAt: 5, LastUsedAt: time.Now().Unix()}
	must(t, s.AddKey(ctx, &forever, [32]byte{1}))
	later := Key{UserID: ann.ID, Kind: APIKey, CreatedAt: 6, ExpiresAt: time.Now().Add(time.Hour).Unix(), LastUsedAt: time.Now().Unix()}
	must(t, s.AddKey(ctx, &later, [32]byte{2}))
	expired := Key{UserID: bob.ID, Kind: APIKey, CreatedAt: 7, ExpiresAt: time.Now().Unix() - 1}
	must(t, s.AddKey(ctx, &expired, [32]byte{3}))
	forever.Email, later.Email, expired.Email = "ann@x", "ann@x", "bob@x"

	for sum, want := range map[[32]byte]Key{{1}: forever, {2}: later} {
		user, key, err := s.UserByKey(ctx, sum)
		if err != nil || !reflect.DeepEqual(user, ann) || *key != want {
			t.Errorf("got %+v, %+v, %v; want %+v", user, key, err, want)
		}
	}
	if _, _, err := s.UserByKey(ctx, [32]byte{3}); !errors.Is(err, ErrExpired) {
		t.Errorf("error is %v, want ErrExpired", err)
	}
	if _, _, err := s.UserByKey(ctx, [32]byte{4}); !errors.Is(err, ErrNotFound) {
		t.Errorf("error is %v, want ErrNotFound", err)
	}
	if err := s.AddKey(ctx, &Key{UserID: ann.ID, Kind: APIKey}, [32]byte{1}); !errors.Is(err, ErrExists) {
		t.Errorf("error is %v, want ErrExists", err)
	}
	if err := s.AddKey(ctx, &Key{ID: forever.ID, UserID: ann.ID, Kind: APIKey}, [32]byte{5}); !errors.Is(err, ErrExists) {
		t.Errorf("error is %v, want ErrExists", err)
	}
	if err := s.AddKey(ctx, &Key{UserID: "none", Kind: APIKey}, [32]byte{5}); !errors.Is(err, ErrNotFound) {
		t.Errorf("error is %v, want ErrNotFound", err)
	}

	for user, want := range map[string][]Key{ann.ID: {forever, later}, bob.ID: {expired}, "": {forever, later, expired}, "none": nil} {
		if got, err := s.Keys(ctx, user); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("keys of %q are %+v, %v; want %+v", user, got, err, want)
		}
	}
	must(t, s.RevokeKey(ctx, forever.ID))
	if _, _, err := s.UserByKey(ctx, [32]byte{1}); !errors.Is(err, ErrNotFound) {
		t.Errorf("error is %v, want ErrNotFound for a revoked key", err)
	}
	if err := s.RevokeKey(ctx, forever.ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("error is %v, want ErrNotFound", err)
	}
	must(t, s.AddKey(ctx, &Key{UserID: ann.ID, Kind: SessionKey}, [32]byte{6}))
	must(t, s.EndSession(ctx, [32]byte{6}))
	for name, sum := range map[string][32]byte{"a session that has ended": {6}, "an API key": {2}} {
		if err := s.EndSession(ctx, sum); !errors.Is(err, ErrNotFound) {
			t.Errorf("end %s: error is %v, want ErrNotFound", name, err)
		}
	}
	if _, _, err := s.UserByKey(ctx, [32]byte{2}); err != nil {
		t.Errorf("the API key is gone too: %v", err)
	}
}

// testKeyTouch sees that the use of a key is written down, without anybody asking.
func testKeyTouch(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	ann := addUser(t, s, "ann@x")
	must(t, s.AddKey(t.Context(), &Key{UserID: ann.ID, Kind: APIKey}, [32]byte{1}))
	for range 3 {
		if _, _, err := s.UserByKey(t.Context(), [32]byte{1}); err != nil {
			t.Fatal(err)
		}
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		keys, err := s.Keys(t.Context(), ann.ID)
		must(t, err)
		if keys[0].LastUsedAt >= time.Now().Unix()-60 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("last used at %d", keys[0].LastUsedAt)
		}
	}
}

// testKeyTouchAtClose sees that Close waits for the use of a key to be written.
func testKeyTouchAtClose(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	ann := addUser(t, s, "ann@x")
	for i := range byte(10) {
		must(t, s.AddKey(t.Context(), &Key{UserID: ann.ID, Kind: APIKey}, [32]byte{i}))
	}
	for i := range byte(10) {
		if _, _, err := s.UserByKey(t.Context(), [32]byte{i}); err != nil {
			t.Fatal(err)
		}
	}
	must(t, s.Close())
	keys, err := openStore(t, dsn).Keys(t.Context(), ann.ID)
	must(t, err)
	for _, k := range keys {
		if k.LastUsedAt == 0 {
			t.Errorf("the use of %s was lost", k.ID)
		}
	}
}

// testSessions sees that a new password ends sessions, and old ones are cleared away.
func testSessions(t *testing.T, dsn string) {
	s := openStore(t, dsn)
	ann := addUser(t, s, "ann@x")
	day := int64(24 * 60 * 60)
	for i, k := range []Key{
		{ID: "api", Kind: APIKey, ExpiresAt: 1},
		{ID: "old", Kind: SessionKey, ExpiresAt: time.Now().Unix() - 2*day},
		{ID: "expired", Kind: SessionKey, ExpiresAt: time.Now().Unix() - day/2},
		{ID: "new", Kind: SessionKey, ExpiresAt: time.Now().Unix() + day},
	} {
		k.UserID, k.CreatedAt = ann.ID, int64(1+i)
		must(t, s.AddKey(t.Context(), &k, [32]byte{byte(i)}))
	}
	ids := func() (list []string) {
		keys, err := s.Keys(t.Context(), ann.ID)
		must(t, err)
		for _, k := range keys {
			list = append(list, k.ID)
		}
		return list
	}
	if got := ids(); !reflect.DeepEqual(got, []string{"api", "expired", "new"}) {
		t.Errorf("keys are %v: want the old session gone", got)
	}
	must(t, s.SetPassword(t.Context(), ann.ID, "hash"))
	if got := ids(); !reflect.DeepEqual(got, []string{"api"}) {
		t.Errorf("keys are %v: want the sessions gone", got)
	}
	if got, err := s.User(t.Context(), ann.ID); err != nil || got.PasswordHash != "hash" {
		t.Errorf("got %+v, %v", got, err)
	}
}
