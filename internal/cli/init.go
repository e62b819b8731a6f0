package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/cli/gitcmd"
	"github.com/flowctl/flowctl/internal/cli/sync"
	"github.com/flowctl/flowctl/internal/disk"
	"github.com/flowctl/flowctl/internal/repo"
	"github.com/flowctl/flowctl/internal/template"
)

type initOptions struct {
	app *cmdutil.App
	ci  string
}

// noCI is the value of --ci for no file.
const noCI = "none"

func newInitCmd(a *cmdutil.App) *cobra.Command {
	o := &initOptions{app: a}
	cmd := &cobra.Command{
		Use:        "init [DIR]",
		SuggestFor: []string{"setup", "bootstrap"},
		Short:      "Set up a git repository for flows",
		Long: `Makes what is missing in DIR, or here: the git repository, a folder flows,
.flowctl.yaml with an environment for the profile in use, a file for CI, and
git's drivers for flow files ('flowctl git install'). Files that are there stay
as they are.

If you are signed in to a server, your flows there are exported into the folder.
On a terminal it asks for the CI system.`,
		Example: `  flowctl init our-flows --ci github
  flowctl init`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := "."
			if len(args) > 0 {
				dir = args[0]
			}
			return o.run(cmd.Context(), dir)
		},
	}
	cmdutil.EnumVar(cmd, &o.ci, "ci", "", "", "the CI system to write a file for: `github|gitlab|none`", template.GitHub, template.GitLab, noCI)
	return cmd
}

func (o *initOptions) run(ctx context.Context, dir string) error {
	if dir == "" {
		return cmdutil.Usage(errors.New("the name of the folder is empty; leave it out to mean this one"))
	}
	t, err := o.app.Target()
	if err != nil {
		return err
	}
	isNew, err := checkFolder(dir)
	if err != nil {
		return err
	}
	if _, err := gitcmd.Git(ctx, "", "--version"); err != nil {
		return err // before there is half a repository
	}
	if o.ci == "" && o.app.Interactive() {
		if o.ci, err = o.app.Choose(ctx, "CI system", noCI, []cmdutil.Choice{{Name: template.GitHub}, {Name: template.GitLab}, {Name: noCI}}); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("make the folder of the repository: %w", err)
	}
	if isNew {
		if _, err := gitcmd.Git(ctx, dir, "init", "-q", "-b", "main"); err != nil {
			return err
		}
		o.app.Note("%s is now a git repository", dir)
	}
	err = template.Write(dir, template.Repository(t.Profile, o.ci), func(path string, created bool) {
		if created {
			o.app.Note("%s: created", path)
		} else {
			o.app.Note("%s: is there already and stays as it is", path)
		}
	})
	if err != nil {
		return err
	}
	if err := gitcmd.Install(ctx, o.app, dir, nil); err != nil {
		return err
	}
	flows := filepath.Join(dir, template.FlowsDir)
	if t.Local() || t.Token == "" {
		if err := os.MkdirAll(flows, 0o777); err != nil {
			return fmt.Errorf("make the folder of flows: %w", err)
		}
		o.app.Note("Next: 'flowctl new -f %s', or 'flowctl export --all -d %s' for flows that you have.", filepath.Join(flows, "NAME.json"), flows)
		return nil
	}
	if err := sync.ExportAll(ctx, o.app, flows); err != nil {
		return fmt.Errorf("the repository is set up, but not all flows are exported: %w", err)
	}
	o.app.Note("Next: commit all this; later 'flowctl status %s' shows what has changed.", flows)
	return nil
}

// checkFolder reports whether the folder is to become a git repository. One in a repository
// is an error, since its files for git and CI would be in the wrong place.
func checkFolder(dir string) (isNew bool, err error) {
	if err := repo.CheckNamed(dir); err != nil {
		return false, fmt.Errorf("set up %s: %w", dir, err)
	}
	at, err := filepath.Abs(dir)
	if err != nil {
		return false, fmt.Errorf("find the folder: %w", err)
	}
	top, inside := disk.RepositoryTop(at)
	if inside && top != at {
		return false, cmdutil.Usage(fmt.Errorf("%s is in the git repository %s; run 'flowctl init %s'", dir, top, top))
	}
	return !inside, nil
}
