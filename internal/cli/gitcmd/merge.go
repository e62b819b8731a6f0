package gitcmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

type gitMergeOptions struct {
	app        *cmdutil.App
	markerSize int
}

func newGitMergeCmd(a *cmdutil.App) *cobra.Command {
	o := &gitMergeOptions{app: a}
	cmd := &cobra.Command{
		Use:     "merge-driver BASE OURS THEIRS [PATH]",
		Short:   "Merge flow files, for git merge",
		Example: `  flowctl git merge-driver base.json ours.json theirs.json`,
		Long: `The result is written to OURS. Nodes are merged by their ids and edges by their
ends, field by field; positions never conflict. A conflict is named on stderr
and marked in the file as git does, and the exit code is 3. A file that is not a
flow file is merged by 'git merge-file'.`,
		Args: cobra.RangeArgs(3, 4),
		RunE: o.run,
	}
	cmd.Flags().IntVar(&o.markerSize, "marker-size", 7, "length of the conflict markers in characters")
	return cmd
}

func (o *gitMergeOptions) run(cmd *cobra.Command, args []string) error {
	ctx, name := cmd.Context(), args[1]
	if len(args) == 4 {
		name = args[3]
	}
	base, errBase := o.read(ctx, args[0])
	ours, errOurs := o.read(ctx, args[1])
	theirs, errTheirs := o.read(ctx, args[2])
	var conflicts string
	var err error
	if errBase != nil || errOurs != nil || errTheirs != nil {
		var marked bool
		if marked, err = o.mergeText(ctx, args[1], args[0], args[2]); marked {
			conflicts = " the same lines; flowctl cannot read it as a flow on both, so git merged it as text"
		}
	} else {
		conflicts, err = o.mergeFlows(ctx, args[1], base, ours, theirs)
	}
	if err != nil {
		return fmt.Errorf("merge %s: %w", name, err)
	}
	if conflicts != "" {
		return cmdutil.Negative(name + ": both sides changed" + conflicts + "\nfix the marked places and 'git add' the file")
	}
	return nil
}

// read reads the one flow of a file. An empty file, git's base of what both sides
// added, is an empty flow.
func (o *gitMergeOptions) read(ctx context.Context, path string) (flowfile.File, error) {
	if info, err := os.Stat(path); err == nil && info.Size() == 0 {
		return flowfile.File{}, nil
	}
	r := files.Read(ctx, o.app.In, files.Source{Path: path}, false)
	if err := files.OneFlow(path, r); err != nil {
		return flowfile.File{}, err
	}
	return r.Flows[0], nil
}

// mergeFlows writes the merged flow to path and returns what conflicts in it, which is
// marked there, "" for nothing.
func (o *gitMergeOptions) mergeFlows(ctx context.Context, path string, base, ours, theirs flowfile.File) (string, error) {
	ourText, conflicts, err := mergeFiles(base, ours, theirs, false)
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(path, ourText, 0o644); err != nil || len(conflicts) == 0 { //nolint:gosec // git's own temporary file, of which it takes the text alone
		return "", err
	}
	theirText, _, err := mergeFiles(base, ours, theirs, true)
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "flowctl-merge-*")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	empty, their := filepath.Join(dir, "base"), filepath.Join(dir, "theirs")
	if err := errors.Join(os.WriteFile(empty, nil, 0o600), os.WriteFile(their, theirText, 0o600)); err != nil {
		return "", err
	}
	_, err = o.mergeText(ctx, path, empty, their) // without a base all lines that differ are marked
	return conflictText(conflicts), err
}

// mergeText lets git merge texts into the file ours. It reports whether it has marked
// conflicts there.
func (o *gitMergeOptions) mergeText(ctx context.Context, ours, base, theirs string) (marked bool, err error) {
	cmd := exec.CommandContext(ctx, "git", "merge-file", "--marker-size", strconv.Itoa(o.markerSize), //nolint:gosec // the files that git names
		"-L", "ours", "-L", "base", "-L", "theirs", "--", ours, base, theirs)
	cmd.Stderr = o.app.Err
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() > 0 && exit.ExitCode() < 128 {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("run git merge-file: %w", err)
	}
	return false, nil
}
