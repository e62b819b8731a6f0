package server

import (
	"crypto/sha256"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/flowctl/flowctl/internal/store"
)

// signedIn makes h a handler for signed-in users only.
func (s *Server) signedIn(h handler) handler {
	return func(c *call) error {
		u, err := s.authenticate(c)
		if err != nil {
			c.leaveBody()
			return err
		}
		c.user = u
		if c.r.Method != http.MethodGet && c.r.Method != http.MethodHead {
			c.r = c.r.WithContext(store.WithActor(c.r.Context(), c.actor()))
		}
		c.bodyTime(s.userTime)
		return h(c)
	}
}

// actor is who calls, for the audit log.
func (c *call) actor() store.Actor {
	a := store.Actor{UserID: c.user.ID, Email: c.user.Email, KeyName: c.keyName, Address: c.r.RemoteAddr}
	if addr, ok := c.s.clientAddr(c.r); ok {
		a.Address = addr.String()
	}
	return a
}

// authenticate returns the user of a request: by the key in the Authorization header, or in
// the cookie "token" that Open WebUI's pages send.
func (s *Server) authenticate(c *call) (*store.User, error) {
	if c.local != nil {
		return c.local, nil
	}
	key, fromCookie := keyOf(c.r)
	if key == "" {
		return nil, errNotAuthenticated
	}
	// A browser sends the cookie along with whatever a foreign page makes it do.
	if fromCookie && s.sameWeb.Check(c.r) != nil {
		return nil, &problem{status: http.StatusForbidden, detail: "Cross-origin requests may not use the cookie"}
	}
	u, err := s.userOf(c, HashKey(key))
	switch {
	case errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrExpired):
		return nil, errNotAuthenticated
	case err != nil:
		return nil, err
	}
	c.user = u // for the log, whatever comes of it
	if u.Role != store.RoleAdmin && u.Role != store.RoleUser {
		return nil, errPending
	}
	return u, nil
}

func keyOf(r *http.Request) (key string, fromCookie bool) {
	if header := r.Header.Get("Authorization"); header != "" {
		scheme, key, _ := strings.Cut(header, " ")
		if strings.EqualFold(scheme, "Bearer") {
			return strings.TrimSpace(key), false
		}
		return "", false
	}
	if cookie, err := r.Cookie("token"); err == nil {
		return cookie.Value, true
	}
	return "", false
}

// userOf returns the user of a key.
func (s *Server) userOf(c *call, sum [sha256.Size]byte) (*store.User, error) {
	now := time.Now()
	known, ok := s.keys.get(sum, now)
	if !ok {
		u, k, err := s.st.UserByKey(c.r.Context(), sum)
		if err != nil {
			return nil, err
		}
		known = cachedUser{user: u, keyName: k.Name}
		s.keys.put(sum, known, now)
	}
	c.keyName = known.keyName
	return known.user, nil
}

const (
	// keyCacheTTL is how long a key may still work after another process has revoked it.
	keyCacheTTL = time.Second
	// keyCacheSize bounds the cache's memory; beyond it the cache starts afresh.
	keyCacheSize = 4096
)

// keyCache caches the users of keys for keyCacheTTL.
type keyCache struct {
	mu    sync.RWMutex
	users map[[sha256.Size]byte]cachedUser
}

type cachedUser struct {
	user    *store.User
	keyName string
	until   time.Time
}

func (k *keyCache) get(sum [sha256.Size]byte, now time.Time) (u cachedUser, ok bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	u = k.users[sum]
	return u, now.Before(u.until)
}

func (k *keyCache) put(sum [sha256.Size]byte, u cachedUser, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.users == nil || len(k.users) >= keyCacheSize {
		k.users = make(map[[sha256.Size]byte]cachedUser)
	}
	u.until = now.Add(keyCacheTTL)
	k.users[sum] = u
}

// drop removes a key that is no longer valid. Other servers may still accept it for
// keyCacheTTL.
func (k *keyCache) drop(sum [sha256.Size]byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.users, sum)
}
