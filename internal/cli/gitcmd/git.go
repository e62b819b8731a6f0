package gitcmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
)

// Commands returns the commands that git calls.
func Commands(a *cmdutil.App) []*cobra.Command {
	return []*cobra.Command{cmdutil.Group(&cobra.Command{
		Use:   "git",
		Short: "Let git diff and merge flow files",
		Long: `After 'flowctl git install', 'git diff' shows what changed in a flow without
layout, and 'git merge' merges flows node by node and field by field.`,
	}, newGitInstallCmd(a), newGitTextconvCmd(a), newGitMergeCmd(a))}
}

// Git runs git in a folder, "" for the current one, and returns what it prints, without the
// last line break.
func Git(ctx context.Context, dir string, args ...string) (string, error) {
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = dir
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
	return output.ShellQuote(filepath.ToSlash(self)), nil
}
