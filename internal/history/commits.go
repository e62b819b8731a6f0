package history

import (
	"context"
	"fmt"
	"iter"
	"strconv"
	"strings"

	"github.com/flowctl/flowctl/internal/layout"
	"github.com/flowctl/flowctl/internal/lookup"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/sync"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Commit is a commit that changed the flow of a file, not only its layout.
type Commit struct {
	ID        string `json:"commit"`
	CreatedAt int64  `json:"created_at"` // epoch seconds
	User      struct {
		Name string `json:"name"`
	} `json:"user"` // the author
	Message string        `json:"message"` // its first line
	Changes []flow.Change `json:"changes"` // since the one before, of the oldest since nothing

	file []byte    // as it was
	spec flow.Spec // in it
}

// Commits goes through the commits of the flow's file, newest first.
func (f *Flow) Commits(ctx context.Context) iter.Seq[Commit] {
	return commits(ctx, f.Dir, f.File, "")
}

func commits(ctx context.Context, dir, file, until string) iter.Seq[Commit] {
	return func(yield func(Commit) bool) {
		var newer *Commit
		for c := range sync.Commits(ctx, dir, file, until) {
			text, spec, ok := c.File(ctx)
			if !ok {
				continue
			}
			older := Commit{ID: c.ID, CreatedAt: c.Time, Message: c.Title, file: text, spec: spec}
			older.User.Name = c.Author
			if newer != nil {
				newer.Changes = flow.Diff(layout.Without(spec), layout.Without(newer.spec))
				if len(newer.Changes) > 0 && !yield(*newer) {
					return
				}
			}
			newer = &older
		}
		if newer != nil {
			newer.Changes = flow.Diff(flow.Spec{}, layout.Without(newer.spec))
			yield(*newer)
		}
	}
}

// Commit finds the commit that a version in git names: -1 is the one before the newest
// that changed the flow, a time means the newest at that time, and anything else is a
// commit, a tag or a branch.
func (f *Flow) Commit(ctx context.Context, version string) (Commit, error) {
	until := ""
	at, isTime := lookup.EndOf(version)
	back, err := strconv.ParseInt(version, 10, 64)
	back = -back
	isBack := err == nil && back > 0
	if !isTime && !isBack {
		if until = sync.FindCommit(ctx, f.Dir, version); until == "" {
			return Commit{}, f.noCommit(ctx, version)
		}
	}
	for c := range commits(ctx, f.Dir, f.File, until) {
		switch {
		case isTime && c.CreatedAt > at:
		case isBack && back > 0:
			back--
		default:
			return c, nil
		}
	}
	if until != "" { // at which the file had another name, perhaps
		in := sync.Ancestors(ctx, f.Dir, until)
		for c := range f.Commits(ctx) {
			if in[c.ID] {
				return c, nil
			}
		}
	}
	return Commit{}, f.noCommit(ctx, version)
}

func (f *Flow) noCommit(ctx context.Context, version string) error {
	var ids []string
	for c := range f.Commits(ctx) {
		ids = append(ids, c.Short())
	}
	if len(ids) == 0 {
		return fmt.Errorf("%s has no version %q: %w; git has no commit of the flow in %s", output.Quoted(f.name), version, client.ErrNotFound, f.File)
	}
	return fmt.Errorf("%s has no version %q in git: %w; %s has %s; see 'flowctl history'", output.Quoted(f.name), version, client.ErrNotFound, f.File, span(ids))
}

// Short returns the beginning of the commit's name.
func (c Commit) Short() string { return c.ID[:min(len(c.ID), 8)] }

// Summary names what a commit changed, in a few words.
func (c Commit) Summary() string {
	const most = 3
	var names []string
	for i, change := range c.Changes {
		if i == most {
			names = append(names, fmt.Sprintf("%d more", len(c.Changes)-most))
			break
		}
		names = append(names, change.Where())
	}
	return strings.Join(names, ", ")
}

// mapped returns a version in git, with the names that the server has for what the file
// names.
func (f *Flow) mapped(ctx context.Context, c Commit) (client.Version, error) {
	v := client.Version{CreatedAt: c.CreatedAt, Message: c.Message, Flow: &c.spec}
	v.User.Name = c.User.Name
	env := sync.EnvFile{Given: func() bool { return false }, Note: func(string, ...any) {}, Warn: f.Warn}
	if err := env.Choose(f.Profile, f.Dir); err != nil || env.Path == "" {
		return v, err
	}
	if err := env.Read(ctx, f.Client, func(yield func(flow.Spec, error) bool) { yield(c.spec, nil) }); err != nil {
		return v, err
	}
	spec := env.Env.Forward(c.spec)
	v.Flow = &spec
	return v, nil
}
