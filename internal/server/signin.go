package server

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/crypto/bcrypt"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/internal/store"
	"github.com/flowctl/flowctl/pkg/flow"
)

var errWrongPassword = &problem{status: http.StatusUnauthorized, detail: "The email or password is not right"}

// nobodysHash is used for the comparison if the user does not exist, so that the time does not
// reveal who has an account. It is the hash of a random text.
const nobodysHash = "$2a$10$VxcgBaY0pxmqBldhfcEsn.By999IFGJ1AP3MC7ndjanfbIOQSog/O"

// signIn exchanges e-mail and password for a token.
func (s *Server) signIn(c *call) error {
	o, _, err := c.objectWithin(maxSignIn)
	if err != nil {
		return err
	}
	email, password, faults := credentials(o)
	if faults != nil {
		return invalid(faults...)
	}
	email = strings.ToLower(strings.TrimSpace(email))
	u, err := s.checkPassword(c, email, password)
	if err != nil {
		return err
	}
	c.user = u
	if u.Role == store.RolePending {
		return errPending
	}
	token, key, err := newSession(c.r.Context(), s.st, u.ID)
	if err != nil {
		return err
	}
	a := c.newAnswer()
	a.session(rawjson.AppendString(nil, token), &key.ExpiresAt, u)
	a.text(`}`)
	c.Header().Set("Cache-Control", "no-store")
	return c.send(a)
}

// maxEmail is the longest e-mail address there can be, in bytes. Failures are
// counted by address, and must not take up more memory than that.
const maxEmail = 254

// credentials reads the body of a sign-in. Faults do not repeat what was sent: it
// may be a password in the wrong place.
func credentials(o flow.Object) (email, password string, faults []fault) {
	var p parser
	field := func(name string) string {
		raw, ok := o.Get(name)
		if !ok {
			p.faults = append(p.faults, missing("body", name))
			return ""
		}
		if s := p.text(raw, []any{"body", name}); s != nil {
			return *s
		}
		return ""
	}
	email, password = field("email"), field("password")
	if len(email) > maxEmail {
		p.fault("string_too_long", "String should have at most 254 bytes", []any{"body", "email"}, nil)
	}
	for i := range p.faults {
		p.faults[i].input = nil
	}
	return email, password, p.faults
}

// checkPassword returns the user with that e-mail and password. Few passwords are
// compared at once, and whether one has to wait is asked again then: otherwise many
// guesses at the same moment would all be free.
func (s *Server) checkPassword(c *call, email, password string) (*store.User, error) {
	who := pair{email, s.addressOf(c.r)}
	wait, known := s.signIns.wait(who, time.Now())
	if wait > 0 {
		return nil, tooManySignIns(wait)
	}
	leave, err := s.signIns.enter(c.r.Context(), known)
	if err != nil {
		return nil, err
	}
	defer leave()
	if wait, _ := s.signIns.wait(who, time.Now()); wait > 0 {
		return nil, tooManySignIns(wait)
	}
	u, err := s.st.UserByEmail(c.r.Context(), email)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	hash := nobodysHash
	if err == nil && u.PasswordHash != "" {
		hash = u.PasswordHash
	}
	wrong := bcrypt.CompareHashAndPassword([]byte(hash), []byte(password)) != nil
	if wrong || hash == nobodysHash || len(password) > maxPassword {
		s.signIns.failed(who, time.Now())
		return nil, errWrongPassword
	}
	s.signIns.succeeded(who, time.Now())
	return u, nil
}

func tooManySignIns(wait time.Duration) error {
	wait = wait.Truncate(time.Second) + time.Second
	return &problem{
		status: http.StatusTooManyRequests, retry: wait,
		detail: "Too many failed sign-ins: try again in " + strconv.Itoa(int(wait.Seconds())) + " s",
	}
}

// signOut ends the session of the request's key.
func (s *Server) signOut(c *call) error {
	key, _ := keyOf(c.r)
	sum := HashKey(key)
	switch err := s.st.EndSession(c.r.Context(), sum); {
	case errors.Is(err, store.ErrNotFound):
		if _, _, err := s.st.UserByKey(c.r.Context(), sum); err != nil {
			return errNotAuthenticated // it ended a moment ago
		}
		return badRequest("An API key is not a session: it has to be revoked")
	case err != nil:
		return err
	}
	s.keys.drop(sum)
	return c.sendTrue()
}

// whoami returns the user whose key it is, in the shape of a sign-in and with the permissions that
// pages of Open WebUI look at: here everybody may make flows public.
func (s *Server) whoami(c *call) error {
	var token []byte // none of who calls in this process: nobody signed in
	var expires *int64
	if c.local == nil {
		key, _ := keyOf(c.r)
		_, k, err := s.st.UserByKey(c.r.Context(), HashKey(key))
		if err != nil {
			return errNotAuthenticated // it ended a moment ago
		}
		if token = rawjson.AppendString(nil, key); k.ExpiresAt > 0 {
			expires = &k.ExpiresAt
		}
	}
	a := c.newAnswer()
	a.session(token, expires, c.user)
	a.text(`,"permissions":{"workspace":{},"sharing":{"public_flows":true},"chat":{},"features":{}}}`)
	c.Header().Set("Cache-Control", "no-store")
	return c.send(a)
}

// session adds the beginning of an object that has a token, when it ends, and its user.
func (a *answer) session(token []byte, expires *int64, u *store.User) {
	a.value(`{"token":`, token)
	a.intOrNull(`,"token_type":"Bearer","expires_at":`, expires)
	a.string(`,"id":`, u.ID)
	a.string(`,"email":`, u.Email)
	a.string(`,"name":`, u.Name)
	a.string(`,"role":`, string(u.Role))
}
