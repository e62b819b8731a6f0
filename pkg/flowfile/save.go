package flowfile

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

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

// WriteFile writes flows to a file, one document behind the other, and where their
// form asks for it the layout beside it. A [File] whose Form is "" is written in
// the form of the file that is there, else [Inline]. What would stay the same is
// not touched, all else is replaced as [Replace] does. The error is an *[Error].
func WriteFile(ctx context.Context, path string, files ...File) (Change, error) {
	return save(ctx, path, files, true)
}

// Compare tells what [WriteFile] would do.
func Compare(ctx context.Context, path string, files ...File) (Change, error) {
	parts, err := newParts(ctx, path, files)
	if err != nil {
		return "", err
	}
	change, _, err := compareParts(parts)
	return change, err
}

// Export writes a stored flow to a file, as WriteFile does. If the file is of this
// flow (it carries its id), what it says beside the flow stays, its ExportedAt too if
// f has none, and a file that would differ in nothing but ExportedAt stays as it is:
// whatever was done to the flow, it says the same.
func Export(ctx context.Context, path string, f File) (Change, error) {
	return PlaceAt(ctx, path, f.ID).Write(ctx, f)
}

// export is Export over what this flow's file was, nil for none.
func export(ctx context.Context, path string, f File, was *File, durable bool) (Change, error) {
	if was == nil {
		return save(ctx, path, []File{f}, durable)
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
	parts, err := newParts(ctx, path, []File{before})
	if err != nil {
		return "", err
	}
	change, differing, err := compareParts(parts)
	if err != nil {
		return "", err
	}
	if slices.ContainsFunc(differing, part.isFlow) {
		return save(ctx, path, []File{f}, durable)
	}
	return change, replaceParts(differing, durable)
}

// readOne reads the one flow of a file but for its layout, and lets go of the flow
// itself but for its name: it may be a large one. It gives nil for a file of several.
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

// save is WriteFile; see replaceParts.
func save(ctx context.Context, path string, files []File, durable bool) (Change, error) {
	parts, err := newParts(ctx, path, files)
	if err != nil {
		return "", err
	}
	change, differing, err := compareParts(parts)
	if err != nil {
		return "", err
	}
	return change, replaceParts(differing, durable)
}

// part is one of the files that flows are kept in.
type part struct {
	path    string
	write   func(io.Writer) error // nil for one that there is to be no more
	was     []byte                // what the file holds, nil if that is not known
	interim bool                  // what comes for the time until the flow is replaced
	from    string                // what is to be renamed, "" for what is written
	like    string                // the file whose mode a new one gets, "" for the usual mode
}

// newParts gives the files to keep flows in, in an order in which they can be
// replaced one by one: whenever that is cut short, what is there is the old flow or
// the new one, each of its nodes with a layout. A node that is in both may have that
// of the other one. So the layout comes before the flow that needs it; what only the
// old flow needs stays in it until that is replaced. What is in the place of the
// layout and is none is the error.
func newParts(ctx context.Context, path string, files []File) ([]part, error) {
	if of := FlowPath(path); of != "" {
		return nil, &Error{Path: path, Msg: "this is the name of a layout, which no flow is read from; name a flow file, such as " + filepath.Base(of)}
	}
	beside := layoutBeside(path)
	there, err := readLayout(ctx, beside)
	if err != nil {
		return nil, err
	}
	form := Inline
	if len(files) == 1 {
		form = files[0].Form
	}
	if form == "" && there != nil {
		form = Sidecar
	}
	for _, f := range files {
		if f.Form == Sidecar && len(files) > 1 {
			return nil, &Error{Path: path, Msg: fmt.Sprintf("a layout is for one flow, and the file beside it is to hold %d", len(files))}
		}
	}
	document := part{path: path, write: func(w io.Writer) error {
		for _, f := range files {
			f.Form = cmp.Or(f.Form, form)
			if err := Write(w, f); err != nil {
				return err
			}
		}
		return nil
	}}
	if len(files) > 0 && files[0].Path == path && files[0].text != nil && !files[0].text.marked {
		document.was = files[0].text.data
	}
	switch {
	case form == Sidecar && beside == "":
		return nil, &Error{Path: path, Msg: "there can be no layout beside a file whose name does not end in .json"}
	case form == Sidecar:
		return sidecarParts(beside, there, files[0].Spec, document), nil
	case there != nil:
		return []part{document, {path: beside}}, nil
	}
	return []part{document}, nil
}

// sidecarParts is newParts for a flow with its layout beside it, where there is what
// is there so far, or nil.
func sidecarParts(beside string, there *layout, s flow.Spec, document part) []part {
	nodes := placedNodes(s)
	of := func(nodes []placed, extra flow.Object) part {
		return part{path: beside, like: document.path, write: func(w io.Writer) error { return printLayout(w, nodes, extra) }}
	}
	if there == nil {
		return []part{of(nodes, nil), document}
	}
	layout := of(nodes, there.extra)
	all, more := there.with(nodes)
	if !more {
		return []part{layout, document}
	}
	both := of(all, there.extra)
	both.interim = true
	return []part{both, document, layout}
}

// compareParts tells what writing all parts would be, and which of them differ.
func compareParts(parts []part) (Change, []part, error) {
	change := Unchanged
	var differing []part
	for _, p := range parts {
		c, err := p.compare()
		if err != nil {
			return "", nil, p.failed(err)
		}
		if c == Unchanged {
			continue
		}
		differing = append(differing, p)
		if p.isFlow() && c == Created {
			change = Created
		} else if change == Unchanged {
			change = Updated
		}
	}
	if !slices.ContainsFunc(differing, part.isFlow) {
		differing = slices.DeleteFunc(differing, func(p part) bool { return p.interim })
	}
	return change, differing, nil
}

// replaceParts writes parts in their order. With durable they are sure to be found
// after a power cut; without, once the folder is synced.
func replaceParts(parts []part, durable bool) error {
	for i, p := range parts {
		dir, err := p.replace()
		// What comes next may take away what only this part has.
		if last := i == len(parts)-1; err == nil && dir != "" && (durable || !last) {
			err = syncDir(dir)
		}
		if err != nil {
			return p.failed(err)
		}
	}
	return nil
}

// isFlow tells the flow file from the layout beside it.
func (p part) isFlow() bool { return FlowPath(p.path) == "" }

// compare tells what writing the part would be. A text on the disk is never held
// whole: a flow may have 50 MB.
func (p part) compare() (Change, error) {
	if p.was != nil {
		return p.compareTo(bytes.NewReader(p.was))
	}
	info, err := os.Stat(p.path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && p.write == nil:
		return Unchanged, nil
	case errors.Is(err, fs.ErrNotExist):
		return Created, nil
	case err != nil || !info.Mode().IsRegular() || p.write == nil:
		return Updated, nil
	}
	r, err := os.Open(p.path)
	if err != nil {
		return Updated, nil //nolint:nilerr // who may not read it may still be allowed to replace it
	}
	defer func() { _ = r.Close() }() // it was only read
	return p.compareTo(r)
}

// compareTo takes the line ends of Windows for ours: git may have written the file so,
// and JSON has no others than those between its tokens.
func (p part) compareTo(from io.Reader) (Change, error) {
	r := &unixLines{r: bufio.NewReader(from)}
	c := &comparer{r: r}
	switch err := p.write(c); {
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

// replace writes, renames or removes the part, and names the folder that is to be
// synced.
func (p part) replace() (dir string, err error) {
	switch {
	case p.from != "":
		return filepath.Dir(p.path), os.Rename(p.from, p.path)
	case p.write == nil:
		return filepath.Dir(p.path), os.Remove(p.path)
	}
	return replace(p.path, p.like, p.write)
}

func (p part) failed(err error) error {
	msg := "write the file"
	if p.from != "" {
		msg = "rename the file"
	}
	return &Error{Path: p.path, Msg: msg, Err: withoutPath(err)}
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
