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
	write := func(w io.Writer) error { return Write(w, FromFlow(f)) }
	change, err = compare(path, write)
	if err == nil && change != Unchanged {
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
	defer r.Close()
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
