package cmdutil

import (
	"os"
	"runtime/debug"

	"github.com/flowctl/flowctl/internal/files"
)

// LimitMemory makes a command collect garbage seldom as long as it needs little memory
// for the size of what it reads, in bytes, and often beyond: a large flow passes
// through several forms, and each would wait for the next.
func LimitMemory(size int64) (restore func()) {
	const least = 96 << 20
	if os.Getenv("GOMEMLIMIT") != "" || os.Getenv("GOGC") != "" {
		return func() {}
	}
	percent, limit := debug.SetGCPercent(400), debug.SetMemoryLimit(max(least, 2*size))
	return func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}
}

// SizeOf is the size of all files, in bytes.
func SizeOf(sources []files.Source) (size int64) {
	for _, s := range sources {
		size += s.Size
	}
	return size
}
