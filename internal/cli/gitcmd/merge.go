package gitcmd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
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
	name := args[1]
	if len(args) == 4 {
		name = args[3]
	}
	base, errBase := o.read(cmd.Context(), args[0])
	ours, errOurs := o.read(cmd.Context(), args[1])
	theirs, errTheirs := o.read(cmd.Context(), args[2])
	if errBase != nil || errOurs != nil || errTheirs != nil {
		return o.mergeText(cmd.Context(), name, args)
	}
	merged, conflicts, err := mergeFiles(base, ours, theirs, o.markerSize)
	if err != nil {
		return fmt.Errorf("merge %s: %w", name, err)
	}
	if err := writeMerged(args[1], name, merged); err != nil || len(conflicts) == 0 {
		return err
	}
	return cmdutil.Negative(conflictText(name, conflicts))
}

// writeMerged writes what git takes for the merged file.
func writeMerged(path, name string, text []byte) error {
	if err := os.WriteFile(path, text, 0o644); err != nil { //nolint:gosec // git's own temporary file, of which it takes the text alone
		return fmt.Errorf("write the merged %s: %w", name, err)
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

// mergeText lets git merge what is not a flow file.
func (o *gitMergeOptions) mergeText(ctx context.Context, name string, args []string) error {
	cmd := exec.CommandContext(ctx, "git", "merge-file", "--marker-size", strconv.Itoa(o.markerSize), //nolint:gosec // the files that git names
		"-L", "ours", "-L", "base", "-L", "theirs", "--", args[1], args[0], args[2])
	cmd.Stderr = o.app.Err
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() > 0 && exit.ExitCode() < 128 {
		return cmdutil.Negative(name + ": both sides changed the same lines; flowctl cannot read it as a flow on both, so git merged it as text\nfix the marked places and 'git add' the file")
	}
	if err != nil {
		return fmt.Errorf("merge %s: run git merge-file: %w", name, err)
	}
	return nil
}

// mergeFiles returns the text of the merged file, conflicts marked.
func mergeFiles(base, ours, theirs flowfile.File, markerSize int) ([]byte, []flow.Conflict, error) {
	var texts [2][]byte
	var conflicts []flow.Conflict
	for side, favourTheirs := range []bool{false, true} {
		f := ours
		var wrapper []flow.Conflict
		f.Spec, conflicts = flow.MergeSpecs(base.Spec, ours.Spec, theirs.Spec, favourTheirs)
		f.ID, f.Extra, wrapper = mergeWrappers(base, ours, theirs, favourTheirs)
		conflicts = append(conflicts, wrapper...)
		f.ExportedAt = max(ours.ExportedAt, theirs.ExportedAt)
		var b bytes.Buffer
		if err := flowfile.Write(&b, f); err != nil {
			return nil, nil, err
		}
		texts[side] = b.Bytes()
	}
	return markConflicts(texts[0], texts[1], markerSize), conflicts, nil
}

// mergeWrappers merges what stands next to the flows, the id as one of the members: like
// the fields of a flow, one by one.
func mergeWrappers(base, ours, theirs flowfile.File, favourTheirs bool) (id string, extra flow.Object, conflicts []flow.Conflict) {
	members := func(f flowfile.File) flow.Spec {
		o := slices.Clone(f.Extra)
		if f.ID != "" {
			o.Set("id", rawjson.AppendString(nil, f.ID))
		}
		s, _ := flow.ParseSpec(o.AppendJSON(nil)) // was read before
		return s
	}
	merged, conflicts := flow.MergeSpecs(members(base), members(ours), members(theirs), favourTheirs)
	extra, _ = rawjson.ParseObject(merged.AppendJSON(nil))
	raw, _ := extra.Get("id")
	_ = json.Unmarshal(raw, &id) // one that is not text stays among the others
	return id, extra, conflicts
}

// takenOut returns who took out what the other one changed.
func takenOut(c flow.Conflict) string {
	switch {
	case c.Base != nil && c.Ours == nil:
		return ": ours took it out, theirs changed it or what it is joined to"
	case c.Base != nil && c.Theirs == nil:
		return ": theirs took it out, ours changed it or what it is joined to"
	}
	return ""
}

func conflictText(name string, conflicts []flow.Conflict) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: both sides changed", name)
	for _, c := range conflicts {
		place := strings.TrimPrefix(c.Path, "/")
		switch {
		case c.Node != "":
			place = "node " + c.Node + " " + place
		case c.Edge != "":
			place = "edge " + c.Edge + " " + place
		}
		b.WriteString("\n  " + strings.TrimSpace(place) + takenOut(c))
	}
	b.WriteString("\nfix the marked places and 'git add' the file")
	return b.String()
}
