package flowfile

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/flowctl/flowctl/pkg/flow"
)

// Folder writes flows into one folder, each to a file of its own, so that no flow
// takes the file of another one. It is safe for concurrent use.
type Folder struct {
	dir string

	mu    sync.Mutex
	taken map[string]string   // id by file name, of the names given so far
	there map[string][]string // names of the files that were there first, by their lastPart; nil until it is needed
}

// NewFolder is for the folder dir, which need not exist yet.
func NewFolder(dir string) *Folder {
	return &Folder{dir: dir, taken: make(map[string]string)}
}

// Path gives the path of the flow's file: [FileName], unless that was given to
// another flow, or is a file that does not carry this flow's id; then a longer
// name. A flow whose file carries its id keeps that file when it is written
// again. The error is a context's, or that of looking at what is there.
func (d *Folder) Path(ctx context.Context, f flow.Flow) (string, error) {
	path, _, err := d.place(ctx, f)
	return path, err
}

// place gives the path of the flow's file, and that of the file that it has so far
// if that is named after another name of the flow.
func (d *Folder) place(ctx context.Context, f flow.Flow) (path, old string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	name := fileName(f, shortID)
	for n := 1; ; n++ {
		free, err := d.isFree(ctx, name, f.ID)
		if err == nil && free {
			d.taken[name] = f.ID
			path = filepath.Join(d.dir, name)
			if old, err = d.formerFile(ctx, path, f); err == nil {
				return path, old, nil
			}
		}
		if err != nil {
			return "", "", fmt.Errorf("find a file name for flow %.40q: %w", f.Name, err)
		}
		if name = fileName(f, maxSlug); n > 1 {
			name = fmt.Sprintf("%s-%d.json", strings.TrimSuffix(name, ".json"), n)
		}
	}
}

// Change is what [Folder.Write] did.
type Change string

// The changes.
const (
	Created   Change = "created"
	Updated   Change = "updated"
	Unchanged Change = "unchanged" // the file holds the very same bytes already
)

// Write writes a flow to the file that [Folder.Path] names, as [FromFlow] has it.
// The file of a flow whose name has changed is updated and gets the new name.
// Once [Folder.Sync] has returned it is sure to be there after a power cut.
func (d *Folder) Write(ctx context.Context, f flow.Flow) (path string, change Change, err error) {
	path, old, err := d.place(ctx, f)
	if err != nil {
		return "", "", err
	}
	write := func(w io.Writer) error { return Write(w, FromFlow(f)) }
	if old != "" {
		change = Updated
		if _, err = replace(old, write); err == nil {
			err = os.Rename(old, path)
		}
	} else if change, err = compare(path, write); err == nil && change != Unchanged {
		_, err = replace(path, write)
	}
	if err != nil {
		return "", "", &Error{Path: path, Msg: "write the file", Err: withoutPath(err)}
	}
	return path, change, nil
}

// compare tells what writing to the file would be. Neither text is ever held
// whole: a flow may have 50 MB.
func compare(path string, write func(io.Writer) error) (Change, error) {
	r, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Created, nil
	} else if err != nil {
		return Updated, nil // who may not read it may still be allowed to replace it
	}
	defer func() { _ = r.Close() }() // it was only read
	c := &comparer{r: bufio.NewReader(r)}
	switch err := write(c); {
	case errors.Is(err, errDiffers):
		return Updated, nil
	case err != nil:
		return "", err
	}
	if _, err := c.r.ReadByte(); !errors.Is(err, io.EOF) {
		return Updated, nil
	}
	return Unchanged, nil
}

var errDiffers = errors.New("differs")

// comparer takes what is written as long as it is what r reads.
type comparer struct {
	r   *bufio.Reader
	buf []byte
}

func (c *comparer) Write(p []byte) (int, error) {
	c.buf = slices.Grow(c.buf[:0], len(p))[:len(p)]
	if _, err := io.ReadFull(c.r, c.buf); err != nil || !bytes.Equal(c.buf, p) {
		return 0, errDiffers
	}
	return len(p), nil
}

// Sync makes sure that the files that were written are found in the folder after
// a power cut. It is a call of its own because once for all of them is enough.
func (d *Folder) Sync() error {
	if err := syncDir(d.dir); err != nil {
		return &Error{Path: d.dir, Msg: "sync the folder", Err: withoutPath(err)}
	}
	return nil
}

// isFree tells whether the flow may have the name.
func (d *Folder) isFree(ctx context.Context, name, id string) (bool, error) {
	if owner, ok := d.taken[name]; ok {
		return owner == id && id != "", nil
	}
	path := filepath.Join(d.dir, name)
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return true, nil
	} else if err != nil {
		return false, err
	}
	files, err := ReadFile(ctx, path)
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	return err == nil && len(files) == 1 && files[0].ID == id && id != "", nil
}

// formerFile finds the file that the flow has under a former name of it, "" if it
// has a file at path already, or none at all. Only files whose names end as this
// flow's do are opened.
func (d *Folder) formerFile(ctx context.Context, path string, f flow.Flow) (string, error) {
	if f.ID == "" {
		return "", nil
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	d.list()
	for _, length := range []int{shortID, maxSlug} {
		for _, name := range d.there[lastPart(fileName(f, length))] {
			if _, err := os.Lstat(filepath.Join(d.dir, name)); err != nil {
				continue // it has got another name since
			}
			mine, err := d.isFree(ctx, name, f.ID)
			if err != nil {
				return "", err
			}
			if mine {
				d.taken[name] = f.ID // until it is renamed, and nobody knows when that is
				return filepath.Join(d.dir, name), nil
			}
		}
	}
	return "", nil
}

// list notes which files are in the folder. One that cannot be read has none.
func (d *Folder) list() {
	if d.there != nil {
		return
	}
	d.there = make(map[string][]string)
	entries, _ := os.ReadDir(d.dir)
	for _, e := range entries {
		if e.Type().IsRegular() {
			d.there[lastPart(e.Name())] = append(d.there[lastPart(e.Name())], e.Name())
		}
	}
}

// lastPart is what follows the last dash of a file name: the end of an id.
func lastPart(name string) string { return name[strings.LastIndexByte(name, '-')+1:] }
