//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package reconcile

import (
	"os"
	"syscall"
)

// lockFolder keeps others who write the lock of this folder waiting until unlock. The
// folder itself is locked, so that nothing is left in it. Where that cannot be done,
// as on some network file systems, nobody waits.
func lockFolder(dir string) (unlock func()) {
	d, err := os.Open(dir)
	if err != nil {
		return func() {}
	}
	_ = syscall.Flock(int(d.Fd()), syscall.LOCK_EX)
	return func() { _ = d.Close() }
}
