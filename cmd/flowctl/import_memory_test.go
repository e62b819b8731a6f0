//go:build linux && !race

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
)

// TestImportMemory imports a flow of 50 MB into the local store. On its way the
// flow is text, nodes, a request, a row: whoever keeps one of them while the next
// is made goes beyond the limit.
func TestImportMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("imports 50 MB")
	}
	const size = 50 << 20
	var doc bytes.Buffer
	doc.WriteString(`{"name":"Large","meta":{"team":"a"},"edges":[],"nodes":[{"id":"a","type":"input"}`)
	for i := 0; doc.Len() < size; i++ {
		fmt.Fprintf(&doc, `,{"id":"model_%d","type":"model","position":{"x":%d,"y":0},"data":{"modelId":"m","prompt":"%s"}}`, i, 300*i, strings.Repeat("read {{input}} ", 15))
	}
	doc.WriteString(`]}`)
	path := filepath.Join(t.TempDir(), "large.json")
	if err := os.WriteFile(path, doc.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	// Linux counts the peak of the process that starts a program as the program's.
	doc = bytes.Buffer{}
	debug.FreeOSMemory()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "flowctl", "import", path)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "FLOWCTL_NO_KEYRING=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	resident := cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10
	if resident > 5*size {
		t.Errorf("%d MB resident for a file of %d MB, want at most 5 times as much", resident>>20, size>>20)
	}
	t.Logf("%d MB resident for a file of %d MB", resident>>20, size>>20)
}
