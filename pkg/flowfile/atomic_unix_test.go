//go:build unix

package flowfile

import (
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestWriteFileMode(t *testing.T) {
	old := syscall.Umask(0o027)
	defer syscall.Umask(old)
	path := filepath.Join(t.TempDir(), "f.json")
	for _, mode := range []fs.FileMode{0o640, 0o600, 0o664} { // the first is the umask's
		if mode != 0o640 {
			if err := os.Chmod(path, mode); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := WriteFile(path, named("n")); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != mode {
			t.Errorf("mode %o, want %o", info.Mode(), mode)
		}
	}
}

// Without room for the whole file nothing is left of it, and the old one stays.
func TestWriteFileFull(t *testing.T) {
	if !byItself(t) {
		return
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "f.json")
	if _, err := WriteFile(path, named("kept")); err != nil {
		t.Fatal(err)
	}
	limitFileSize(t, 4096)
	_, err := WriteFile(path, named(strings.Repeat("x", 1<<20)))
	if err == nil || strings.Contains(err.Error(), ".tmp") {
		t.Errorf("error %v", err)
	}
	if got := nameIn(t, path); got != "kept" || entries(t, dir) != "f.json" {
		t.Errorf("the file holds %q; files: %s", got, entries(t, dir))
	}
}

// byItself runs the test in a process of its own, and reports whether this is that one:
// the log that go test keeps of a process has no room either, once the size of files
// is limited.
func byItself(t *testing.T) bool {
	t.Helper()
	const mark = "FLOWFILE_TEST_BY_ITSELF"
	if os.Getenv(mark) != "" {
		return true
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.v", "-test.run=^"+t.Name()+"$") //nolint:gosec // this very test
	cmd.Env = append(os.Environ(), mark+"=1")
	out, err := cmd.CombinedOutput()
	switch {
	case strings.Contains(string(out), "--- SKIP: "+t.Name()):
		t.Skipf("%s", out)
	case err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()):
		t.Errorf("%v\n%s", err, out)
	}
	return false
}

// limitFileSize makes writes beyond size fail, as on a full disk, until the test
// ends.
func limitFileSize(t *testing.T, size uint64) {
	t.Helper()
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		t.Skip(err)
	}
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: size, Max: old.Max}); err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() {
		signal.Reset(syscall.SIGXFSZ)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
			t.Error(err)
		}
	})
}

// A pipe or a device is written to, not replaced by a file.
func TestWriteFilePipe(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip(err)
	}
	got := make(chan string)
	go func() {
		defer close(got)
		r, err := os.Open(pipe)
		if err != nil {
			return
		}
		defer func() { _ = r.Close() }()
		text, _ := io.ReadAll(r)
		got <- string(text)
	}()
	if _, err := WriteFile(pipe, named("n")); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(pipe); err != nil || info.Mode()&fs.ModeNamedPipe == 0 {
		t.Fatalf("the pipe is gone: %v", err) // and nobody will write into it
	}
	if text := <-got; text != writeAll(t, []File{named("n")}) {
		t.Errorf("the pipe gave %q", text)
	}
}
