//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package sync

import (
	"context"
	"errors"
	"os"
	"syscall"
	"time"
)

// lockFolder makes other processes that write the lock of this folder wait until unlock is
// called. It locks the folder itself, so that no lock file is left in it. It returns without
// a lock if the file system does not support that, if ctx ends, or after lockTimeout:
// writing takes milliseconds, and the caller reads again what others wrote.
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

// lockTimeout is how long lockFolder waits for another process.
const lockTimeout = 3 * time.Second
