package disk

import (
	"bytes"
	"errors"
	"hash/maphash"
	"io"
	"io/fs"
)

// Change is what writing a file did, or would do.
type Change string

// The changes.
const (
	Created   Change = "created"
	Updated   Change = "updated"
	Unchanged Change = "unchanged" // the same text is there already
)

// Update is [Replace] for a file of JSON, which is left alone if it would stay the same but
// for line ends. The error does not name the path.
func Update(path string, write func(io.Writer) error) (Change, error) {
	change, err := Compare(path, write)
	if err == nil && change != Unchanged {
		err = replace(path, 0, true, write)
	}
	return change, err
}

// Compare returns what [Update] would do. It holds neither text whole: a flow may have
// 50 MB. Carriage returns do not count: git may have written the file with the line ends of
// Windows, and JSON has no others than those between its tokens.
func Compare(path string, write func(io.Writer) error) (Change, error) {
	r, err := OpenRegular(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Created, nil
	case err != nil:
		return Updated, nil //nolint:nilerr // it may still be allowed to replace it
	}
	defer func() { _ = r.Close() }() // it was only read
	var old, next maphash.Hash
	next.SetSeed(old.Seed())
	if err := write(&next); err != nil {
		return "", err
	}
	if _, err := io.Copy(withoutReturns{&old}, r); err != nil || old.Sum64() != next.Sum64() {
		return Updated, nil //nolint:nilerr // what cannot be read is replaced
	}
	return Unchanged, nil
}

// withoutReturns leaves out carriage returns.
type withoutReturns struct{ io.Writer }

func (w withoutReturns) Write(p []byte) (int, error) {
	_, err := w.Writer.Write(bytes.ReplaceAll(p, []byte("\r"), nil))
	return len(p), err
}
