package clienttest

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/flowctl/flowctl/pkg/flow"
)

// User is an account.
type User struct {
	ID    string
	Name  string
	Email string
	Role  string // "admin", "user" or "pending"
	Token string // what the account signs its calls with, and its password

	groups []string // ids
}

// Group is a group of accounts.
type Group struct {
	ID, Name string
	Members  []string // ids of users
}

// Accounts are the accounts of a [Backend] whose options name none: an
// administrator, the users Ann and Bob, and Pat, who waits to be let in. The
// token of each is the id with "-token" in place of "-id".
func Accounts() []User {
	return []User{
		{ID: "admin-id", Name: "Admin", Email: "admin@example.com", Role: "admin", Token: "admin-token"},
		{ID: "ann-id", Name: "Ann", Email: "ann@example.com", Role: "user", Token: "ann-token"},
		{ID: "bob-id", Name: "Bob", Email: "bob@example.com", Role: "user", Token: "bob-token"},
		{ID: "pat-id", Name: "Pat", Email: "pat@example.com", Role: "pending", Token: "pat-token"},
	}
}

// current returns who asks, whatever their role, or nil if the request was
// answered already (utils/auth.py, get_current_user).
func (b *Backend) current(w http.ResponseWriter, r *http.Request) *User {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "bearer") {
		token = ""
	}
	if c, err := r.Cookie("token"); err == nil && token == "" {
		token = c.Value
	}
	if token == "" {
		fail(w, http.StatusUnauthorized, "Not authenticated")
		return nil
	}
	if b.opts.KeysOff && strings.HasPrefix(token, "sk-") {
		fail(w, http.StatusForbidden, "Use of API key is not enabled in the environment.")
		return nil
	}
	for i := range b.opts.Users {
		if u := &b.opts.Users[i]; u.Token == token {
			return u
		}
	}
	fail(w, http.StatusUnauthorized, "401 Unauthorized") //nolint:misspell // its own words
	return nil
}

// user returns who asks, or nil if the request was answered already: pending
// accounts may do nothing (get_verified_user).
func (b *Backend) user(w http.ResponseWriter, r *http.Request) *User {
	u := b.current(w, r)
	if u != nil && u.Role == "pending" {
		fail(w, http.StatusUnauthorized, noPermission)
		return nil
	}
	return u
}

// signIn knows every account by its e-mail. Pending accounts sign in, too
// (routers/auths.py, signin).
func (b *Backend) signIn(w http.ResponseWriter, r *http.Request) {
	var form struct{ Email, Password string }
	if json.NewDecoder(r.Body).Decode(&form) == nil {
		for _, u := range b.opts.Users {
			if u.Email == form.Email && u.Token == form.Password {
				reply(w, session(&u))
				return
			}
		}
	}
	fail(w, http.StatusBadRequest, "The email or password provided is incorrect. Please check for typos and try logging in again.")
}

// whoami answers pending accounts as well, and fails for those who sent a cookie
// alone (routers/auths.py, get_session_user).
func (b *Backend) whoami(w http.ResponseWriter, r *http.Request) {
	u := b.current(w, r)
	switch {
	case u == nil:
	case r.Header.Get("Authorization") == "":
		crash(w)
	default:
		reply(w, session(u))
	}
}

func session(u *User) map[string]any {
	return map[string]any{
		"token": u.Token, "token_type": "Bearer", "expires_at": nil, "id": u.ID, "email": u.Email, "name": u.Name, "role": u.Role,
		"profile_image_url": "/user.png", "permissions": map[string]any{"features": map[string]bool{"web_search": true}},
	}
}

// granted reports whether access names the user or one of the user's groups for a
// right; everybody may read what is public (utils/access_control.py, has_access).
func granted(access json.RawMessage, u *User, grant func(flow.Access) flow.Grant, public bool) bool {
	a, _ := flow.ParseAccess(access)
	if a.Public {
		return public
	}
	g := grant(a)
	return slices.Contains(g.UserIDs, u.ID) || slices.ContainsFunc(u.groups, func(id string) bool { return slices.Contains(g.GroupIDs, id) })
}

func mayRead(access json.RawMessage, u *User) bool {
	return granted(access, u, func(a flow.Access) flow.Grant { return a.Read }, true)
}

func mayWrite(access json.RawMessage, u *User) bool {
	return granted(access, u, func(a flow.Access) flow.Grant { return a.Write }, false)
}

// userRows is how many users one page has.
const userRows = 30

// users lists the accounts whose name or e-mail has the query in it, by ilike, in which _ is any
// character and % any text (models/users.py, get_users). The total is that of all accounts.
func (b *Backend) users(query string, page int, row func(*User) map[string]any) map[string]any {
	like := regexp.MustCompile("(?is)" + strings.NewReplacer("_", ".", "%", ".*").Replace(regexp.QuoteMeta(query)))
	found := []map[string]any{}
	for i := range b.opts.Users {
		u := &b.opts.Users[i]
		if like.MatchString(u.Name) || like.MatchString(u.Email) {
			found = append(found, row(u))
		}
	}
	found = found[min((max(page, 1)-1)*userRows, len(found)):]
	return map[string]any{"users": found[:min(userRows, len(found))], "total": len(b.opts.Users)}
}

// listUsers is for administrators (routers/users.py, get_users).
func (b *Backend) listUsers(w http.ResponseWriter, r *http.Request, u *User) {
	if u.Role != "admin" {
		fail(w, http.StatusUnauthorized, noPermission)
		return
	}
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	reply(w, b.users(r.URL.Query().Get("query"), page, func(u *User) map[string]any {
		return map[string]any{"id": u.ID, "name": u.Name, "email": u.Email, "role": u.Role}
	}))
}

// searchUsers is for everybody, and has the first page only (search_users).
func (b *Backend) searchUsers(w http.ResponseWriter, r *http.Request, _ *User) {
	reply(w, b.users(r.URL.Query().Get("query"), 1, func(u *User) map[string]any {
		return map[string]any{"id": u.ID, "name": u.Name}
	}))
}

// getUser is for everybody (get_user_by_id).
func (b *Backend) getUser(w http.ResponseWriter, r *http.Request, _ *User) {
	for i := range b.opts.Users {
		if u := &b.opts.Users[i]; u.ID == r.PathValue("id") {
			reply(w, map[string]any{"name": u.Name, "profile_image_url": "", "active": true})
			return
		}
	}
	fail(w, http.StatusBadRequest, "We could not find what you're looking for :/")
}

// listGroups has the caller's own groups, an administrator's all
// (routers/groups.py, get_groups).
func (b *Backend) listGroups(w http.ResponseWriter, _ *http.Request, u *User) {
	rows := []map[string]any{}
	for _, g := range b.opts.Groups {
		if u.Role == "admin" || slices.Contains(g.Members, u.ID) {
			rows = append(rows, map[string]any{
				"id": g.ID, "user_id": "admin-id", "name": g.Name, "description": "",
				"permissions": nil, "data": nil, "meta": nil, "user_ids": g.Members, "created_at": 1, "updated_at": 1,
			})
		}
	}
	reply(w, rows)
}
