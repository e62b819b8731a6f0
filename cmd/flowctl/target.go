package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/flowctl/flowctl/pkg/client"
)

// localProfile is the name of the embedded store, where no server is configured.
const localProfile = "local"

// target is where the flows of a command are kept.
type target struct {
	Profile string // "" for a server that was named by its URL alone
	Server  string // "" for the embedded store
	Token   string
}

func (t target) local() bool { return t.Server == "" }

// String names the place for messages.
func (t target) String() string {
	if t.local() {
		return "the local store"
	}
	return t.Server
}

// target finds out where to: --server, --profile, FLOWCTL_SERVER,
// FLOWCTL_PROFILE, the configured profile, the embedded store, in this order.
func (a *app) target() (target, error) {
	token := cmp.Or(a.flags.token, os.Getenv("FLOWCTL_TOKEN"))
	var t target
	switch {
	case a.flags.server != "":
		t.Server = a.flags.server
	case a.flags.profile == "" && os.Getenv("FLOWCTL_SERVER") != "":
		t.Server = os.Getenv("FLOWCTL_SERVER")
	default:
		var err error
		if t, err = a.profileTarget(cmp.Or(a.flags.profile, a.config.Profile, localProfile)); err != nil || t.local() {
			return t, err
		}
	}
	if t.Profile == "" {
		t.Profile = a.profileOf(t.Server)
	}
	if t.Token = token; token == "" && t.Profile != "" {
		var err error
		if t.Token, err = readToken(t.Profile); err != nil {
			return t, err
		}
	}
	return t, nil
}

func (a *app) profileTarget(name string) (target, error) {
	if name == localProfile {
		return target{Profile: localProfile}, nil
	}
	for _, p := range a.config.Profiles {
		if p.Name == name {
			return target{Profile: p.Name, Server: p.Server}, nil
		}
	}
	return target{}, usageError{fmt.Errorf("no profile %q; see 'flowctl profile list', or add it with 'flowctl profile add'", name)}
}

// profileOf finds the profile of a server that was named by its URL, whose token
// may be used there.
func (a *app) profileOf(server string) string {
	for _, p := range a.config.Profiles {
		if strings.TrimRight(p.Server, "/") == strings.TrimRight(server, "/") {
			return p.Name
		}
	}
	return ""
}

// connect gives a client for the place that flags, environment and configuration
// name. What it opens is closed when the command ends.
func (a *app) connect(ctx context.Context) (*client.Client, error) {
	t, err := a.target()
	if err != nil {
		return nil, err
	}
	opts := []client.Option{
		client.WithUserAgent("flowctl/" + releaseVersion()),
		client.WithTimeout(a.config.Timeout),
	}
	if a.flags.debug {
		opts = append(opts, client.WithDebug(a.err))
	}
	if t.local() {
		return a.connectLocal(ctx, opts)
	}
	c, err := client.New(t.Server, append(opts, client.WithToken(t.Token))...)
	if err != nil {
		return nil, usageError{err}
	}
	return c, nil
}
