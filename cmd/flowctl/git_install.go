package main

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

	"github.com/flowctl/flowctl/internal/reconcile"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

type gitInstallOptions struct{ app *app }

func newGitInstallCmd(a *app) *cobra.Command {
	o := &gitInstallOptions{app: a}
	return &cobra.Command{
		Use:   "install [PATTERN...]",
		Short: "Set up the diff and merge drivers in this repository",
		Long: `Set up git's diff and merge drivers for flow files in this repository: the
drivers in its configuration, and which files they are for in .gitattributes,
which is to be committed. Whoever clones the repository runs this once, too. Of
flowctl.lock git keeps the lines of both sides.

PATTERN is as in .gitattributes in the top folder of the repository, which is the one
that is written; without one it is *.json. Other JSON files are compared and merged
as git does without flowctl.`,
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
	for _, kv := range [][2]string{
		{"diff.flowctl.textconv", program + " git textconv"},
		{"merge.flowctl.name", "flow files, node by node"},
		{"merge.flowctl.driver", program + " git merge-driver --marker-size %L -- %O %A %B %P"},
	} {
		if _, err := git(cmd.Context(), "config", kv[0], kv[1]); err != nil {
			return err
		}
	}
	var lines []string
	for _, p := range patterns {
		lines = append(lines, p+" diff=flowctl merge=flowctl")
	}
	lines = append(lines, reconcile.LockName+" merge=union")
	added, err := addAttributes(filepath.Join(root, ".gitattributes"), lines)
	if err != nil {
		return err
	}
	file := filepath.FromSlash(up) + ".gitattributes"
	if added {
		o.app.note("Git now knows flow files here. Commit %s, so that others can run 'flowctl git install', too.", file)
	} else {
		o.app.note("Git now knows flow files here; %s was as it should be.", file)
	}
	return nil
}

// addAttributes adds those of the lines that are not there yet, and leaves the
// others as they are.
func addAttributes(path string, lines []string) (added bool, err error) {
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("read .gitattributes: %w", err)
	}
	have := strings.Split(string(text), "\n")
	if len(text) > 0 && !bytes.HasSuffix(text, []byte("\n")) {
		text = append(text, '\n')
	}
	for _, line := range lines {
		if slices.Contains(have, line) {
			continue
		}
		text = append(text, line+"\n"...)
		added = true
	}
	if !added {
		return false, nil
	}
	return true, flowfile.Replace(path, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

// git runs git and gives what it prints, without the last line break.
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
