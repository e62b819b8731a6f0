package sync

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/flowctl/flowctl/internal/digest"
	"github.com/flowctl/flowctl/internal/disk"
	"github.com/flowctl/flowctl/internal/parallel"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// Written is the outcome of writing a file.
type Written struct {
	*Pulled
	Change disk.Change // "" if it was not to be written, or could not be
	Err    error
}

// writes is how many files are written at a time: writing is mostly waiting for the disk.
const writes = 16

// WriteFiles writes what [Pull] returned to the files of a folder, with env's names in place
// of ids. Files that were not begun when ctx ended have a nil Pulled.
func WriteFiles(ctx context.Context, dir string, pulled []Pulled, env *Env) []Written {
	written := make([]Written, len(pulled))
	parallel.Each(ctx, len(pulled), writes, func(i int) {
		w := &written[i]
		w.Pulled = &pulled[i]
		w.Change, w.Err = w.write(dir, env)
	})
	dirs := map[string]bool{}
	for _, w := range written {
		if w.Change != disk.Created && w.Change != disk.Updated {
			continue
		}
		if at := filepath.Dir(filepath.Join(dir, filepath.FromSlash(w.File()))); !dirs[at] {
			dirs[at] = true
			disk.Sweep(at)
		}
	}
	for at := range dirs {
		if err := disk.SyncDir(at); err != nil && len(written) > 0 {
			written[0].Err = &flowfile.Error{Path: at, Msg: "sync the folder", Err: disk.WithoutPath(err)}
		}
	}
	return written
}

// Gone reports whether p is a flow whose file is gone.
func (p *Pulled) Gone() bool { return p.State == OnlyThere && p.Digest == (digest.Digest{}) }

// isNew reports whether p is a flow without a file.
func (p *Pulled) isNew() bool { return p.State == OnlyThere }

// LockEntry returns the entry of the lock for a written file; ok is false if there is none.
func (p *Pulled) LockEntry() (e LockEntry, ok bool) {
	return LockEntry{File: p.Path, FileID: p.ID, ID: p.FlowID, Digest: p.Digest}, p.FlowID != "" && p.Refused == "" && !p.several
}

// current reads the file, which still has to say what it did: an edit that was saved meanwhile
// is not written over.
func (p *Pulled) current(dir string, env *Env) (flowfile.File, error) {
	path := filepath.Join(dir, filepath.FromSlash(p.Path))
	files, err := flowfile.ReadFile(context.Background(), path)
	if err != nil || len(files) != 1 {
		return flowfile.File{}, &flowfile.Error{Path: path, Msg: "read the file again", Err: disk.WithoutPath(err)}
	}
	return files[0], p.check(env.Forward(withName(files[0].Spec)))
}

// write writes a file, if there is something to write.
func (p *Pulled) write(dir string, env *Env) (disk.Change, error) {
	if p.FlowID == "" || p.Refused != "" || p.several || p.State == ChangedHere {
		return "", nil
	}
	if len(p.Changes) == 0 && !p.keepState && p.renamed == "" && !p.isNew() {
		return disk.Unchanged, nil
	}
	path := filepath.Join(dir, filepath.FromSlash(p.Path))
	failed := func(doing string, err error) error {
		return &flowfile.Error{Path: path, Msg: doing, Err: disk.WithoutPath(err)}
	}
	next, err := flowfile.File{ID: p.FlowID}, error(nil)
	if !p.isNew() {
		if next, err = p.current(dir, env); err != nil {
			return "", err
		}
	}
	if next.Spec, err = env.Backward(p.Next, next.Spec); err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	text := func(w io.Writer) error { return flowfile.Write(w, next) }
	if p.isNew() {
		if p.keepState {
			next.ExportedAt = p.Updated
		}
		if err := disk.ReplaceLater(path, text); err != nil {
			return "", failed("write the file", err)
		}
		return disk.Created, nil
	}
	change, err := disk.Compare(path, text) // with the time that it has
	if err == nil && change != disk.Unchanged {
		if next.ExportedAt != 0 || p.keepState {
			next.ExportedAt = p.Updated
		}
		err = disk.ReplaceLater(path, text)
	}
	if err != nil {
		return "", failed("write the file", err)
	}
	if p.renamed != "" {
		if err := os.Rename(path, filepath.Join(dir, filepath.FromSlash(p.renamed))); err != nil {
			return "", failed("rename the file", err)
		}
		p.Path, change = p.renamed, disk.Updated
	}
	return change, nil
}
