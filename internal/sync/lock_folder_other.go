//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package sync

import "context"

// lockFolder does nothing on this operating system.
func lockFolder(context.Context, string) (unlock func()) { return func() {} }
