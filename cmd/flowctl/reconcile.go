package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/parallel"
	"github.com/flowctl/flowctl/internal/reconcile"
	"github.com/flowctl/flowctl/internal/repo"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// flowDir is a folder of flow files, and its lock.
type flowDir struct {
	dir     string
	paths   []string           // of the files
	sources []reconcile.Source // the files, in the same order
	lock    *reconcile.Lock
	picked  picked // by paths alone
	broken  int    // files that are not picked and cannot be read
	part    bool   // it has only some of the folder's files
}

// openDir reads a folder, and makes the flows that are picked what the place t is to
// have of them. See readDir for hold.
func (a *app) openDir(ctx context.Context, p picked, t target, env *envFlag, hold bool) (*flowDir, *client.Client, error) {
	d, err := a.readDir(ctx, p, hold)
	if err != nil {
		return nil, nil, err
	}
	c, err := a.connectTo(ctx, t)
	if err != nil {
		return nil, nil, err
	}
	return d, c, env.forward(ctx, a, c, d)
}

// readDir reads all flow files of a folder, and validates those that are picked. What
// is wrong with these goes to stderr, and ends the command; of the others it is enough
// to know which flow they are. With hold the flows are kept, which is quicker where
// most of them will be sent.
func (a *app) readDir(ctx context.Context, p picked, hold bool) (*flowDir, error) {
	if info, err := os.Stat(p.dir); err != nil {
		return nil, fmt.Errorf("look at the folder: %w", err)
	} else if !info.IsDir() {
		return nil, usageError{fmt.Errorf("%s is not a folder; give the folder that the flow files are in", p.dir)}
	}
	lock, err := reconcile.ReadLock(p.dir)
	if err != nil {
		return nil, err
	}
	found := findSources([]string{p.dir})
	if len(found) == 1 && errors.Is(found[0].err, errNoFiles) && !lock.Empty() {
		found = nil // the last file was taken out
	}
	if hold {
		limitMemory(sizeOf(found)) // for the rest of the command, which is as busy
	}
	readings := make([]dirReading, len(found))
	read := func(i int, judge bool) { readings[i] = a.readDirFile(ctx, p.dir, found[i], hold, judge) }
	parallel.Each(ctx, len(found), runtime.GOMAXPROCS(0), func(i int) { read(i, p.hasFile(found[i].path)) })
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var sources []reconcile.Source
	for _, r := range readings {
		if r.flows == 1 {
			sources = append(sources, r.source)
		}
	}
	byName := len(p.names) > 0
	if err := p.resolve(found, sources, lock); err != nil {
		return nil, err
	}
	d := &flowDir{dir: p.dir, lock: lock, picked: p}
	var t tally
	for i := range readings {
		r := &readings[i]
		if !p.hasFile(found[i].path) {
			if r.flows != 1 {
				d.broken++
				continue
			}
			r.findings = nil
		} else if byName {
			read(i, true)
		}
		_ = writeFindings(a.err, r.findings, finding.line)
		t.add(r.flows, r.findings)
		switch {
		case r.err != nil:
			return nil, r.err
		case r.flows > 1:
			return nil, noError{fmt.Sprintf("%s holds %d flows; one file for each flow is needed here", found[i].path, r.flows)}
		case r.flows == 1:
			d.paths, d.sources = append(d.paths, found[i].path), append(d.sources, r.source)
		}
	}
	if err := t.verdict("nothing was sent"); err != nil {
		return nil, err
	}
	return d, nil
}

// dirReading is what is kept of a file of the folder.
type dirReading struct {
	source   reconcile.Source
	flows    int // how many it holds
	findings []finding
	err      error
}

func (a *app) readDirFile(ctx context.Context, dir string, s source, hold, judge bool) dirReading {
	r := readSource(ctx, a.in, s, judge)
	kept := dirReading{flows: len(r.flows), findings: r.findings}
	if len(r.flows) != 1 {
		return kept
	}
	path, err := filepath.Rel(dir, s.path)
	if err != nil {
		kept.err = fmt.Errorf("name %s in the lock: %w", s.path, err)
		return kept
	}
	read := func() (flow.Spec, error) {
		r := readSource(ctx, a.in, s, false)
		if err := oneFlow(s.path, r); err != nil {
			return flow.Spec{}, err
		}
		return dirSpec(r), nil
	}
	if hold {
		read = nil
	}
	kept.source = reconcile.NewSource(filepath.ToSlash(path), strings.Clone(r.flows[0].ID), dirSpec(r), read)
	return kept
}

// dirSpec is the flow that a file of the folder holds.
func dirSpec(r reading) flow.Spec {
	spec := r.flows[0].Spec
	spec.Name = cmp.Or(spec.Name, defaultName)
	return spec
}

// lockPlace is the name under which the lock keeps a place's ids.
func lockPlace(t target) string { return cmp.Or(t.Profile, strings.TrimRight(t.Server, "/")) }

// planDir compares what is picked of a folder with the server.
func (a *app) planDir(ctx context.Context, c *client.Client, d *flowDir, o reconcile.Options) (*reconcile.Plan, error) {
	if o.Prune && d.broken > 0 {
		return nil, noError{fmt.Sprintf("%s in %s cannot be read, so that it is not known whether a file is gone or was moved; 'flowctl validate %s' names them; without --prune the others do not matter", plural(d.broken, "other file"), d.dir, d.dir)}
	}
	if o.Prune && !d.lock.Empty() && len(d.lock.Files(o.Place)) == 0 {
		a.warn("%s knows no flow of %s, so that nothing is pruned; it knows %s", reconcile.LockName, output.Text(o.Place), join(d.lock.Places()))
	}
	if o.Prune {
		o.Elsewhere = reconcile.Elsewhere(ctx, d.dir, o.Place)
	}
	return reconcile.NewPlan(ctx, c, d.sources, d.lock, o)
}

// file returns where the file is that sources call path.
func (d *flowDir) file(path string) string { return filepath.Join(d.dir, filepath.FromSlash(path)) }

// options are for what is picked of the folder at the place t.
func (d *flowDir) options(ctx context.Context, t target, env *envFlag) reconcile.Options {
	o := reconcile.Options{Dir: d.dir, Place: lockPlace(t), Server: t.Server, Env: env.env}
	if !d.picked.all() {
		o.Picked = d.picked.has
	}
	var configs repo.Configs
	o.Excluded = func(file string) bool {
		path := d.file(file)
		config, err := configs.Of(path)
		return err == nil && config.Excludes(path) && exists(path)
	}
	o.History = func(file string) iter.Seq[flow.Spec] {
		return func(yield func(flow.Spec) bool) {
			for spec := range reconcile.History(ctx, d.dir, file) {
				spec.Name = cmp.Or(spec.Name, defaultName)
				if !yield(env.there(spec)) {
					return
				}
			}
		}
	}
	return o
}

// sideFlags say what to do where work of others is in the way.
type sideFlags struct {
	adopt     bool
	overwrite bool
}

func (f *sideFlags) register(cmd *cobra.Command, overwrite string) {
	cmd.Flags().BoolVar(&f.adopt, "adopt", false, "a file without id, and not in flowctl.lock, is the flow of the same name")
	cmd.Flags().BoolVar(&f.overwrite, "overwrite", false, overwrite)
}

func (f *sideFlags) set(o *reconcile.Options) { o.Adopt, o.Overwrite = f.adopt, f.overwrite }
