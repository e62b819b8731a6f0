package httpx

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// ParseHeaders reads headers as users write them: "Name: value". Its errors do not
// repeat a value, which may be a secret.
func ParseHeaders(list []string) (http.Header, error) {
	h := make(http.Header)
	for _, text := range list {
		name, value, ok := strings.Cut(text, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		switch {
		case !ok || name == "" || strings.ContainsFunc(name, isNoToken):
			return nil, errors.New(`a header is written "Name: value"; the name has letters, digits and dashes`)
		case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' }):
			return nil, fmt.Errorf("the value of the header %s has a line end or a character that is not ASCII in it", name)
		case slices.Contains([]string{"Host", "Content-Length", "Content-Type", "Transfer-Encoding", "Connection", "Accept"}, http.CanonicalHeaderKey(name)):
			return nil, fmt.Errorf("the header %s is not yours to set; leave it out", name)
		}
		h.Add(name, value)
	}
	return h, nil
}

// isNoToken reports whether a character cannot stand in the name of a header: it is
// none of RFC 9110's tchar.
func isNoToken(r rune) bool {
	letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	return !letter && !strings.ContainsRune("!#$%&'*+-.^_`|~", r)
}

// HeaderSecrets returns the values of h, for [secrets.NewRedactor]: each whole, and that of an
// Authorization without its scheme.
func HeaderSecrets(h http.Header) []string {
	var list []string
	for _, values := range h {
		for _, v := range values {
			list = append(list, v)
			if _, rest, ok := strings.Cut(v, " "); ok {
				list = append(list, rest)
			}
		}
	}
	return list
}
