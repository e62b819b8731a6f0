package disk

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
)

// TestCreate checks that of many who create a file at once one does, and that a failure
// leaves nothing behind.
func TestCreate(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	var made atomic.Int32
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			err := Create(path, func(w io.Writer) error {
				_, err := io.WriteString(w, "whole")
				return err
			})
			switch {
			case err == nil:
				made.Add(1)
			case !errors.Is(err, fs.ErrExist):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if made.Load() != 1 {
		t.Errorf("%d created it", made.Load())
	}
	full := errors.New("disk full")
	if err := Create(filepath.Join(dir, "g"), func(io.Writer) error { return full }); !errors.Is(err, full) {
		t.Errorf("error is %v", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
	if text, err := os.ReadFile(path); string(text) != "whole" || err != nil {
		t.Errorf("%q, %v", text, err)
	}
}
