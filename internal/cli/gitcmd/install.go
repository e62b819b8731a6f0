package gitcmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/disk"
	"github.com/flowctl/flowctl/internal/sync"
)

type gitInstallOptions struct{ app *cmdutil.App }

func newGitInstallCmd(a *cmdutil.App) *cobra.Command {
	o := &gitInstallOptions{app: a}
	return &cobra.Command{
		Use:   "install [PATTERN...]",
		Short: "Set up the diff and merge drivers in this repository",
		Long: `Writes git's diff and merge drivers for flow files to the configuration of the
repository, and the files that they are for to .gitattributes: commit that. Each
clone needs this once, too. A merge of flowctl.lock keeps the lines of both
sides.

PATTERN is as in .gitattributes in the top folder of the repository; without one
it is *.json. JSON files that are not flow files are compared and merged as git
does without flowctl.`,
		Example: `  flowctl git install
  flowctl git install 'flows/*.json'`,
		RunE: o.run,
	}
}

func (o *gitInstallOptions) run(cmd *cobra.Command, patterns []string) error {
	if len(patterns) == 0 {
		patterns = []string{"*.json"}
	}
	root, err := git(cmd.Context(), "rev-parse", "--show-toplevel")
	if err != nil {
		if strings.Contains(err.Error(), "not a git repository") {
			return errors.New("set up the drivers: this folder is not in a git repository; 'git init' first")
		}
		return err
	}
	up, err := git(cmd.Context(), "rev-parse", "--show-cdup") // the same, from here; "" at the top
	if err != nil {
		return err
	}
	program, err := ownProgram()
	if err != nil {
		return err
	}
	// Where flowctl is missing git goes on as it does without: a text that is shown raw,
	// and conflicts with marks.
	there := "command -v " + program + " >/dev/null 2>&1"
	for _, kv := range [][2]string{
		{"diff.flowctl.textconv", fmt.Sprintf(`f() { if %s; then %s git textconv -- "$1"; else cat -- "$1"; fi; }; f`, there, program)},
		{"merge.flowctl.name", "flow files, node by node"},
		{"merge.flowctl.driver", fmt.Sprintf("if %s; then %s git merge-driver --marker-size %%L -- %%O %%A %%B %%P; else git merge-file --marker-size=%%L -L ours -L base -L theirs %%A %%O %%B; fi", there, program)},
	} {
		if _, err := git(cmd.Context(), "config", kv[0], kv[1]); err != nil {
			return err
		}
	}
	var lines []string
	for _, p := range patterns {
		lines = append(lines, p+" diff=flowctl merge=flowctl"+lineEnds)
	}
	lines = append(lines, sync.LockName+" merge=union"+lineEnds)
	added, err := addAttributes(filepath.Join(root, ".gitattributes"), lines)
	if err != nil {
		return err
	}
	file := filepath.FromSlash(up) + ".gitattributes"
	if added {
		o.app.Note("Git now knows flow files here. Commit %s, so that others can run 'flowctl git install', too.", file)
	} else {
		o.app.Note("Git now knows flow files here; %s was as it should be.", file)
	}
	return nil
}

// lineEnds ends the lines in .gitattributes: without it git writes files with other line
// ends on Windows than flowctl does.
const lineEnds = " text eol=lf"

// maxAttributes is the size of the largest .gitattributes that git reads, in bytes.
const maxAttributes = 100 << 20

// addAttributes adds those of the lines that are not there yet, in the place of what an
// older flowctl wrote, and leaves the others as they are.
func addAttributes(path string, lines []string) (added bool, err error) {
	// Git does not follow a link either; and it might lead anywhere.
	if info, err := os.Lstat(path); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return false, fmt.Errorf("%s is a link, which git does not read; put a file in its place", path)
	}
	text, err := disk.ReadRegular(path, maxAttributes)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("read .gitattributes: %w", err)
	}
	have := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	if len(text) == 0 {
		have = nil
	}
	for _, line := range lines {
		if slices.Contains(have, line) {
			continue
		}
		added = true
		if i := slices.Index(have, strings.TrimSuffix(line, lineEnds)); i >= 0 {
			have[i] = line
		} else {
			have = append(have, line)
		}
	}
	if !added {
		return false, nil
	}
	return true, disk.Replace(path, func(w io.Writer) error {
		_, err := io.WriteString(w, strings.Join(have, "\n")+"\n")
		return err
	})
}

// git runs git and returns what it prints, without the last line break.
func git(ctx context.Context, args ...string) (string, error) {
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if errors.Is(err, exec.ErrNotFound) {
		return "", fmt.Errorf("run git: %w; install git first", err)
	}
	if err != nil {
		return "", fmt.Errorf("run git %s: %s", args[0], strings.TrimSpace(stderr.String()))
	}
	return strings.TrimSuffix(string(out), "\n"), nil
}

// ownProgram is how git is to call flowctl: by its name if that finds it, else by
// where it is now.
func ownProgram() (string, error) {
	if _, err := exec.LookPath("flowctl"); err == nil {
		return "flowctl", nil
	}
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find flowctl itself: %w", err)
	}
	return shellQuote(filepath.ToSlash(self)), nil
}

// shellQuote writes s as one word of a shell command: git runs drivers in a shell.
func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
