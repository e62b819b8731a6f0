package upstreamtest

import "net/http"

// directory adds Open WebUI's lists of what flows refer to, as that project serves them (not observed on the fork):
// a knowledge base "Handbook", a group "Reviewers", and the accounts.
func (b *Backend) directory(signed func(pattern string, h func(http.ResponseWriter, *http.Request, *User))) {
	type entry map[string]string
	signed("GET /api/v1/knowledge/{$}", func(w http.ResponseWriter, _ *http.Request, _ *User) {
		reply(w, []entry{{"id": "kb-1", "name": "Handbook"}})
	})
	signed("GET /api/v1/groups/{$}", func(w http.ResponseWriter, _ *http.Request, _ *User) {
		reply(w, []entry{{"id": "group-1", "name": "Reviewers"}})
	})
	signed("GET /api/v1/users/{$}", func(w http.ResponseWriter, _ *http.Request, u *User) {
		if u.Role != "admin" {
			fail(w, http.StatusUnauthorized, noPermission)
			return
		}
		users := []entry{}
		for _, u := range b.opts.Users {
			users = append(users, entry{"id": u.ID, "name": u.Name, "email": u.Email})
		}
		reply(w, map[string]any{"users": users, "total": len(users)})
	})
}
