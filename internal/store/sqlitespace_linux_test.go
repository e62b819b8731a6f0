package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestDeleteOnFullDisk: while the database is open the disk becomes full. Flows can be
// deleted with the help of the reserve, and only so.
func TestDeleteOnFullDisk(t *testing.T) {
	for _, reserve := range []bool{true, false} {
		dir := t.TempDir()
		if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", 16<<20)); err != nil {
			t.Skipf("mount a small file system: %v", err)
		}
		t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
		s := openStore(t, filepath.Join(dir, "flow.db"))
		ids := fillFlows(t, s, 100, "ann")
		if !reserve {
			must(t, os.Remove(s.db.(*sqliteDB).reservePath()))
		}
		filler, err := os.Create(filepath.Join(dir, "filler")) //nolint:gosec // in the test's own folder
		must(t, err)
		for chunk := make([]byte, 4096); err == nil; {
			_, err = filler.Write(chunk)
		}
		must(t, filler.Close())
		err = nil
		for err == nil { // what is left of the log
			err = s.CreateFlow(t.Context(), &Flow{UserID: "ann"})
		}
		if !errors.Is(err, ErrFull) {
			t.Fatal(err)
		}
		for _, id := range ids {
			if err = s.DeleteFlow(t.Context(), id, true, nil); err != nil {
				break
			}
		}
		if reserve && err != nil || !reserve && !errors.Is(err, ErrFull) {
			t.Errorf("with the reserve: %t; deleting gave %v", reserve, err)
		}
		if reserve {
			must(t, s.CreateFlow(t.Context(), &Flow{UserID: "ann"}))
		}
		_ = s.Close() // it cannot clean up on a full disk
	}
}
