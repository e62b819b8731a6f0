package httpx

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// NewClient returns a client over rt that follows redirects within the server, ends
// a request when the server is silent for longer than limit returns for its context (0 is
// for ever), and writes a line about each to log, unless that is nil.
func NewClient(rt http.RoundTripper, limit func(context.Context) time.Duration, log *Log) *http.Client {
	c := &http.Client{Transport: &idleTimeout{next: rt, limit: limit}, CheckRedirect: checkRedirect}
	if log != nil {
		log.network, log.next = rt, c.Transport
		c.Transport = log
	}
	return c
}

// ParseBase checks the URL below which an API is, and removes the slashes at its end.
// what is it the address of, for messages, and example is how one is written. An error
// never contains the URL: it may have a password in it.
func ParseBase(what, example, text string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	switch {
	case err != nil:
		return nil, fmt.Errorf("the address of %s is not a URL; write it like %s", what, example)
	case u.User != nil:
		return nil, fmt.Errorf("the address of %s has a user name or password in it; leave that out and use a token", what)
	case u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "":
		return nil, fmt.Errorf("the address of %s does not start with http:// or https:// and a host; write it like %s", what, example)
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, fmt.Errorf("the address of %s has a query or a fragment; leave out what begins with ? or #", what)
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), strings.TrimRight(u.RawPath, "/")
	return u, nil
}

// CheckAuth checks a token and the headers that are sent with it. Its errors contain
// neither.
func CheckAuth(token string, headers http.Header) error {
	for _, r := range token {
		if r <= ' ' || r > '~' {
			return fmt.Errorf("the token has the character %U in it; give it without line ends, blanks and quotes", r)
		}
	}
	if token != "" && headers.Get("Authorization") != "" {
		return errors.New("the token is sent as Authorization, which cannot be a header of its own; leave out one of them")
	}
	return nil
}
