package cmdutil

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"strings"
	"syscall"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/spell"
	"github.com/flowctl/flowctl/pkg/client"
)

// explained returns text, that of err, with the parts from the client or the system replaced
// where [App.explain] knows better.
func (a *App) explained(text string, err error) string {
	switch e := err.(type) { //nolint:errorlint // the tree is walked here
	case *client.Error:
		if better := a.explain(e); better != "" {
			return strings.Replace(text, e.Error(), better, 1)
		}
	case *fs.PathError:
		if errors.Is(e, fs.ErrNotExist) {
			return strings.Replace(text, e.Error(), fmt.Sprintf("%s: %v", output.Text(e.Path), spell.NoSuchFile(e.Path)), 1)
		}
	case interface{ Unwrap() error }:
		return a.explained(text, e.Unwrap())
	case interface{ Unwrap() []error }:
		for _, err := range e.Unwrap() {
			text = a.explained(text, err)
		}
	}
	return text
}

// explain returns a text for e in terms of the command line: which profile, which variable,
// what to type next. It is "" if the client's text is good enough.
func (a *App) explain(e *client.Error) string {
	t := a.Connected
	if t.Server == "" {
		return ""
	}
	why := a.whyUnreachable(t, e)
	switch {
	case why != "":
	case e.NoToken:
		why = fmt.Sprintf("not signed in (401); sign in to %s: flowctl login%s", t, t.flags())
	case e.BadToken:
		next := "sign in again: flowctl login" + t.flags()
		if strings.HasPrefix(t.source, "the token in") || strings.HasPrefix(t.source, "the --") {
			next = "use another one"
		}
		why = fmt.Sprintf("not signed in (401): %s does not accept %s, which is wrong, revoked or expired; %s", t, cmp.Or(t.source, "the token"), next)
	case e.NoFlows:
		why = fmt.Sprintf("%s answers, but is not a flows server", t)
		if strings.Contains(e.Detail, `"Open WebUI`) {
			why += ": this Open WebUI has no flows, which the fork kohai-io/open-webui has"
		}
		why += "; check the address"
	}
	if why == "" {
		return ""
	}
	return e.Doing + ": " + why
}

// whyUnreachable returns a text for a failed connection.
func (a *App) whyUnreachable(t Target, e *client.Error) string {
	var (
		unknownHost *net.DNSError
		authority   x509.UnknownAuthorityError
		otherName   x509.HostnameError
		plain       tls.RecordHeaderError
	)
	host := t.Server
	if u, err := url.Parse(t.Server); err == nil {
		host = u.Host
	}
	_, rest, _ := strings.Cut(t.Server, "://")
	switch {
	case errors.As(e, &authority):
		return fmt.Sprintf("the certificate of %s is not signed by an authority that this machine knows; name yours: --ca-cert FILE", host)
	case errors.As(e, &otherName):
		return fmt.Sprintf("the certificate of %s is for another name: %v; check the address", host, otherName)
	case errors.As(e, &plain), e.StatusCode == 0 && strings.Contains(e.Detail, "server gave HTTP response to HTTPS client"):
		return fmt.Sprintf("%s speaks http, not https; write http://%s", host, rest)
	case e.StatusCode == 0 && strings.Contains(e.Detail, "speaks https"):
		return fmt.Sprintf("%s speaks https, not http; write https://%s", host, rest)
	case errors.Is(e, client.ErrUnreachable) && e.Proxy != "":
		return fmt.Sprintf("cannot reach %s through the proxy %s: %s; check HTTPS_PROXY, HTTP_PROXY and NO_PROXY", t, output.Text(e.Proxy), e.Detail)
	case errors.As(e, &unknownHost) && unknownHost.IsNotFound:
		return fmt.Sprintf("cannot reach %s: there is no host %q; check the address", t, output.Text(unknownHost.Name))
	case errors.Is(e, client.ErrUnreachable) && errors.Is(e, syscall.ECONNREFUSED):
		return fmt.Sprintf("cannot reach %s: nothing listens there; start the server, or work without one: flowctl profile use local", t)
	case errors.Is(e, client.ErrUnreachable):
		return fmt.Sprintf("cannot reach %s: %s; check the address and the network", t, e.Detail)
	}
	return ""
}

// flags returns the flags that name t on a command line.
func (t Target) flags() string {
	switch {
	case t.Profile != "":
		return " --profile " + output.ShellQuote(t.Profile)
	case os.Getenv("FLOWCTL_SERVER") != "":
		return ""
	}
	return " --server " + output.ShellQuote(t.Server)
}
