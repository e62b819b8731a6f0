package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

const (
	authPath   = "/api/v1/auths/"
	signInPath = authPath + "signin"

	signOutPath = authPath + "signout"
)

// AuthService signs in and out, and reads who is signed in.
type AuthService struct{ c *conn }

// User is an account of the backend.
type User struct {
	ID    string `json:"id"`
	Email string `json:"email"`
	Name  string `json:"name"`
	Role  string `json:"role"` // "admin", "user" or "pending"
}

// Session is the answer to a sign-in.
type Session struct {
	User
	Token string `json:"token"` // for [WithToken]
}

// String leaves out the token, so that printing a Session does not print it.
func (s Session) String() string { return fmt.Sprintf("session of %s (%s)", s.Email, s.ID) }

// SignIn exchanges e-mail and password for a token. The client itself stays as it
// is: make another one with the token.
func (s *AuthService) SignIn(ctx context.Context, email, password string) (Session, error) {
	body, err := json.Marshal(map[string]string{"email": email, "password": password})
	if err != nil {
		return Session{}, err
	}
	k := &call{verb: "sign in", subject: email, method: http.MethodPost, path: signInPath, body: body, repeatable: true, secret: true}
	var session Session
	if _, err = s.c.into(ctx, k, &session, "a session", func() bool { return session.Token != "" }); err != nil {
		return Session{}, err
	}
	return session, nil
}

// SignOut ends the session of the client's token, so that nobody can use it any
// more. A session that has ended already is not an error; an API key, which is not
// one, is [ErrInvalid]. Only flowctl's server can do that: tokens of Open WebUI
// stay good until they expire, and the error is [ErrUnsupported].
func (s *AuthService) SignOut(ctx context.Context) error {
	k := &call{verb: "sign out", method: http.MethodPost, path: signOutPath, repeatable: true}
	can, err := s.c.capabilitiesFor(ctx, k)
	switch {
	case err != nil:
		return err
	case !can.EndsSessions:
		return s.c.refuse(k, ErrUnsupported, "this server's tokens are good until they expire", "")
	}
	if err := s.c.gone(ctx, k); !errors.Is(err, ErrUnauthorized) {
		return err
	}
	return nil
}

// Whoami returns the account of the client's token.
func (s *AuthService) Whoami(ctx context.Context) (User, error) {
	k := &call{verb: "ask who is signed in", method: http.MethodGet, path: authPath, secret: true}
	var u User
	if _, err := s.c.into(ctx, k, &u, "a user", func() bool { return u.ID != "" }); err != nil {
		return User{}, err
	}
	return u, nil
}
