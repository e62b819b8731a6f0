package flowfile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/flowctl/flowctl/pkg/flow"
)

// Folder writes flows into one folder, each to a file of its own, so that no flow
// takes the file of another one. It is safe for concurrent use.
type Folder struct {
	dir string

	mu    sync.Mutex
	taken map[string]string // id by file name, of the names given so far
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
	d.mu.Lock()
	defer d.mu.Unlock()
	name := fileName(f, shortID)
	long := strings.TrimSuffix(fileName(f, maxSlug), ".json")
	for n := 1; ; n++ {
		free, err := d.isFree(ctx, name, f.ID)
		if err != nil {
			return "", fmt.Errorf("find a file name for flow %.40q: %w", f.Name, err)
		}
		if free {
			d.taken[name] = f.ID
			return filepath.Join(d.dir, name), nil
		}
		if name = long + ".json"; n > 1 {
			name = fmt.Sprintf("%s-%d.json", long, n)
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
// Once [Folder.Sync] has returned it is sure to be there after a power cut.
func (d *Folder) Write(ctx context.Context, f flow.Flow) (path string, change Change, err error) {
	if path, err = d.Path(ctx, f); err != nil {
		return "", "", err
	}
	var text bytes.Buffer
	if err := Write(&text, FromFlow(f)); err != nil {
		return "", "", err
	}
	change = Updated
	switch was, err := os.ReadFile(path); {
	case errors.Is(err, fs.ErrNotExist):
		change = Created
	case err == nil && bytes.Equal(was, text.Bytes()):
		return path, Unchanged, nil
	}
	_, err = replace(path, func(w io.Writer) error {
		_, err := w.Write(text.Bytes())
		return err
	})
	if err != nil {
		return "", "", &Error{Path: path, Msg: "write the file", Err: withoutPath(err)}
	}
	return path, change, nil
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
