package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/auth"
	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/cli/files"
	"github.com/flowctl/flowctl/internal/cli/flows"
	"github.com/flowctl/flowctl/internal/cli/gitcmd"
	"github.com/flowctl/flowctl/internal/cli/run"
	"github.com/flowctl/flowctl/internal/cli/serve"
	"github.com/flowctl/flowctl/internal/cli/sync"
)

const rootHelp = `List, run, check, compare and deploy the flows of an Open WebUI fork or of
'flowctl server'. Without a server, flows are kept on this machine.

To begin:
  flowctl login --server URL      sign in (not needed on this machine)
  flowctl export --all -d flows   save the flows as files
  flowctl status flows            show what changed, here and on the server
  flowctl plan flows              preview what apply would change
  flowctl apply flows             deploy the files to the server`

// helpTemplate has the one line first, then the examples, which most readers look for.
const helpTemplate = `{{if or .Runnable .HasSubCommands}}{{.Short}}.

{{if .HasExample}}{{.Example}}

{{end}}{{end}}{{with .Long}}{{trimTrailingWhitespaces .}}

{{end}}{{if or .Runnable .HasSubCommands}}{{.UsageString}}{{end}}`

// usageTemplate is cobra's without the examples, and with the flags that all commands
// have on the first page only.
func usageTemplate(cobras string) string {
	cut := func(from, to, by string) {
		before, rest, ok := strings.Cut(cobras, from)
		_, after, found := strings.Cut(rest, to)
		if ok && found {
			cobras = before + by + after
		}
	}
	cut("{{if .HasExample}}", "{{end}}", "")
	cut("{{if .HasAvailableInheritedFlags}}", "{{end}}", "{{if .HasAvailableInheritedFlags}}\n\nFlags of every command: flowctl --help{{end}}")
	return strings.NewReplacer(".FlagUsages ", ".FlagUsagesWrapped 80 ", "for more information about a command", "for more").Replace(cobras)
}

// NewRootCmd builds the whole command tree.
func NewRootCmd(a *cmdutil.App) *cobra.Command {
	var version bool
	cmd := &cobra.Command{
		Use:               "flowctl",
		Short:             "Keep AI flows in git",
		Long:              rootHelp,
		SilenceErrors:     true,
		SilenceUsage:      true,
		DisableAutoGenTag: true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
		RunE: func(cmd *cobra.Command, args []string) error {
			if version && len(args) == 0 {
				return printVersion(a, cmdutil.OutputFlags{})
			}
			return cmdutil.GroupRun(cmd, args)
		},
		Args: cobra.ArbitraryArgs,
		PersistentPreRunE: func(c *cobra.Command, _ []string) error {
			if c == c.Root() || c.Name() == cobra.ShellCompRequestCmd {
				return nil // help needs none; for completion see ConnectForCompletion
			}
			return a.LoadConfig(c.Root().PersistentFlags())
		},
	}
	cmd.SetIn(a.In)
	cmd.SetOut(&firstError{w: a.Out})
	cmd.SetErr(a.Err)
	a.Flags.Register(cmd)
	cmd.SetHelpTemplate(helpTemplate)
	cmd.SetUsageTemplate(usageTemplate(cmd.UsageTemplate()))
	cmd.Flags().BoolVar(&version, "version", false, "print the version of flowctl")
	_ = cmd.RegisterFlagCompletionFunc("profile", auth.CompleteProfiles(a, cmdutil.LocalProfile))
	cmd.SetFlagErrorFunc(cmdutil.FlagError)
	addGroup(cmd, "Start", append(auth.Commands(a), newInitCmd(a))...)
	addGroup(cmd, "Flows", append(flows.Commands(a), run.NewCatalogCmd(a))...)
	addGroup(cmd, "Files", slices.Concat(sync.FileCommands(a), files.Commands(a), gitcmd.Commands(a))...)
	addGroup(cmd, "Deploy", sync.Commands(a)...)
	addGroup(cmd, "Run", run.Commands(a)...)
	addGroup(cmd, "Server", serve.Commands(a)...)
	cmd.AddCommand(newVersionCmd(a), newCompletionCmd(a))
	cmd.AddCommand(NewTopicCmds()...)
	cmd.SetHelpCommand(newHelpCmd())
	cmdutil.CheckArgs(cmd)
	return cmd
}

// addGroup adds commands that stand together in the help under a title.
func addGroup(root *cobra.Command, title string, cmds ...*cobra.Command) {
	root.AddGroup(&cobra.Group{ID: title, Title: title + ":"})
	for _, c := range cmds {
		c.GroupID = title
		root.AddCommand(c)
	}
}
