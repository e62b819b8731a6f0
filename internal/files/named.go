package files

import (
	"context"
	"io"
	"io/fs"
	"os"

	"github.com/flowctl/flowctl/internal/parallel"
	"github.com/flowctl/flowctl/internal/repo"
)

// ReadNamed reads a file that somebody named, no longer than ctx: they may mean a pipe.
func ReadNamed(ctx context.Context, path string, read func(io.Reader) ([]byte, error)) ([]byte, error) {
	if err := repo.CheckNamed(path); err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return parallel.Wait(ctx, func() ([]byte, error) {
		f, err := os.Open(path) //nolint:gosec // see CheckNamed
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }() // it was only read
		return read(f)
	})
}
