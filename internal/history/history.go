// Package history finds what a flow was: flowctl's server keeps its versions; of a server
// that keeps none they are the commits of the flow's file.
package history

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/sync"
	"github.com/flowctl/flowctl/pkg/client"
)

// Server is where flows are.
type Server struct {
	Client  *client.Client
	Profile string                           // whose environment files have, "" for none
	Key     string                           // what flowctl.lock calls it
	Warn    func(format string, args ...any) // of an environment in doubt
}

// Flow is a flow of a server, of which versions are asked for.
type Flow struct {
	Server
	ID        string
	InGit     bool   // the versions are commits of the file
	Dir, File string // in git: the folder of the lock, and the file as the lock calls it
	name      string // for messages
}

// Flow returns the flow with an id; name is what the user called it. It is an error if
// neither the server nor git keeps its versions.
func (s Server) Flow(ctx context.Context, id, name string) (*Flow, error) {
	f := &Flow{Server: s, ID: id, name: name}
	can, err := s.Client.Capabilities(ctx)
	if err != nil || can.Versions {
		return f, err
	}
	f.InGit = true
	if f.Dir, f.File, err = sync.FileOf(s.Key, id); err != nil {
		return nil, err
	}
	if f.File == "" {
		return nil, fmt.Errorf("this server keeps no versions: %w; here git does that for flows with a file: 'flowctl export %s -d flows', and commit it", client.ErrUnsupported, output.ShellQuote(name))
	}
	for range sync.Commits(ctx, f.Dir, f.File, "") {
		return f, nil
	}
	return nil, fmt.Errorf("this server keeps no versions: %w; git does that, but has none of %s: commit it", client.ErrUnsupported, f.File)
}

// Version reads a version, as [lookup.ParseVersion] returns it, with what the flow was.
// A version in git has a commit instead of a number.
func (f *Flow) Version(ctx context.Context, version string) (client.Version, error) {
	if f.InGit {
		commit, err := f.Commit(ctx, version)
		if err != nil {
			return client.Version{}, err
		}
		return f.mapped(ctx, commit)
	}
	v, err := f.Client.Flows.Version(ctx, f.ID, version)
	if errors.Is(err, client.ErrNotFound) {
		return v, fmt.Errorf("%s has no version %q: %w%s", output.Quoted(f.name), version, client.ErrNotFound, f.there(ctx))
	}
	return v, err
}

// Find is Version, but for "": that is the newest, without what the flow is. It is not
// for versions in git.
func (f *Flow) Find(ctx context.Context, version string) (client.Version, error) {
	if version != "" {
		return f.Version(ctx, version)
	}
	for v, err := range f.Client.Flows.Versions(ctx, f.ID) {
		return v, err
	}
	return client.Version{}, fmt.Errorf("%s: %w", output.Quoted(f.name), client.ErrNotFound)
}

// Path returns the path of the flow's file.
func (f *Flow) Path() string { return filepath.Join(f.Dir, filepath.FromSlash(f.File)) }

// there lists in words which versions there are, "" if that cannot be found out.
func (f *Flow) there(ctx context.Context) string {
	const most = 1000 // versions that are looked at
	var numbers, labels []string
	for v, err := range f.Client.Flows.Versions(ctx, f.ID) {
		if err != nil {
			return ""
		}
		if numbers = append(numbers, fmt.Sprint(v.Number)); len(numbers) == most {
			return "; the newest is " + numbers[0] + "; see 'flowctl history'"
		}
		for _, label := range v.Labels {
			labels = append(labels, fmt.Sprintf("%s is %d", label, v.Number))
		}
	}
	text := "; it has " + span(numbers)
	if len(labels) > 0 {
		slices.Sort(labels)
		text += ", and " + strings.Join(labels, ", ")
	}
	return text + "; see 'flowctl history'"
}

// span names the versions of a list, newest first, by the ends.
func span(list []string) string {
	if len(list) == 1 {
		return "version " + list[0]
	}
	return fmt.Sprintf("%d versions, from %s to %s", len(list), list[len(list)-1], list[0])
}
