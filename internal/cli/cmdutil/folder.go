package cmdutil

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

	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/parallel"
	"github.com/flowctl/flowctl/internal/repo"
	"github.com/flowctl/flowctl/internal/sync"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Folder is a folder of flow files, and its lock.
type Folder struct {
	Dir     string
	Paths   []string      // of the files
	Sources []sync.Source // the files, in the same order
	Lock    *sync.Lock
	Picked  Picked // by paths alone
	Broken  int    // files that are not picked and cannot be read
	Part    bool   // it has only some of the folder's files
}

// OpenDir reads a folder, and makes the flows that are picked what the place t is to
// have of them. See ReadDir for hold.
func (a *App) OpenDir(ctx context.Context, p Picked, t Target, env *EnvFlag, hold bool) (*Folder, *client.Client, error) {
	d, err := a.ReadDir(ctx, p, hold)
	if err != nil {
		return nil, nil, err
	}
	c, err := a.ConnectTo(ctx, t)
	if err != nil {
		return nil, nil, err
	}
	return d, c, env.Forward(ctx, a, c, d)
}

// ReadDir reads all flow files of a folder, and validates those that are picked. What
// is wrong with these goes to stderr, and ends the command; of the others it is enough
// to know which flow they are. With hold the flows are kept, which is quicker where
// most of them will be sent.
func (a *App) ReadDir(ctx context.Context, p Picked, hold bool) (*Folder, error) {
	if info, err := os.Stat(p.Dir); err != nil {
		return nil, fmt.Errorf("look at the folder: %w", err)
	} else if !info.IsDir() {
		return nil, Usage(fmt.Errorf("%s is not a folder; give the folder that the flow files are in", p.Dir))
	}
	lock, err := sync.ReadLock(p.Dir)
	if err != nil {
		return nil, err
	}
	found := files.Find([]string{p.Dir})
	if len(found) == 1 && errors.Is(found[0].Err, files.ErrNoFiles) && !lock.Empty() {
		found = nil // the last file was taken out
	}
	readings := make([]dirReading, len(found))
	read := func(i int, judge bool) { readings[i] = a.readDirFile(ctx, p.Dir, found[i], hold, judge) }
	parallel.Each(ctx, len(found), runtime.GOMAXPROCS(0), func(i int) { read(i, p.hasFile(found[i].Path)) })
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var sources []sync.Source
	for _, r := range readings {
		if r.flows == 1 {
			sources = append(sources, r.source)
		}
	}
	byName := len(p.names) > 0
	if err := p.resolve(found, sources, lock); err != nil {
		return nil, err
	}
	d := &Folder{Dir: p.Dir, Lock: lock, Picked: p}
	var t files.Tally
	for i := range readings {
		r := &readings[i]
		if !p.hasFile(found[i].Path) {
			if r.flows != 1 {
				d.Broken++
				continue
			}
			r.findings = nil
		} else if byName {
			read(i, true)
		}
		_ = files.WriteFindings(a.Err, r.findings, files.Finding.String)
		t.Add(r.flows, r.findings)
		switch {
		case r.err != nil:
			return nil, r.err
		case r.flows > 1:
			return nil, Negative(fmt.Sprintf("%s holds %d flows; one file for each flow is needed here", found[i].Path, r.flows))
		case r.flows == 1:
			d.Paths, d.Sources = append(d.Paths, found[i].Path), append(d.Sources, r.source)
		}
	}
	if err := t.Verdict("nothing was sent"); err != nil {
		return nil, err
	}
	return d, nil
}

// dirReading is what is kept of a file of the folder.
type dirReading struct {
	source   sync.Source
	flows    int // how many it holds
	findings []files.Finding
	err      error
}

func (a *App) readDirFile(ctx context.Context, dir string, s files.Source, hold, judge bool) dirReading {
	r := files.Read(ctx, a.In, s, judge)
	kept := dirReading{flows: len(r.Flows), findings: r.Findings}
	if len(r.Flows) != 1 {
		return kept
	}
	path, err := filepath.Rel(dir, s.Path)
	if err != nil {
		kept.err = fmt.Errorf("name %s in the lock: %w", s.Path, err)
		return kept
	}
	read := func() (flow.Spec, error) {
		r := files.Read(ctx, a.In, s, false)
		if err := files.OneFlow(s.Path, r); err != nil {
			return flow.Spec{}, err
		}
		return dirSpec(r), nil
	}
	if hold {
		read = nil
	}
	kept.source = sync.NewSource(filepath.ToSlash(path), strings.Clone(r.Flows[0].ID), dirSpec(r), read)
	return kept
}

// dirSpec is the flow that a file of the folder holds.
func dirSpec(r files.Content) flow.Spec {
	spec := r.Flows[0].Spec
	spec.Name = cmp.Or(spec.Name, DefaultName)
	return spec
}

// RemoteKey is the name under which the lock keeps a place's ids.
func RemoteKey(t Target) string { return cmp.Or(t.Profile, strings.TrimRight(t.Server, "/")) }

// FilePath returns where the file is that sources call path.
func (d *Folder) FilePath(path string) string { return filepath.Join(d.Dir, filepath.FromSlash(path)) }

// Options are for what is picked of the folder at the place t.
func (d *Folder) Options(ctx context.Context, t Target, env *EnvFlag) sync.Options {
	o := sync.Options{Dir: d.Dir, Place: RemoteKey(t), Server: t.Server, Env: env.Env}
	if !d.Picked.all() {
		o.Picked = d.Picked.has
	}
	var configs repo.Configs
	o.Excluded = func(file string) bool {
		path := d.FilePath(file)
		config, err := configs.Of(path)
		return err == nil && config.Excludes(path) && files.Exists(path)
	}
	o.History = func(file string) iter.Seq[flow.Spec] {
		return func(yield func(flow.Spec) bool) {
			for spec := range sync.History(ctx, d.Dir, file) {
				spec.Name = cmp.Or(spec.Name, DefaultName)
				if !yield(env.There(spec)) {
					return
				}
			}
		}
	}
	return o
}

// SideFlags say what to do where work of others is in the way.
type SideFlags struct {
	adopt     bool
	overwrite bool
}

// Register adds the flags; overwrite is the help of --overwrite.
func (f *SideFlags) Register(cmd *cobra.Command, overwrite string) {
	cmd.Flags().BoolVar(&f.adopt, "adopt", false, "a file without id, and not in flowctl.lock, is the flow of the same name")
	cmd.Flags().BoolVar(&f.overwrite, "overwrite", false, overwrite)
}

// Set sets the options that the flags ask for.
func (f *SideFlags) Set(o *sync.Options) { o.Adopt, o.Overwrite = f.adopt, f.overwrite }

// OverwriteThere is the help of --overwrite for what goes to the server.
const OverwriteThere = "overwrite what somebody changed on the server meanwhile"

// DefaultName is the name of a flow whose file has none: the server's own.
const DefaultName = "Imported Flow"

// IsRefused reports whether a file or flow was left alone because of somebody's change.
func IsRefused(err error) bool { return errors.As(err, new(*sync.RefusedError)) }
