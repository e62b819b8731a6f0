package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/cli/run"
	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/output"
)

// newHelpCmd replaces cobra's, which exits 0 for a topic that does not exist.
func newHelpCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND|TOPIC]...",
		Short: "Show the help of a command or topic",
		Example: `  flowctl help import
  flowctl help exit-codes
  flowctl help rules ignored-input`,
		PersistentPreRunE: withoutConfig,
		ValidArgsFunction: completeHelp,
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if about.Name() == rulesTopic && len(rest) == 1 {
				return explainRule(cmd.OutOrStdout(), rest[0])
			}
			if err != nil || len(rest) > 0 {
				hint := ""
				if meant := cmdutil.MeantCommand(about, args[len(args)-1]); meant != "" {
					hint = fmt.Sprintf("; did you mean %q?", meant)
				}
				return cmdutil.Usage(fmt.Errorf("no command or topic %q%s; see 'flowctl help'", strings.Join(args, " "), hint))
			}
			about.InitDefaultHelpFlag() // as if --help were given there
			return about.Help()
		},
	}
}

func completeHelp(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	about, rest, err := cmd.Root().Find(args)
	if about.Name() == rulesTopic && len(rest) == 0 {
		return files.RuleCodes(), cobra.ShellCompDirectiveNoFileComp
	}
	if err != nil || len(rest) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []cobra.Completion
	for _, sub := range about.Commands() {
		if !sub.Hidden {
			names = append(names, cobra.CompletionWithDesc(sub.Name(), sub.Short))
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// NewTopicCmds returns the help topics: commands that do nothing but have a help
// text. They are listed at the end of `flowctl help`.
func NewTopicCmds() []*cobra.Command {
	return []*cobra.Command{
		{Use: "engine", Short: "How flows run, and what the browser does differently", Long: run.EngineHelp},
		{Use: "environments", Short: "One folder of flow files for several servers (--env)", Long: environmentsHelp},
		{Use: "exit-codes", Short: "What the exit codes mean", Long: exitCodesHelp},
		{Use: "files", Short: "Flow files, folders, flowctl.lock and .flowctl.yaml", Long: filesHelp},
		{Use: "layouts", Short: "Where the browser draws the nodes (--layout)", Long: layoutsHelp},
		{Use: "output", Short: "Text, JSON, YAML, jq and templates", Long: outputHelp},
		newRulesTopic(),
		{Use: "runs", Short: "Where a flow runs, its models and inputs", Long: runsHelp},
		{Use: "serving", Short: "Runs, keys, certificates and signals of 'flowctl server'", Long: operationHelp},
		{Use: "settings", Short: "Variables that flowctl reads, and its configuration", Long: SettingsHelp},
		{Use: "templates", Short: "How to write templates for 'flowctl new'", Long: templatesHelp},
		{Use: "versions", Short: "What a flow was: NAME@VERSION", Long: versionsHelp},
	}
}

const rulesTopic = "rules"

// newRulesTopic is a topic whose text is made only when it is asked for.
func newRulesTopic() *cobra.Command {
	cmd := &cobra.Command{Use: rulesTopic, Short: "What 'flowctl validate' finds", Long: rulesHelp}
	help := cmd.HelpFunc()
	cmd.SetHelpFunc(func(c *cobra.Command, args []string) {
		var b strings.Builder
		b.WriteString(rulesHelp + "\n")
		for _, r := range files.Rules() {
			fmt.Fprintf(&b, "\n  %-24s %s\n", r.Code, r.Severity)
			for _, line := range output.Wrap(r.Summary, 74, 10) {
				b.WriteString("      " + line + "\n")
			}
		}
		c.Long = b.String()
		help(c, args)
	})
	return cmd
}

// explainRule prints the help of the rule with a code.
func explainRule(w io.Writer, code string) error {
	for _, r := range files.Rules() {
		if r.Code == code {
			_, err := io.WriteString(w, files.Explain(r))
			return err
		}
	}
	return cmdutil.Usage(files.CheckCode(code))
}
