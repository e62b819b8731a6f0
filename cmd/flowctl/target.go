package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/client"
)

// localProfile is the name of the embedded store, where no server is configured.
const localProfile = "local"

// target is where the flows of a command are kept.
type target struct {
	Profile string // "" for a server that was named by its URL alone
	Server  string // "" for the embedded store
	Token   string
	source  string // of the token, for messages; "" for one that was just typed
}

func (t target) local() bool { return t.Server == "" }

// String names the target in messages.
func (t target) String() string {
	switch {
	case t.local():
		return "the local store"
	case t.Profile != "":
		return fmt.Sprintf("%q (%s)", output.Text(t.Profile), t.Server)
	}
	return t.Server
}

// target finds out where to: --server, --profile, FLOWCTL_SERVER,
// FLOWCTL_PROFILE, the configured profile, the embedded store, in this order.
func (a *app) target() (target, error) {
	t, err := a.place()
	if err != nil {
		return t, err
	}
	if t.local() {
		return t, a.checkLocal()
	}
	if t.Profile == "" {
		t.Profile = a.profileOf(t.Server)
	}
	switch t.Token = envToken(t.Server); {
	case a.flags.token != "":
		t.Token, t.source = a.flags.token, "the --token"
	case t.Token != "":
		t.source = "the token in FLOWCTL_TOKEN"
	case t.Profile != "":
		t.Token, err = a.storedToken(t.Profile)
		t.source = "the stored token"
	}
	if t.Token == "" && os.Getenv("FLOWCTL_TOKEN") != "" {
		a.warn("FLOWCTL_TOKEN goes with FLOWCTL_SERVER and is not sent to %s; add --token", t.Server)
	}
	return t, err
}

// place is target without the token.
func (a *app) place() (target, error) {
	switch {
	case a.flags.server != "" && a.flags.profile != "":
		return target{}, usageError{errors.New("--server and --profile both name a place; give one of them")}
	case a.flags.server != "":
		return target{Server: a.flags.server}, nil
	}
	if server := os.Getenv("FLOWCTL_SERVER"); server != "" && a.flags.profile == "" {
		return target{Server: server}, nil
	}
	name := cmp.Or(a.flags.profile, a.config.Profile, localProfile)
	if name == localProfile {
		return target{Profile: localProfile}, nil
	}
	p, ok := a.config.profile(name)
	if !ok {
		return target{}, noProfile(name)
	}
	if p.Server == "" {
		return target{}, fmt.Errorf("the profile %q has no server; remove it and add it again", name)
	}
	return target{Profile: p.Name, Server: p.Server}, nil
}

// checkLocal refuses a token where no server is named: a script that forgot the
// server would otherwise succeed on flows that are thrown away with its machine.
func (a *app) checkLocal() error {
	switch {
	case a.flags.token != "":
		return usageError{errors.New("--token is given, but no server; add --server, or a --profile other than local")}
	case os.Getenv("FLOWCTL_TOKEN") != "" && a.flags.profile == "" && a.config.Profile == "":
		return usageError{errors.New("FLOWCTL_TOKEN is set, but no server; set FLOWCTL_SERVER, or FLOWCTL_PROFILE=local to mean the local store")}
	}
	return nil
}

// envToken gives FLOWCTL_TOKEN if it is meant for this server: a token that came
// with FLOWCTL_SERVER is not sent to another one.
func envToken(server string) string {
	if of := os.Getenv("FLOWCTL_SERVER"); of != "" && !sameServer(of, server) {
		return ""
	}
	return os.Getenv("FLOWCTL_TOKEN")
}

// profile finds a profile by its name.
func (c *Config) profile(name string) (Profile, bool) {
	for _, p := range c.Profiles {
		if p.Name == name {
			return p, true
		}
	}
	return Profile{}, false
}

func noProfile(name string) error {
	return usageError{fmt.Errorf("no profile %q; see 'flowctl profile list', or add it with 'flowctl profile add'", name)}
}

// profileOf finds the profile of a server that was named by its URL, whose token
// then serves; "" if there is none.
func (a *app) profileOf(server string) string {
	for _, p := range a.config.Profiles {
		if sameServer(p.Server, server) {
			return p.Name
		}
	}
	return ""
}

// sameServer tells whether two URLs that users wrote name one server.
func sameServer(a, b string) bool {
	return strings.TrimRight(a, "/") == strings.TrimRight(b, "/")
}

// connect gives a client for the place that flags, environment and configuration
// name. What it opens is closed when the command ends.
func (a *app) connect(ctx context.Context) (*client.Client, error) {
	t, err := a.target()
	if err != nil {
		return nil, err
	}
	return a.connectTo(ctx, t)
}

// connectTo gives a client for the place t.
func (a *app) connectTo(ctx context.Context, t target) (*client.Client, error) {
	opts := []client.Option{
		client.WithUserAgent("flowctl/" + releaseVersion()),
		client.WithTimeout(a.config.Timeout),
	}
	if a.flags.debug {
		opts = append(opts, client.WithDebug(a.err))
	}
	a.connected = t
	if t.local() {
		return a.connectLocal(ctx, opts)
	}
	headers, err := a.headers(t)
	if err != nil {
		return nil, err
	}
	roots, err := a.roots(t)
	if err != nil {
		return nil, err
	}
	c, err := client.New(t.Server, append(opts, client.WithToken(t.Token), client.WithHeaders(headers), client.WithRootCAs(roots))...)
	if err != nil {
		return nil, usageError{err}
	}
	return c, nil
}
