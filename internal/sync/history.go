package sync

import (
	"bytes"
	"context"
	"crypto/sha1" //nolint:gosec // of git's files
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// maxVersions is the number of commits of a file that are searched.
const maxVersions = 500

// Commit is a commit of a flow file.
type Commit struct {
	ID     string
	Author string
	Time   int64 // of the author, epoch seconds
	Title  string

	dir, path string // path is from the top of the repository
}

// Commits returns the commits that changed a flow file in a folder, newest first, up to a
// commit or, if that is "", up to now; nothing where git has none.
func Commits(ctx context.Context, dir, file, until string) iter.Seq[Commit] {
	return func(yield func(Commit) bool) {
		args := []string{"log", "--no-show-signature", "--format=%x00%H%n%an%n%at%n%s", "--name-only", "--follow", "-n", strconv.Itoa(maxVersions)}
		if until != "" {
			args = append(args, until)
		}
		log, err := gitIn(ctx, dir, append(args, "--", file)...)
		if err != nil {
			return // no git, no repository, or no commit
		}
		for entry := range strings.SplitSeq(string(log), "\x00") {
			lines := strings.Split(strings.TrimSpace(entry), "\n")
			if len(lines) < 5 { // it changed no file
				continue
			}
			at, _ := strconv.ParseInt(lines[2], 10, 64)
			if !yield(Commit{lines[0], lines[1], at, lines[3], dir, lines[len(lines)-1]}) {
				return
			}
		}
	}
}

// File reads the file as it was in the commit, and the one flow in it; ok is false if
// there is none.
func (c Commit) File(ctx context.Context) (text []byte, spec flow.Spec, ok bool) {
	text, err := gitIn(ctx, c.dir, "cat-file", "blob", c.ID+":"+c.path)
	if err != nil {
		return nil, flow.Spec{}, false // it was deleted there
	}
	files, err := flowfile.Read(bytes.NewReader(text), c.path)
	if err != nil || len(files) != 1 {
		return nil, flow.Spec{}, false
	}
	return text, files[0].Spec, true
}

// History returns the committed versions of a flow file in a folder, newest first, under
// its former names too; none if git has none. Versions that are not flows are left out.
func History(ctx context.Context, dir, file string) iter.Seq[flow.Spec] {
	return func(yield func(flow.Spec) bool) {
		for commit := range Commits(ctx, dir, file, "") {
			if _, spec, ok := commit.File(ctx); ok && !yield(spec) {
				return
			}
		}
	}
}

// FindCommit returns the whole name of a commit, a tag or a branch, "" if there is none.
func FindCommit(ctx context.Context, dir, name string) string {
	out, err := gitIn(ctx, dir, "rev-parse", "--verify", "--quiet", name+"^{commit}")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// Ancestors returns a commit, by its whole name, and those that it follows.
func Ancestors(ctx context.Context, dir, commit string) map[string]bool {
	list, err := gitIn(ctx, dir, "rev-list", commit)
	if err != nil {
		return nil
	}
	ids := map[string]bool{}
	for id := range strings.FieldsSeq(string(list)) {
		ids[id] = true
	}
	return ids
}

// committedAs returns what versions are to say of the files of a folder: the commit that has
// a file as it is now, if there is one, and the path of the file from the top of its
// repository; "" without a commit.
func committedAs(ctx context.Context, dir string) func(file string) string {
	head, err := gitIn(ctx, dir, "rev-parse", "--show-prefix", "--short", "HEAD")
	prefix, commit, ok := strings.Cut(strings.TrimSuffix(string(head), "\n"), "\n")
	tree, treeErr := gitIn(ctx, dir, "ls-tree", "-r", "-z", "HEAD")
	if err != nil || treeErr != nil || !ok {
		return func(string) string { return "" }
	}
	blobs := map[string]string{} // the hashes of the committed files
	for line := range strings.SplitSeq(string(tree), "\x00") {
		info, name, _ := strings.Cut(line, "\t")
		blobs[name] = info[strings.LastIndexByte(info, ' ')+1:]
	}
	return func(file string) string {
		const most = 1000 // bytes of a message that the server takes, without the commit
		path := output.Text(prefix + file)
		if text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(file))); err == nil && isBlob(blobs[file], text) {
			path = commit + " " + path
		}
		if len(path) > most {
			return ""
		}
		return path
	}
}

// isBlob reports whether git has a text under a hash, with whichever ends of lines.
func isBlob(hash string, text []byte) bool {
	for _, text := range [][]byte{text, bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))} {
		blob := fmt.Appendf(nil, "blob %d\x00%s", len(text), text)
		if sum := sha1.Sum(blob); hex.EncodeToString(sum[:]) == hash { //nolint:gosec // it is git's
			return true
		}
		if sum := sha256.Sum256(blob); hex.EncodeToString(sum[:]) == hash {
			return true
		}
	}
	return false
}

// FileOf returns the file of a flow of a profile, "" if there is none: of the folder in
// which flows are picked by their names, and what that is called in it.
func FileOf(profile, id string) (dir, file string, err error) {
	top, err := folderHere(id)
	if err != nil {
		return "", "", nil //nolint:nilerr // there is no such folder
	}
	lock, err := ReadLock(top)
	if err != nil {
		return "", "", err
	}
	for _, name := range lock.All() {
		// A server may be known by its address to one and as a profile to another.
		if lock.ID(name, profile) == id || file == "" && slices.Contains(lock.otherIDs(name, profile), id) {
			file = name
		}
	}
	return fromHere(top), file, nil
}

// gitIn runs git in a folder and returns its output. It does not write, treat names as
// patterns, contact other repositories or run programs that this repository configures.
func gitIn(ctx context.Context, dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", dir, "-c", "core.quotePath=false", "-c", "core.fsmonitor=false", "--literal-pathspecs", "--no-pager"}, args...)...)
	cmd.Env = append(os.Environ(), "GIT_NO_LAZY_FETCH=1", "GIT_OPTIONAL_LOCKS=0")
	return cmd.Output()
}

// Elsewhere returns the flows in the other locks of a folder's repository for a profile: the
// path of the lock by the id of the flow.
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
			continue // commands in that folder report it
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
