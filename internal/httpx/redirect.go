package httpx

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// RedirectError is a redirect that was not followed.
type RedirectError struct {
	To  string // scheme and host; the rest may hold secrets
	Why string
}

func (e *RedirectError) Error() string {
	return fmt.Sprintf("not followed to %s, because %s", e.To, e.Why)
}

// checkRedirect follows a redirect only within the server: net/http would take
// the token along to other ports and subdomains of the host, and make a GET of a
// POST. Open WebUI's redirects are made from the Host header that a proxy
// sent, so they may lead anywhere.
func checkRedirect(req *http.Request, via []*http.Request) error {
	from, to := via[len(via)-1], req.URL
	refuse := func(why string) error {
		return &RedirectError{To: Printable(to.Scheme+"://"+to.Host, 200), Why: why}
	}
	switch {
	case !strings.EqualFold(from.URL.Hostname(), to.Hostname()):
		return refuse("that is another host, which must not see the token")
	case from.URL.Scheme == "https" && to.Scheme != "https":
		return refuse("the token would travel unencrypted")
	case from.URL.Scheme == to.Scheme && port(from.URL) != port(to):
		return refuse("that is another port, which must not see the token")
	case from.Method != req.Method:
		return refuse("the " + from.Method + " would become a " + req.Method)
	case len(via) >= 5:
		return refuse("this is redirect number 5")
	}
	return nil
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	return map[string]string{"http": "80", "https": "443"}[u.Scheme]
}
