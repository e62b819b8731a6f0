package disk

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
)

// Change is what writing a file did, or would do.
type Change string

// The changes.
const (
	Created   Change = "created"
	Updated   Change = "updated"
	Unchanged Change = "unchanged" // the same text is there already
)

// UpdateLater is [ReplaceLater] for a file of JSON, which is left alone if it would stay
// the same but for line ends.
func UpdateLater(path string, write func(io.Writer) error) (change Change, dir string, err error) {
	change, err = Compare(path, write)
	if err == nil && change != Unchanged {
		dir, err = ReplaceLater(path, write)
	}
	return change, dir, err
}

// Compare returns what [UpdateLater] would do. The text on the disk is never held whole:
// a flow may have 50 MB.
func Compare(path string, write func(io.Writer) error) (Change, error) {
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
	return compareTo(r, write)
}

// compareTo takes the line ends of Windows for ours: git may have written the file so,
// and JSON has no others than those between its tokens.
func compareTo(from io.Reader, write func(io.Writer) error) (Change, error) {
	r := &unixLines{r: bufio.NewReader(from)}
	c := &comparer{r: r}
	switch err := write(c); {
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
