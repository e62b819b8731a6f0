package main

import (
	"strings"

	"github.com/spf13/cobra"
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

// newRootCmd builds the whole command tree.
func newRootCmd(a *app) *cobra.Command {
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
				return a.printVersion(outputFlags{})
			}
			return groupRun(cmd, args)
		},
		Args: cobra.ArbitraryArgs,
		PersistentPreRunE: func(c *cobra.Command, _ []string) error {
			if c == c.Root() || c.Name() == cobra.ShellCompRequestCmd {
				return nil // help needs none; for completion see listForCompletion
			}
			return a.loadConfig(c.Root().PersistentFlags())
		},
	}
	cmd.SetIn(a.in)
	cmd.SetOut(&firstError{w: a.out})
	cmd.SetErr(a.err)
	a.flags.register(cmd)
	cmd.SetHelpTemplate(helpTemplate)
	cmd.SetUsageTemplate(usageTemplate(cmd.UsageTemplate()))
	cmd.Flags().BoolVar(&version, "version", false, "print the version of flowctl")
	_ = cmd.RegisterFlagCompletionFunc("profile", a.completeProfiles(localProfile))
	cmd.SetFlagErrorFunc(flagError)
	addGroup(cmd, "Start", authCommands(a)...)
	addGroup(cmd, "Flows", append(flowsCommands(a), newCatalogCmd(a))...)
	addGroup(cmd, "Files", append(filesCommands(a), gitCommands(a)...)...)
	addGroup(cmd, "Deploy", syncCommands(a)...)
	addGroup(cmd, "Run", runCommands(a)...)
	addGroup(cmd, "Server", serveCommands(a)...)
	cmd.AddCommand(newVersionCmd(a), newCompletionCmd(a))
	cmd.AddCommand(newTopicCmds()...)
	cmd.SetHelpCommand(newHelpCmd())
	checkArgs(cmd)
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

func (f *globalFlags) register(cmd *cobra.Command) {
	p := cmd.PersistentFlags()
	p.StringVar(&f.server, "server", "", "`URL` of the flows server (FLOWCTL_SERVER)")
	p.StringVar(&f.token, "token", "", "`token` or API key; others can see it in the list of processes, so prefer FLOWCTL_TOKEN")
	p.StringVar(&f.profile, "profile", "", "`name` of a configured server, or \"local\" (FLOWCTL_PROFILE)")
	p.Duration("timeout", defaultTimeout, "give up when the server sends nothing for this long, 0: never (FLOWCTL_TIMEOUT)")
	p.StringArrayVar(&f.headers, "header", nil, "send this header with every request (repeatable: `NAME:VALUE`); prefer FLOWCTL_HEADERS, one a line, which others cannot see")
	p.StringVar(&f.caCert, "ca-cert", "", "also trust the certificates in this PEM `file` (FLOWCTL_CA_CERT)")
	p.BoolVar(&f.debug, "debug", false, "log requests to stderr")
	p.BoolVar(&f.noColor, "no-color", false, "no colours (NO_COLOR)")
	p.BoolVar(&f.noPager, "no-pager", false, "do not page long lists (FLOWCTL_PAGER=)")
	p.BoolVarP(&f.quiet, "quiet", "q", false, "print only errors and warnings besides the result")
}
