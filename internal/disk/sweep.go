package disk

import (
	"os"
	"path/filepath"
	"strings"
	"time"
)

// The names of the temporary files of [Replace] and [Temp] are tempPrefix, 26 letters or digits,
// and tempSuffix.
const (
	tempPrefix = ".flowctl-"
	tempSuffix = ".tmp"
)

// sweepAge is how old a temporary file is that nobody writes any more.
const sweepAge = time.Hour

// Sweep removes the temporary files that writers who were killed have left in a folder:
// those that nobody has written to for an hour. What cannot be removed stays.
func Sweep(dir string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		name, ok := strings.CutPrefix(e.Name(), tempPrefix)
		name, temp := strings.CutSuffix(name, tempSuffix)
		if !ok || !temp || len(name) != 26 || !e.Type().IsRegular() {
			continue
		}
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > sweepAge {
			_ = os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}
