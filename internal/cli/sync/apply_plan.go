package sync

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/sync"
	"github.com/flowctl/flowctl/pkg/client"
)

// fromDir plans for what is picked of a folder.
func (o *applyOptions) fromDir(ctx context.Context, _ cmdutil.Target, args []string) (*sync.Plan, *sync.Lock, *client.Client, error) {
	d, c, opts, err := o.open(ctx, o.app, args, true)
	if err != nil {
		return nil, nil, nil, err
	}
	opts.Prune = o.prune
	p, err := planDir(ctx, o.app, c, d, opts)
	return p, d.Lock, c, err
}

// isPlan reports whether the file at path holds a plan that was kept, and no flow.
func isPlan(path string) bool {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	text, err := os.ReadFile(path)
	return err == nil && sync.IsPlan(text)
}

// fromPlan reads a plan that was kept, and sees whether it still holds.
func (o *applyOptions) fromPlan(ctx context.Context, t cmdutil.Target, args []string) (*sync.Plan, *sync.Lock, *client.Client, error) {
	path := args[0]
	if o.prune || o.env.Path != "" || o.adopt || o.overwrite || o.noMerge {
		return nil, nil, nil, cmdutil.Usage(errors.New("a kept plan says all that is to be done; --prune, --env, --adopt, --overwrite and --no-merge go with 'flowctl plan'"))
	}
	text, err := files.ReadNamed(ctx, path, io.ReadAll)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("read the plan: %w", err)
	}
	p, err := sync.LoadPlan(text)
	if err != nil {
		return nil, nil, nil, cmdutil.Negative(fmt.Sprintf("%s: %v", path, err))
	}
	if p.Profile != t.Key() || !cmdutil.SameServer(p.Server, t.Server) {
		return nil, nil, nil, cmdutil.Usage(fmt.Errorf("the plan is for %s, not for %s; give the --profile or --server that it was made with", p.Profile, t))
	}
	if info, err := os.Stat(p.Dir); err != nil || !info.IsDir() { //nolint:gosec // it is only looked at
		return nil, nil, nil, cmdutil.Usage(fmt.Errorf("the plan is for the folder %s, which is not here; apply it where it was made", p.Dir))
	}
	lock, err := sync.ReadLock(p.Dir)
	if err != nil {
		return nil, nil, nil, err
	}
	c, err := o.app.ConnectTo(ctx, t)
	if err != nil {
		return nil, nil, nil, err
	}
	variable, err := o.env.Variables()
	if err != nil {
		return nil, nil, nil, err
	}
	if err := p.Expand(ctx, c, variable); err != nil {
		return nil, nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return p, lock, c, p.Check(ctx, c)
}
