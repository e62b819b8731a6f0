package gitcmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
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
	return Install(cmd.Context(), o.app, "", patterns)
}

// Install sets up the drivers in the repository of a folder, "" for the current one, for the
// files that patterns match, *.json without one.
func Install(ctx context.Context, a *cmdutil.App, dir string, patterns []string) error {
	if len(patterns) == 0 {
		patterns = []string{"*.json"}
	}
	up, err := Git(ctx, dir, "rev-parse", "--show-cdup") // the way to the top, "" for here
	if err != nil && strings.Contains(err.Error(), "not a git repository") {
		return errors.New("set up the drivers: this folder is not in a git repository; 'git init' first")
	}
	if err != nil {
		return err
	}
	file := filepath.Join(dir, filepath.FromSlash(up), ".gitattributes")
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
		if _, err := Git(ctx, dir, "config", kv[0], kv[1]); err != nil {
			return err
		}
	}
	var lines []string
	for _, p := range patterns {
		lines = append(lines, p+" diff=flowctl merge=flowctl"+lineEnds)
	}
	added, err := addLines(file, append(lines, sync.LockName+" merge=union"+lineEnds))
	if err != nil {
		return err
	}
	if added {
		a.Note("Git now knows flow files here. Commit %s, so that others can run 'flowctl git install', too.", file)
	} else {
		a.Note("Git now knows flow files here; %s was as it should be.", file)
	}
	return nil
}

// lineEnds ends the lines in .gitattributes: without it git writes files with other line
// ends on Windows than flowctl does.
const lineEnds = " text eol=lf"

// maxAttributes is the size of the largest .gitattributes that git reads, in bytes.
const maxAttributes = 100 << 20

// addLines adds those of the lines that a file does not have yet.
func addLines(path string, lines []string) (added bool, err error) {
	// Git does not follow a link either; and it might lead anywhere.
	if info, err := os.Lstat(path); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return false, fmt.Errorf("%s is a link, which git does not read; put a file in its place", path)
	}
	text, err := disk.ReadRegular(path, maxAttributes)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("read .gitattributes: %w", err)
	}
	have := strings.FieldsFunc(string(text), func(r rune) bool { return r == '\n' })
	lines = slices.DeleteFunc(lines, func(line string) bool { return slices.Contains(have, line) })
	if len(lines) == 0 {
		return false, nil
	}
	return true, disk.Replace(path, func(w io.Writer) error {
		if len(text) > 0 && !bytes.HasSuffix(text, []byte("\n")) {
			text = append(text, '\n')
		}
		_, err := io.WriteString(w, string(text)+strings.Join(lines, "\n")+"\n")
		return err
	})
}
