package sync

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/disk"
	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/parallel"
	"github.com/flowctl/flowctl/internal/repo"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Folder is a folder of flow files, and its lock.
type Folder struct {
	Dir     string   // as it was named, or from here
	Sources []Source // the files
	Lock    *Lock
	Picked  Picked // by paths alone
	Broken  int    // files that are not picked and cannot be read

	part bool // only some of the folder's files were looked for
}

// ReadDir reads all flow files of a folder and validates those that are picked. Faults of
// picked files are written to stderr and make the call fail; the others are only read to
// know which flow they belong to. keep keeps the flows in memory, which is quicker if most
// of them will be sent.
func ReadDir(ctx context.Context, p Picked, keep bool, stderr io.Writer) (*Folder, error) {
	if info, err := os.Stat(p.Dir); err != nil {
		return nil, fmt.Errorf("look at the folder: %w", err)
	} else if !info.IsDir() {
		return nil, &UsageError{fmt.Errorf("%s is not a folder; give the folder that the flow files are in", p.Dir)}
	}
	lock, err := ReadLock(p.Dir)
	if err != nil {
		return nil, err
	}
	found := files.Find([]string{p.Dir})
	if len(found) == 1 && errors.Is(found[0].Err, files.ErrNoFiles) && !lock.Empty() {
		found = nil // the last file was taken out
	}
	contents := readFiles(ctx, nil, p.Dir, found, keep, p.hasFile)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var sources []Source
	for _, r := range contents {
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
	for i := range contents {
		r := &contents[i]
		if !p.hasFile(found[i].Path) {
			if len(r.sources) != 1 {
				d.Broken++
				continue
			}
			r.findings = nil
		} else if byName {
			*r = readFile(ctx, nil, p.Dir, found[i], keep, true)
		}
		_ = files.WriteFindings(stderr, r.findings, files.Finding.String)
		t.Add(len(r.sources), r.findings)
		switch {
		case r.err != nil:
			return nil, r.err
		case len(r.sources) > 1:
			return nil, files.InvalidError{Msg: fmt.Sprintf("%s holds %d flows; one file for each flow is needed here", found[i].Path, len(r.sources))}
		}
		d.Sources = append(d.Sources, r.sources...)
	}
	if err := t.Verdict("nothing was sent"); err != nil {
		return nil, err
	}
	return d, nil
}

// ReadBelow reads the flow files at a path, a file or a folder, of the folder whose lock is
// responsible for it. A file that cannot be read is an error.
func ReadBelow(ctx context.Context, path string, stdin io.Reader) (*Folder, error) {
	d, _, err := folderAt(path)
	if err != nil {
		return nil, err
	}
	for _, r := range readFiles(ctx, stdin, d.Dir, files.Find([]string{path}), true, nil) {
		if len(r.sources) == 0 && len(r.findings) > 0 {
			return nil, errors.New(r.findings[0].String())
		}
		d.Sources = append(d.Sources, r.sources...)
	}
	return d, ctx.Err()
}

// ReadToExport reads the flow files at a path to which flows are exported. below is that path
// from the folder with its lock. Files that the lock has for a profile are read even if they
// are excluded; files of other locks and files that cannot be read are left out.
func ReadToExport(ctx context.Context, path, profile string) (d *Folder, below string, err error) {
	if d, below, err = folderAt(path); err != nil {
		return nil, "", err
	}
	paths := []string{path}
	for _, file := range d.Lock.Files(profile) {
		at := d.FilePath(file)
		if rest, err := relative(path, at); err == nil && filepath.IsLocal(rest) && files.Exists(at) && disk.CheckInside(d.Dir, at) == nil {
			paths = append(paths, at)
		}
	}
	top := FolderOf(d.Dir)
	found := slices.DeleteFunc(files.Find(paths), func(s files.Source) bool {
		other := FolderOf(filepath.Dir(s.Path))
		return other != "" && other != top
	})
	for _, r := range readFiles(ctx, nil, d.Dir, found, false, nil) {
		d.Sources = append(d.Sources, r.sources...)
	}
	return d, below, ctx.Err()
}

// folderAt returns the folder whose lock is responsible for path, without its files, and the
// path below it.
func folderAt(path string) (d *Folder, below string, err error) {
	top, below, err := folderOf(path)
	if err != nil {
		return nil, "", err
	}
	d = &Folder{Dir: fromHere(top), part: true}
	if dir, ok := strings.CutSuffix(filepath.Clean(path), filepath.FromSlash(below)); ok {
		d.Dir = filepath.Clean(dir) // as it was named
	} else if below == "." {
		d.Dir = path
	}
	d.Lock, err = ReadLock(d.Dir)
	return d, below, err
}

// content is what is kept of a file of the folder.
type content struct {
	sources  []Source // the flows that it holds
	findings []files.Finding
	err      error
}

// readFiles reads files of a folder; validate reports which of them are validated, nil for none.
func readFiles(ctx context.Context, stdin io.Reader, dir string, found []files.Source, keep bool, validate func(path string) bool) []content {
	contents := make([]content, len(found))
	parallel.Each(ctx, len(found), runtime.GOMAXPROCS(0), func(i int) {
		contents[i] = readFile(ctx, stdin, dir, found[i], keep, validate != nil && validate(found[i].Path))
	})
	return contents
}

func readFile(ctx context.Context, stdin io.Reader, dir string, s files.Source, keep, validate bool) content {
	r := files.Read(ctx, stdin, s, validate)
	kept := content{findings: r.Findings}
	path, err := relative(dir, s.Path)
	if err != nil {
		kept.err = fmt.Errorf("name %s in the lock: %w", s.Path, err)
		return kept
	}
	for i := range r.Flows {
		source := NewSource(path, strings.Clone(r.Flows[i].ID), withName(r.Flows[i].Spec), nil)
		if len(r.Flows) > 1 {
			source.Path, source.several = fmt.Sprintf("%s#%d", path, i+1), true
		} else if !keep {
			source = NewSource(path, source.ID, source.spec, func() (flow.Spec, error) {
				r := files.Read(ctx, stdin, s, false)
				if err := files.OneFlow(s.Path, r); err != nil {
					return flow.Spec{}, err
				}
				return withName(r.Flows[0].Spec), nil
			})
		}
		kept.sources = append(kept.sources, source)
	}
	return kept
}

// DefaultName is the name of a flow whose file has none: the server's own.
const DefaultName = "Imported Flow"

// withName returns a file's flow, named [DefaultName] if it has no name.
func withName(s flow.Spec) flow.Spec {
	s.Name = cmp.Or(s.Name, DefaultName)
	return s
}

// relative returns the path from a folder, with slashes.
func relative(dir, path string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err == nil {
		path, err = filepath.Abs(path)
	}
	if err == nil {
		path, err = filepath.Rel(dir, path)
	}
	return filepath.ToSlash(path), err
}

// FilePath returns the path of a file in the file system, given its path below the folder.
func (d *Folder) FilePath(path string) string { return filepath.Join(d.Dir, filepath.FromSlash(path)) }

// Map replaces the names in the picked flows by the server's ids, with the environment of a
// profile if there is one.
func (d *Folder) Map(ctx context.Context, c *client.Client, profile string, env *EnvFile) error {
	if err := env.Choose(profile, d.Dir); err != nil {
		return err
	}
	specs := func(yield func(flow.Spec, error) bool) {
		for i := range d.Sources {
			if d.Picked.has(d.Sources[i].Path) && !yield(d.Sources[i].Spec()) {
				return
			}
		}
	}
	if err := env.Read(ctx, c, specs); err != nil || env.Env == nil {
		return err
	}
	if err := env.Doubt(d.Picked.all() && d.Broken == 0 && !d.part); err != nil {
		return err
	}
	for i, s := range d.Sources {
		if !d.Picked.has(s.Path) {
			continue
		}
		var err error
		if d.Sources[i], err = s.Map(env.Env.Forward); err != nil {
			return err
		}
	}
	return nil
}

// Options returns the options for a plan of the picked files; profile is the server's name in
// the lock.
func (d *Folder) Options(ctx context.Context, profile, server string, env *Env) Options {
	o := Options{Dir: d.Dir, Profile: profile, Server: server, Env: env}
	if !d.Picked.all() {
		o.Picked = d.Picked.has
	}
	var configs repo.Configs
	o.Excluded = func(file string) bool {
		path := d.FilePath(file)
		config, err := configs.Of(path)
		return files.Exists(path) && (d.part || err == nil && config.Excludes(path))
	}
	o.History = func(file string) iter.Seq[flow.Spec] {
		return func(yield func(flow.Spec) bool) {
			for spec := range History(ctx, d.Dir, file) {
				if !yield(env.Forward(withName(spec))) {
					return
				}
			}
		}
	}
	return o
}
