package main

import (
	"os"
	"runtime/debug"
)

// limitMemory makes a command collect garbage seldom as long as it needs little memory
// for the size of what it reads, in bytes, and often beyond: a large flow passes
// through several forms, and each would wait for the next.
func limitMemory(size int64) (restore func()) {
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

// sizeOf is the size of all files, in bytes.
func sizeOf(sources []source) (size int64) {
	for _, s := range sources {
		size += s.size
	}
	return size
}
