//go:build linux

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/sync"
)

// fullDisk returns a folder on a file system of its own that has no room for more
// than size bytes. Only root can make one.
func fullDisk(t *testing.T, size int) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", size)); err != nil {
		t.Skipf("mount a small file system: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

// flowctl runs the real program with its data in the folder data.
func flowctl(t *testing.T, data string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "flowctl", args...)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "FLOWCTL_NO_KEYRING=1", "FLOWCTL_DATA="+data)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), said.String()
}

// writeBigFlows makes n flow files of about 20 KB.
func writeBigFlows(t *testing.T, n int) string {
	t.Helper()
	dir := t.TempDir()
	for i := range n {
		text := fmt.Sprintf(`{"name":"Flow %02d","nodes":[{"id":"a","type":"input","data":{"value":"%s"}}],"edges":[]}`, i, strings.Repeat("x", 20_000))
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%02d.json", i)), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestExportToFullDisk(t *testing.T) {
	t.Parallel()
	data, disk := t.TempDir(), fullDisk(t, 256<<10)
	if code, _, stderr := flowctl(t, data, "import", writeBigFlows(t, 20)); code != cmdutil.ExitDone {
		t.Fatal(stderr)
	}
	code, stdout, stderr := flowctl(t, data, "export", "--all", "-d", disk, "-o", "name")
	if code != cmdutil.ExitSome || !strings.Contains(stderr, "no space left on device") {
		t.Errorf("exit code %d, want %d; stderr:\n%s", code, cmdutil.ExitSome, stderr)
	}
	entries, err := os.ReadDir(disk)
	entries = slices.DeleteFunc(entries, func(e os.DirEntry) bool { return e.Name() == sync.LockName })
	if made := strings.Count(stdout, "\n"); err != nil || made == 0 || len(entries) != made {
		t.Errorf("told of %d files, there are %v, %v", made, entries, err)
	}
	if code, out, _ := flowctl(t, data, "validate", disk); code != cmdutil.ExitDone {
		t.Errorf("what was written is not whole:\n%s", out)
	}
}

func TestImportToFullDisk(t *testing.T) {
	t.Parallel()
	data, flows := fullDisk(t, 1<<20), writeBigFlows(t, 100)
	code, stdout, stderr := flowctl(t, data, "import", flows, "-o", "name")
	if code != cmdutil.ExitSome && code != cmdutil.ExitFailed || !strings.Contains(stderr, "no space left") {
		t.Fatalf("exit code %d, stderr:\n%s", code, stderr)
	}
	if err := syscall.Mount("tmpfs", data, "tmpfs", syscall.MS_REMOUNT, "size=64m"); err != nil {
		t.Fatal(err)
	}
	_, listed, _ := flowctl(t, data, "list", "-o", "name")
	for id := range strings.Lines(stdout) {
		if !strings.Contains(listed, id) {
			t.Errorf("flow %s was acknowledged and is gone", strings.TrimSpace(id))
		}
	}
	if code, _, stderr := flowctl(t, data, "import", flows, "--if-exists", "skip"); code != cmdutil.ExitDone {
		t.Errorf("with room again: exit code %d, stderr:\n%s", code, stderr)
	}
	if _, listed, _ := flowctl(t, data, "list", "-o", "json", "--jq", "(map(.name) | unique | length), length"); listed != "100\n100\n" {
		t.Errorf("names and flows: %s; want 100 of each", listed)
	}
}

// TestDeleteOnFullDisk: where nothing can be written any more, something can still be
// deleted, and then written again.
func TestDeleteOnFullDisk(t *testing.T) {
	t.Parallel()
	data := fullDisk(t, 12<<20)
	if code, _, stderr := flowctl(t, data, "import", writeBigFlows(t, 40), "-q"); code != cmdutil.ExitDone {
		t.Fatal(stderr)
	}
	filler, err := os.Create(filepath.Join(data, "filler"))
	if err != nil {
		t.Fatal(err)
	}
	for chunk := make([]byte, 4096); err == nil; {
		_, err = filler.Write(chunk)
	}
	_ = filler.Close()
	if code, _, stderr := flowctl(t, data, "delete", "Flow 00", "Flow 01", "--yes"); code != cmdutil.ExitDone {
		t.Errorf("exit code %d, stderr:\n%s", code, stderr)
	}
	if _, listed, stderr := flowctl(t, data, "list", "-o", "json", "--jq", "length"); listed != "38\n" {
		t.Errorf("there are %s flows, %s", listed, stderr)
	}
	if code, _, stderr := flowctl(t, data, "create", "small"); code != cmdutil.ExitDone {
		t.Errorf("exit code %d, stderr:\n%s", code, stderr)
	}
}

// TestBackupOnFullDisk: neither a backup nor a restore that the disk has no room for
// leaves or changes anything.
func TestBackupOnFullDisk(t *testing.T) {
	t.Parallel()
	data, small := t.TempDir(), fullDisk(t, 1<<20)
	if code, _, stderr := flowctl(t, data, "import", writeBigFlows(t, 100), "-q"); code != cmdutil.ExitDone {
		t.Fatal(stderr)
	}
	code, _, stderr := flowctl(t, data, "server", "backup", filepath.Join(small, "flows.backup"))
	if code != cmdutil.ExitFailed || !strings.Contains(stderr, "no space left in "+small) {
		t.Errorf("backup: exit code %d, stderr:\n%s", code, stderr)
	}
	backup := filepath.Join(t.TempDir(), "flows.backup")
	if code, _, stderr := flowctl(t, data, "server", "backup", backup); code != cmdutil.ExitDone {
		t.Fatal(stderr)
	}
	code, _, stderr = flowctl(t, small, "server", "restore", backup)
	if code != cmdutil.ExitFailed || !strings.Contains(stderr, "no space left") {
		t.Errorf("restore: exit code %d, stderr:\n%s", code, stderr)
	}
	if left, err := os.ReadDir(small); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}

	// There is room to unpack the backup, but not to copy it over a database.
	const size = 12 << 20
	middle := fullDisk(t, size)
	if code, _, stderr := flowctl(t, middle, "create", "mine"); code != cmdutil.ExitDone {
		t.Fatal(stderr)
	}
	if err := os.WriteFile(filepath.Join(middle, "filler"), make([]byte, size-(4<<20)-(4<<20)), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, stderr = flowctl(t, middle, "server", "restore", backup, "--force")
	if code != cmdutil.ExitFailed || !strings.Contains(stderr, "no space left for "+middle) {
		t.Errorf("restore over a database: exit code %d, stderr:\n%s", code, stderr)
	}
	if _, listed, stderr := flowctl(t, middle, "list", "-o", "json", "--jq", ".[].name"); listed != "mine\n" {
		t.Errorf("there are %s, %s", listed, stderr)
	}
}
