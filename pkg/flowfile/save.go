package flowfile

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/disk"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Change is what writing a flow file did, or would do.
type Change string

// The changes.
const (
	Created   Change = "created"
	Updated   Change = "updated"
	Unchanged Change = "unchanged" // the very same bytes are there already
)

// WriteFile writes flows to a file, one document after the other. A file that would stay
// the same is not touched, any other is replaced, whole or not at all. The error is an
// *[Error].
func WriteFile(path string, files ...File) (Change, error) { return save(path, files, true) }

// Compare returns what [WriteFile] would do.
func Compare(path string, files ...File) (Change, error) {
	change, err := compare(path, files)
	if err != nil {
		return "", &Error{Path: path, Msg: "write the file", Err: disk.WithoutPath(err)}
	}
	return change, nil
}

// save is WriteFile. Without durable the file is sure to be found after a power cut only
// once its folder is synced.
func save(path string, files []File, durable bool) (Change, error) {
	change, err := Compare(path, files...)
	if err != nil || change == Unchanged {
		return change, err
	}
	return change, replace(path, writerOf(files), durable)
}

func replace(path string, write func(io.Writer) error, durable bool) error {
	dir, err := disk.ReplaceLater(path, write)
	if err == nil && dir != "" && durable {
		err = disk.SyncDir(dir)
	}
	if err != nil {
		return &Error{Path: path, Msg: "write the file", Err: disk.WithoutPath(err)}
	}
	return nil
}

func writerOf(files []File) func(io.Writer) error {
	return func(w io.Writer) error {
		for _, f := range files {
			if err := Write(w, f); err != nil {
				return err
			}
		}
		return nil
	}
}

// Export writes a stored flow to a file, as WriteFile does. If the file is of this
// flow (it carries its id), what it says beside the flow stays, its ExportedAt too if
// f has none, and a file that would differ in nothing but ExportedAt stays as it is:
// whatever was done to the flow, it says the same.
func Export(ctx context.Context, path string, f File) (Change, error) {
	return PlaceAt(ctx, path, f.ID).Write(f)
}

// export is Export over what this flow's file was, nil for none.
func export(path string, f File, was *File, durable bool) (Change, error) {
	if was == nil {
		return save(path, []File{f}, durable)
	}
	f.ID, f.Version, f.Extra, f.innerID = was.ID, was.Version, was.Extra, was.innerID
	if _, noTime := f.Extra.Get("exportedAt"); noTime {
		f.ExportedAt = 0
	}
	before := f
	before.ExportedAt, before.exported = was.ExportedAt, was.exported
	if f.ExportedAt == 0 {
		f = before
	}
	change, err := Compare(path, before)
	if err != nil || change == Unchanged {
		return change, err
	}
	return change, replace(path, writerOf([]File{f}), durable)
}

// readOne reads the one flow of a file, and lets go of the flow itself but for its name:
// it may be a large one. It returns nil for a file of several.
func readOne(ctx context.Context, path string) (*File, error) {
	files, err := readFlows(ctx, path)
	if err != nil || len(files) != 1 {
		return nil, err
	}
	f := files[0]
	extra, err := flow.ParseObject(f.Extra.AppendJSON(nil))
	return &File{
		Spec:    flow.Spec{Name: strings.Clone(f.Spec.Name)},
		Version: f.Version, ID: f.ID, ExportedAt: f.ExportedAt, Extra: extra,
		innerID: slices.Clone(f.innerID), exported: slices.Clone(f.exported),
	}, err
}

// compare returns what writing flows to a file would do. The text on the disk is never
// held whole: a flow may have 50 MB.
func compare(path string, files []File) (Change, error) {
	if len(files) > 0 && files[0].Path == path && files[0].text != nil && !files[0].text.marked {
		return compareTo(bytes.NewReader(files[0].text.data), files)
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Created, nil
	case err != nil || !info.Mode().IsRegular():
		return Updated, nil
	}
	r, err := os.Open(path) //nolint:gosec // the caller named the path
	if err != nil {
		return Updated, nil //nolint:nilerr // who may not read it may still be allowed to replace it
	}
	defer func() { _ = r.Close() }() // it was only read
	return compareTo(r, files)
}

// compareTo takes the line ends of Windows for ours: git may have written the file so,
// and JSON has no others than those between its tokens.
func compareTo(from io.Reader, files []File) (Change, error) {
	r := &unixLines{r: bufio.NewReader(from)}
	c := &comparer{r: r}
	switch err := writerOf(files)(c); {
	case errors.Is(err, errDiffers):
		return Updated, nil
	case err != nil:
		return "", err
	}
	if n, _ := io.CopyN(io.Discard, r, 1); n > 0 {
		return Updated, nil
	}
	return Unchanged, nil
}

var errDiffers = errors.New("differs")

// unixLines reads CRLF as LF.
type unixLines struct{ r *bufio.Reader }

func (u *unixLines) Read(p []byte) (int, error) {
	n, err := u.r.Read(p)
	kept := p[:0]
	for i, c := range p[:n] {
		next := byte(0)
		if i+1 < n {
			next = p[i+1]
		} else if c == '\r' {
			if ahead, err := u.r.Peek(1); err == nil {
				next = ahead[0]
			}
		}
		if c != '\r' || next != '\n' {
			kept = append(kept, c)
		}
	}
	return len(kept), err
}

// comparer takes what is written as long as it is what r reads.
type comparer struct {
	r   io.Reader
	buf []byte
}

func (c *comparer) Write(p []byte) (int, error) {
	c.buf = slices.Grow(c.buf[:0], len(p))[:len(p)]
	if _, err := io.ReadFull(c.r, c.buf); err != nil || !bytes.Equal(c.buf, p) {
		return 0, errDiffers
	}
	return len(p), nil
}
