package sync

import (
	"bytes"
	"context"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// maxVersions is how far back the versions of a file are looked through.
const maxVersions = 500

// History returns the committed versions of a flow file in a folder, newest first, under
// the names that it had; nothing where git has none. What cannot be
// read as a flow is left out.
func History(ctx context.Context, dir, file string) iter.Seq[flow.Spec] {
	return func(yield func(flow.Spec) bool) {
		log, err := gitIn(ctx, dir, "log", "--no-show-signature", "--format=%x00%H", "--name-only", "--follow", "-n", strconv.Itoa(maxVersions), "--", file)
		if err != nil {
			return // no git, no repository, or no commit
		}
		for entry := range strings.SplitSeq(string(log), "\x00") {
			commit, path, _ := strings.Cut(strings.TrimSpace(entry), "\n")
			path = strings.TrimSpace(path)
			if commit == "" || path == "" {
				continue
			}
			if spec, ok := committed(ctx, dir, commit, path); ok && !yield(spec) {
				return
			}
		}
	}
}

// committed reads the one flow of a file as it was in a commit; path is from the top of
// the repository.
func committed(ctx context.Context, dir, commit, path string) (flow.Spec, bool) {
	text, err := gitIn(ctx, dir, "cat-file", "blob", commit+":"+path)
	if err != nil {
		return flow.Spec{}, false // it was deleted there
	}
	files, err := flowfile.Read(bytes.NewReader(text), path)
	if err != nil || len(files) != 1 {
		return flow.Spec{}, false
	}
	return files[0].Spec, true
}

// gitIn runs git in a folder and returns what it prints. It only reads, takes no name for
// a pattern, asks no other repository, and runs no program that this one has set up.
func gitIn(ctx context.Context, dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", dir, "-c", "core.quotePath=false", "-c", "core.fsmonitor=false", "--literal-pathspecs", "--no-pager"}, args...)...)
	cmd.Env = append(os.Environ(), "GIT_NO_LAZY_FETCH=1", "GIT_OPTIONAL_LOCKS=0")
	return cmd.Output()
}

// Elsewhere returns the flows that the other locks of a folder's repository know for a
// profile, by id, with the path of the lock.
func Elsewhere(ctx context.Context, dir, profile string) map[string]string {
	ids := map[string]string{}
	top, err := gitIn(ctx, dir, "rev-parse", "--show-toplevel")
	if err != nil {
		return nil
	}
	root := strings.TrimSuffix(string(top), "\n")
	list, err := gitIn(ctx, root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	if err != nil {
		return nil
	}
	own, err := realPath(dir)
	if err != nil {
		return nil
	}
	for path := range strings.SplitSeq(string(list), "\x00") {
		if filepath.Base(path) != LockName {
			continue
		}
		at, err := realPath(filepath.Join(root, filepath.Dir(filepath.FromSlash(path))))
		if err != nil || at == own {
			continue
		}
		lock, err := ReadLock(at)
		if err != nil {
			continue // it is said to whoever works with it
		}
		for _, file := range lock.Files(profile) {
			ids[lock.ID(file, profile)] = path
		}
	}
	return ids
}

// realPath returns a path without symbolic links, from the root.
func realPath(path string) (string, error) {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", err
	}
	return filepath.Abs(path)
}
