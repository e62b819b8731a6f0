package server

import (
	"github.com/flowctl/flowctl/internal/store"
)

// foundUsers is how many users a search answers with, as on Open WebUI.
const foundUsers = 30

// searchUsers finds users by name and e-mail, to share a flow with.
func (s *Server) searchUsers(c *call) error {
	users, total, err := s.st.SearchUsers(c.r.Context(), c.r.URL.Query().Get("query"), foundUsers)
	if err != nil {
		return err
	}
	a := c.newAnswer()
	a.text(`{"users":`)
	a.list(len(users), func(i int) { a.person(&users[i]) })
	a.int(`,"total":`, int64(total))
	a.text(`}`)
	return c.send(a)
}

// getUser returns the name of a user whose id the caller has seen in a flow.
func (s *Server) getUser(c *call) error {
	u, err := s.st.User(c.r.Context(), c.r.PathValue("user"))
	if err != nil {
		return err
	}
	a := c.newAnswer()
	a.person(u)
	return c.send(a)
}

func (a *answer) person(u *store.User) {
	a.string(`{"id":`, u.ID)
	a.string(`,"name":`, u.Name)
	a.string(`,"email":`, u.Email)
	a.text(`}`)
}

// listGroups lists the caller's groups and their members, to an admin all groups. What groups
// have on Open WebUI only is empty.
func (s *Server) listGroups(c *call) error {
	member := c.user.ID
	if c.isAdmin() {
		member = ""
	}
	groups, err := s.st.Groups(c.r.Context(), member)
	if err != nil {
		return err
	}
	a := c.newAnswer()
	a.list(len(groups), func(i int) {
		g := &groups[i]
		a.string(`{"id":`, g.ID)
		a.string(`,"name":`, g.Name)
		a.text(`,"user_id":"","description":"","permissions":null,"data":null,"meta":null,"user_ids":`)
		a.list(len(g.Members), func(i int) { a.string("", g.Members[i]) })
		a.int(`,"created_at":`, g.CreatedAt)
		a.int(`,"updated_at":`, g.UpdatedAt)
		a.text(`}`)
	})
	return c.send(a)
}
