package history

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/flowctl/flowctl/internal/digest"
	"github.com/flowctl/flowctl/internal/disk"
	"github.com/flowctl/flowctl/internal/sync"
	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// Checkout returns the text of the flow's file as it is, and as it was in a version in git;
// now is nil if both have the same flow. A file with changes that are not committed is an
// error: they would be lost.
func (f *Flow) Checkout(ctx context.Context, version string) (now, was []byte, err error) {
	c, err := f.Commit(ctx, version)
	if err != nil {
		return nil, nil, err
	}
	now, err = os.ReadFile(f.Path())
	if err != nil {
		return nil, nil, fmt.Errorf("read the flow's file: %w", err)
	}
	files, err := flowfile.ReadFile(ctx, f.Path())
	if err != nil {
		return nil, nil, err
	}
	if len(files) != 1 {
		return nil, nil, fmt.Errorf("%s holds %d flows; one file for each flow is needed here", f.Path(), len(files))
	}
	same := func(a, b flow.Spec) bool { return digest.Of(a) == digest.Of(b) }
	for committed := range sync.History(ctx, f.Dir, f.File) {
		if !same(committed, files[0].Spec) {
			return nil, nil, fmt.Errorf("%s has changes that are not committed; commit them first, or take them back with 'git restore'", f.Path())
		}
		break
	}
	if same(c.spec, files[0].Spec) {
		return nil, nil, nil
	}
	return now, c.file, nil
}

// Write writes the flow's file.
func (f *Flow) Write(text []byte) error {
	return disk.Replace(f.Path(), func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}
