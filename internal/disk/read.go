package disk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// tooLarge is the error for a file that is larger than it may be.
func tooLarge(limit int64) error {
	if limit >= 1<<20 {
		return fmt.Errorf("larger than %d MiB, the limit for this file", limit>>20)
	}
	return fmt.Errorf("larger than %d KiB, the limit for this file", limit>>10)
}

// ReadAll reads r to its end, no more than limit bytes and no longer than ctx, into a
// buffer of the right size where the size is known.
func ReadAll(ctx context.Context, r io.Reader, limit int64) ([]byte, error) {
	var buf bytes.Buffer
	if f, ok := r.(*os.File); ok {
		info, err := f.Stat()
		switch {
		case err != nil:
			return nil, err
		case info.IsDir():
			return nil, errors.New("is a directory")
		case info.Size() > limit:
			return nil, tooLarge(limit)
		}
		buf.Grow(int(info.Size()) + bytes.MinRead)
	}
	_, err := buf.ReadFrom(io.LimitReader(Reader(ctx, r), limit+1))
	if err == nil && int64(buf.Len()) > limit {
		err = tooLarge(limit)
	}
	return buf.Bytes(), err
}

// Reader returns a reader of r that ends with the error of ctx once that is done.
func Reader(ctx context.Context, r io.Reader) io.Reader { return &contextReader{ctx, r} }

type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// WithoutPath returns the operating system's error inside one that names a path. The
// messages that show it name the file already, and the name of a temporary file is of no
// use to a reader.
func WithoutPath(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}

// TrimBOM returns text without the byte order mark that some editors of Windows write
// before UTF-8.
func TrimBOM(text []byte) []byte { return bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")) }
