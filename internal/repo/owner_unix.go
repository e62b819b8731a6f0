//go:build unix

package repo

import (
	"os"
	"syscall"
)

// isTrusted reports whether the folder above belongs to the user who runs this or to the
// owner of dir, and is in the same file system as dir.
func isTrusted(above, dir string) bool {
	a, b := statOf(above), statOf(dir)
	switch {
	case a == nil:
		return true // is not there, and has nothing to say
	case b == nil:
		return int(a.Uid) == os.Geteuid()
	}
	return a.Dev == b.Dev && (int(a.Uid) == os.Geteuid() || a.Uid == b.Uid)
}

func statOf(dir string) *syscall.Stat_t {
	info, err := os.Stat(dir)
	if err != nil {
		return nil
	}
	stat, _ := info.Sys().(*syscall.Stat_t)
	return stat
}
