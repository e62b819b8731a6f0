package cmdutil

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/flowctl/flowctl/internal/output"
)

// LocalProfile is the name of the local store, which is used if no server is configured.
const LocalProfile = "local"

// Target is the server, or the local store, of a command.
type Target struct {
	Profile string // "" for a server that was named by its URL alone
	Server  string // "" for the embedded store
	Token   string
	source  string // of the token, for messages; "" for one that was just typed
}

// Local reports whether the target is the local store.
func (t Target) Local() bool { return t.Server == "" }

// Key returns the target's name in flowctl.lock: its profile, or the address of the server.
func (t Target) Key() string { return cmp.Or(t.Profile, strings.TrimRight(t.Server, "/")) }

// String returns the target's name for messages.
func (t Target) String() string {
	switch {
	case t.Local():
		return "the local store"
	case t.Profile != "":
		return fmt.Sprintf("%q (%s)", output.Text(t.Profile), t.Server)
	}
	return t.Server
}

// Target returns the target that is set by, in this order, --server, --profile,
// FLOWCTL_SERVER, FLOWCTL_PROFILE or the configured profile; else the local store.
func (a *App) Target() (Target, error) {
	t, err := a.TargetWithoutToken()
	if err != nil {
		return t, err
	}
	if t.Local() {
		return t, a.checkLocal()
	}
	if t.Profile == "" {
		t.Profile = a.ProfileOf(t.Server)
	}
	switch t.Token = envToken(t.Server); {
	case a.Flags.Token != "":
		t.Token, t.source = a.Flags.Token, "the --token"
	case t.Token != "":
		t.source = "the token in FLOWCTL_TOKEN"
	case t.Profile != "":
		t.Token, err = a.storedToken(t.Profile)
		t.source = "the stored token"
	}
	if t.Token == "" && os.Getenv("FLOWCTL_TOKEN") != "" {
		a.Warn("FLOWCTL_TOKEN goes with FLOWCTL_SERVER and is not sent to %s; add --token", t.Server)
	}
	return t, err
}

// TargetWithoutToken is [App.Target] without the token.
func (a *App) TargetWithoutToken() (Target, error) {
	switch {
	case a.Flags.Server != "" && a.Flags.Profile != "":
		return Target{}, Usage(errors.New("--server and --profile both name a server; give one of them"))
	case a.Flags.Server != "":
		return Target{Server: a.Flags.Server}, nil
	}
	if server := os.Getenv("FLOWCTL_SERVER"); server != "" && a.Flags.Profile == "" {
		return Target{Server: server}, nil
	}
	name := cmp.Or(a.Flags.Profile, a.Config.Profile, LocalProfile)
	if name == LocalProfile {
		return Target{Profile: LocalProfile}, nil
	}
	p, ok := a.Config.ProfileNamed(name)
	if !ok {
		return Target{}, NoProfile(name)
	}
	if p.Server == "" {
		return Target{}, fmt.Errorf("the profile %q has no server; remove it and add it again", name)
	}
	return Target{Profile: p.Name, Server: p.Server}, nil
}

// checkLocal returns an error if there is a token and no server: a script that forgot the
// server would otherwise succeed on a local store that is thrown away with its machine.
func (a *App) checkLocal() error {
	switch {
	case a.Flags.Token != "":
		return Usage(errors.New("--token is given, but no server; add --server, or a --profile other than local"))
	case os.Getenv("FLOWCTL_TOKEN") != "" && a.Flags.Profile == "" && a.Config.Profile == "":
		return Usage(errors.New("FLOWCTL_TOKEN is set, but no server; set FLOWCTL_SERVER, or FLOWCTL_PROFILE=local to mean the local store"))
	}
	return nil
}

// envToken returns FLOWCTL_TOKEN unless FLOWCTL_SERVER is set to another server, for which it
// is meant then.
func envToken(server string) string {
	if of := os.Getenv("FLOWCTL_SERVER"); of != "" && !SameServer(of, server) {
		return ""
	}
	return os.Getenv("FLOWCTL_TOKEN")
}

// ProfileNamed returns the profile of that name.
func (c *Config) ProfileNamed(name string) (Profile, bool) {
	for _, p := range c.Profiles {
		if p.Name == name {
			return p, true
		}
	}
	return Profile{}, false
}

// NoProfile returns the error for a profile that does not exist.
func NoProfile(name string) error {
	return Usage(fmt.Errorf("no profile %q; see 'flowctl profile list', or add it with 'flowctl profile add'", name))
}

// ProfileOf returns the name of the profile with a server's URL, whose token is then used;
// "" if there is none.
func (a *App) ProfileOf(server string) string {
	for _, p := range a.Config.Profiles {
		if SameServer(p.Server, server) {
			return p.Name
		}
	}
	return ""
}

// SameServer reports whether two URLs are of the same server.
func SameServer(a, b string) bool {
	return strings.TrimRight(a, "/") == strings.TrimRight(b, "/")
}
