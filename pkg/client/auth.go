package client

import "context"

// AuthService signs in and tells who is signed in.
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
	Token string `json:"token"` // for [WithToken]
	User
}

// SignIn exchanges e-mail and password for a token.
func (s *AuthService) SignIn(ctx context.Context, email, password string) (Session, error) {
	return Session{}, errNotBuilt
}

// Whoami tells whose token the client has.
func (s *AuthService) Whoami(ctx context.Context) (User, error) {
	return User{}, errNotBuilt
}
