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
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/disk"
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
	readings := a.readFiles(ctx, p.Dir, found, hold, func(path string) bool { return p.hasFile(path) })
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var sources []sync.Source
	for _, r := range readings {
		if len(r.sources) == 1 {
			sources = append(sources, r.sources...)
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
			if len(r.sources) != 1 {
				d.Broken++
				continue
			}
			r.findings = nil
		} else if byName {
			*r = a.readDirFile(ctx, p.Dir, found[i], hold, true)
		}
		_ = files.WriteFindings(a.Err, r.findings, files.Finding.String)
		t.Add(len(r.sources), r.findings)
		switch {
		case r.err != nil:
			return nil, r.err
		case len(r.sources) > 1:
			return nil, Negative(fmt.Sprintf("%s holds %d flows; one file for each flow is needed here", found[i].Path, len(r.sources)))
		case len(r.sources) == 1:
			d.Paths, d.Sources = append(d.Paths, found[i].Path), append(d.Sources, r.sources[0])
		}
	}
	if err := t.Verdict("nothing was sent"); err != nil {
		return nil, err
	}
	return d, nil
}

// ReadBelow reads the flow files at a path, a folder or a file, of the folder that has the
// lock for it, and returns where in that folder the path is. What cannot be read is left out.
func (a *App) ReadBelow(ctx context.Context, path string) (d *Folder, below string, err error) {
	top, below, err := placeOf(path)
	if err != nil {
		return nil, "", err
	}
	d = &Folder{Dir: fromHere(top), Part: true}
	if dir, ok := strings.CutSuffix(filepath.Clean(path), filepath.FromSlash(below)); ok {
		d.Dir = filepath.Clean(dir) // as it was named
	} else if below == "." {
		d.Dir = path
	}
	if d.Lock, err = sync.ReadLock(top); err != nil {
		return nil, "", err
	}
	paths := []string{path}
	for _, file := range d.Lock.Files(RemoteKey(a.Connected)) { // also those that are excluded
		at := filepath.Join(top, filepath.FromSlash(file))
		if rest, err := relative(path, at); err == nil && filepath.IsLocal(rest) && files.Exists(at) && disk.CheckInside(top, at) == nil {
			paths = append(paths, at)
		}
	}
	found := slices.DeleteFunc(files.Find(paths), func(s files.Source) bool { // those of another lock
		other := sync.FolderOf(filepath.Dir(s.Path))
		return other != "" && other != top
	})
	for _, r := range a.readFiles(ctx, top, found, false, func(string) bool { return false }) {
		d.Sources = append(d.Sources, r.sources...)
	}
	return d, below, ctx.Err()
}

// readFiles reads files of a folder; judge reports which of them are validated.
func (a *App) readFiles(ctx context.Context, dir string, found []files.Source, hold bool, judge func(path string) bool) []dirReading {
	readings := make([]dirReading, len(found))
	parallel.Each(ctx, len(found), runtime.GOMAXPROCS(0), func(i int) {
		readings[i] = a.readDirFile(ctx, dir, found[i], hold, judge(found[i].Path))
	})
	return readings
}

// dirReading is what is kept of a file of the folder.
type dirReading struct {
	sources  []sync.Source // the flows that it holds
	findings []files.Finding
	err      error
}

func (a *App) readDirFile(ctx context.Context, dir string, s files.Source, hold, judge bool) dirReading {
	r := files.Read(ctx, a.In, s, judge)
	kept := dirReading{findings: r.Findings}
	if len(r.Flows) == 0 {
		return kept
	}
	path, err := relative(dir, s.Path)
	if err != nil {
		kept.err = fmt.Errorf("name %s in the lock: %w", s.Path, err)
		return kept
	}
	if len(r.Flows) > 1 {
		for i := range r.Flows {
			kept.sources = append(kept.sources, sync.OneOfSeveral(path, i+1, dirSpec(r, i)))
		}
		return kept
	}
	read := func() (flow.Spec, error) {
		r := files.Read(ctx, a.In, s, false)
		if err := files.OneFlow(s.Path, r); err != nil {
			return flow.Spec{}, err
		}
		return dirSpec(r, 0), nil
	}
	if hold {
		read = nil
	}
	kept.sources = []sync.Source{sync.NewSource(path, strings.Clone(r.Flows[0].ID), dirSpec(r, 0), read)}
	return kept
}

// relative returns a path as it is called below a folder, with slashes.
func relative(dir, path string) (string, error) {
	var err error
	if dir, err = filepath.Abs(dir); err == nil {
		path, err = filepath.Abs(path)
	}
	if err == nil {
		path, err = filepath.Rel(dir, path)
	}
	return filepath.ToSlash(path), err
}

// dirSpec is a flow that a file of the folder holds.
func dirSpec(r files.Content, i int) flow.Spec {
	spec := r.Flows[i].Spec
	spec.Name = cmp.Or(spec.Name, DefaultName)
	return spec
}

// RemoteKey is the name under which the lock keeps a place's ids.
func RemoteKey(t Target) string { return cmp.Or(t.Profile, strings.TrimRight(t.Server, "/")) }

// FilePath returns where the file is that sources call path.
func (d *Folder) FilePath(path string) string { return filepath.Join(d.Dir, filepath.FromSlash(path)) }

// Note notes in the lock which flows of the place t files are, and writes it. A file of a flow
// that has another one already is a copy, and not noted.
func (d *Folder) Note(ctx context.Context, t Target, known []sync.Known) error {
	noteFiles(d.Lock, d.Dir, RemoteKey(t), known)
	return d.Lock.Write(ctx)
}

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
