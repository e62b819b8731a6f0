//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package sync

import (
	"context"
	"errors"
	"os"
	"syscall"
	"time"
)

// lockFolder keeps others who write the lock of this folder waiting until unlock. The
// folder itself is locked, so that nothing is left in it. Nobody waits where that
// cannot be done, as on some network file systems, nor after the end of ctx, nor for
// long: writing takes others milliseconds, and what they wrote is looked at anyway.
func lockFolder(ctx context.Context, dir string) (unlock func()) {
	d, err := os.Open(dir)
	if err != nil {
		return func() {}
	}
	ctx, cancel := context.WithTimeout(ctx, lockTimeout)
	defer cancel()
	for errors.Is(syscall.Flock(int(d.Fd()), syscall.LOCK_EX|syscall.LOCK_NB), syscall.EWOULDBLOCK) {
		select {
		case <-ctx.Done():
			return func() { _ = d.Close() }
		case <-time.After(5 * time.Millisecond):
		}
	}
	return func() { _ = d.Close() }
}

// lockTimeout is how long another process is waited for that holds the folder.
const lockTimeout = 3 * time.Second
