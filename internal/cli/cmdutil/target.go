package cmdutil

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/flowctl/flowctl/internal/output"
)

// LocalProfile is the name of the embedded store, where no server is configured.
const LocalProfile = "local"

// Target is where the flows of a command are kept.
type Target struct {
	Profile string // "" for a server that was named by its URL alone
	Server  string // "" for the embedded store
	Token   string
	source  string // of the token, for messages; "" for one that was just typed
}

// Local reports whether the target is the embedded store.
func (t Target) Local() bool { return t.Server == "" }

// Key is what flowctl.lock calls the target: its profile, or the address of the server.
func (t Target) Key() string { return cmp.Or(t.Profile, strings.TrimRight(t.Server, "/")) }

// String names the target in messages.
func (t Target) String() string {
	switch {
	case t.Local():
		return "the local store"
	case t.Profile != "":
		return fmt.Sprintf("%q (%s)", output.Text(t.Profile), t.Server)
	}
	return t.Server
}

// Target finds out where to: --server, --profile, FLOWCTL_SERVER,
// FLOWCTL_PROFILE, the configured profile, the embedded store, in this order.
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

// TargetWithoutToken is Target without the token.
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

// checkLocal refuses a token where no server is named: a script that forgot the
// server would otherwise succeed on flows that are thrown away with its machine.
func (a *App) checkLocal() error {
	switch {
	case a.Flags.Token != "":
		return Usage(errors.New("--token is given, but no server; add --server, or a --profile other than local"))
	case os.Getenv("FLOWCTL_TOKEN") != "" && a.Flags.Profile == "" && a.Config.Profile == "":
		return Usage(errors.New("FLOWCTL_TOKEN is set, but no server; set FLOWCTL_SERVER, or FLOWCTL_PROFILE=local to mean the local store"))
	}
	return nil
}

// envToken returns FLOWCTL_TOKEN if it is meant for this server: a token that came
// with FLOWCTL_SERVER is not sent to another one.
func envToken(server string) string {
	if of := os.Getenv("FLOWCTL_SERVER"); of != "" && !SameServer(of, server) {
		return ""
	}
	return os.Getenv("FLOWCTL_TOKEN")
}

// ProfileNamed finds a profile by its name.
func (c *Config) ProfileNamed(name string) (Profile, bool) {
	for _, p := range c.Profiles {
		if p.Name == name {
			return p, true
		}
	}
	return Profile{}, false
}

// NoProfile returns the error of a profile that does not exist.
func NoProfile(name string) error {
	return Usage(fmt.Errorf("no profile %q; see 'flowctl profile list', or add it with 'flowctl profile add'", name))
}

// ProfileOf finds the profile of a server that was named by its URL, whose token
// then serves; "" if there is none.
func (a *App) ProfileOf(server string) string {
	for _, p := range a.Config.Profiles {
		if SameServer(p.Server, server) {
			return p.Name
		}
	}
	return ""
}

// SameServer reports whether two URLs that users wrote name one server.
func SameServer(a, b string) bool {
	return strings.TrimRight(a, "/") == strings.TrimRight(b, "/")
}
