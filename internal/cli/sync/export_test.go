package sync

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/limits"
)

func TestWarnLarge(t *testing.T) {
	for size, want := range map[int64]bool{limits.File: false, limits.File + 1: true} {
		path := filepath.Join(t.TempDir(), "flow.json")
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, size); err != nil {
			t.Fatal(err)
		}
		var said bytes.Buffer
		a := cmdutil.NewApp(nil, nil, &said)
		warnLarge(a, path)
		if got := strings.Contains(said.String(), "flow.json is larger than 64 MiB"); got != want {
			t.Errorf("a file of %d bytes: warned %v, want %v: %s", size, got, want, &said)
		}
	}
}
