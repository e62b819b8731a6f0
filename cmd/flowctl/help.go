package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/output"
)

// newHelpCmd replaces cobra's, which exits 0 for a topic that does not exist.
func newHelpCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND|TOPIC]",
		Short: "Show the help of a command or topic",
		Example: `  flowctl help import
  flowctl help exit-codes`,
		PersistentPreRunE: withoutConfig,
		ValidArgsFunction: completeHelp,
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				hint := ""
				if meant := meantCommand(about, args[len(args)-1]); meant != "" {
					hint = fmt.Sprintf("; did you mean %q?", meant)
				}
				return usageError{fmt.Errorf("no command or topic %q%s; see 'flowctl help'", strings.Join(args, " "), hint)}
			}
			about.InitDefaultHelpFlag() // as if --help were given there
			return about.Help()
		},
	}
}

func completeHelp(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	about, rest, err := cmd.Root().Find(args)
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

// newTopicCmds gives the help topics: commands that do nothing but have a help
// text. They are listed at the end of `flowctl help`.
func newTopicCmds() []*cobra.Command {
	return []*cobra.Command{
		{Use: "engine", Short: "How flows run, and what the browser does differently", Long: engineHelp},
		{Use: "environment", Short: "Variables that flowctl reads, and its files", Long: environmentHelp},
		{Use: "exit-codes", Short: "What the exit codes mean", Long: exitCodesHelp},
		{Use: "output", Short: "Tables, JSON, YAML, jq and templates", Long: outputHelp},
		newRulesTopic(),
	}
}

// newRulesTopic is a topic whose text is made only when it is asked for.
func newRulesTopic() *cobra.Command {
	cmd := &cobra.Command{Use: "rules", Short: "What 'flowctl validate' finds", Long: rulesHelp}
	help := cmd.HelpFunc()
	cmd.SetHelpFunc(func(c *cobra.Command, args []string) {
		var b strings.Builder
		b.WriteString(rulesHelp + "\n")
		for _, r := range allRules() {
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

const rulesHelp = `'flowctl validate' reports these rules. 'flowctl validate --explain CODE' shows
an example of one; --disable CODE, or .flowctl.yaml, turns one off.`

const exitCodesHelp = `flowctl exits with one of these codes:

  0    done
  1    failed: no answer from the server, a file that cannot be read, ...
  2    usage: a flag or argument is wrong or missing; nothing was done
  3    differences found, files invalid, or the run failed
  4    not signed in, or not allowed
  5    some of several things failed; each has been reported
  6    conflict: exists already, has changed meanwhile, or the name is ambiguous
  130  interrupted with Ctrl-C or SIGTERM

Of several files one that could not be read makes it 1, though others are
invalid: nothing can be concluded then.

'flowctl server' that is stopped with SIGINT or SIGTERM has done its work: 0.`

const environmentHelp = `Flags go before variables, variables before the configuration file.

Where flows are kept (the first that is given counts):

  --server, --profile
  FLOWCTL_SERVER    URL of the server
  FLOWCTL_PROFILE   name of a profile, or "local" for the store on this machine
  the profile in use ('flowctl profile use'), else the local store

Who you are:

  --token
  FLOWCTL_TOKEN     token or API key. With FLOWCTL_SERVER it is for that server
                    alone
  what 'flowctl login' stored for the profile

Models of 'flowctl run':

  FLOWCTL_MODEL_URL   default of --model-url
  FLOWCTL_MODEL_KEY   key for it. With FLOWCTL_MODEL_URL it is for that address
                      alone
  FLOWCTL_MODEL_HEADERS
                      headers for it, as --model-header takes them, one a line;
                      likewise

Settings:

  FLOWCTL_OUTPUT      default of --output
  FLOWCTL_HEADERS     headers for the server, as for --header, one a line. With
                      FLOWCTL_SERVER they are for that server
  FLOWCTL_CA_CERT     a PEM file of further trusted certificates (--ca-cert)
  FLOWCTL_TIMEOUT     default of --timeout, such as 30s
  FLOWCTL_NO_KEYRING  if set, tokens are kept in a file and not in the keyring
  NO_COLOR            if set, no colours
  FORCE_COLOR         if set, colours even off a terminal
  VISUAL, EDITOR      what 'flowctl edit' opens
  FLOWCTL_PAGER, PAGER
                      what long tables go through on a terminal; empty for none
  HTTPS_PROXY, HTTP_PROXY, NO_PROXY

Files:

  FLOWCTL_CONFIG    the configuration. Default: flowctl/config.yaml in
                    XDG_CONFIG_HOME, or in ~/.config. Tokens without a keyring
                    are in tokens.json next to it
  FLOWCTL_DATA      the folder of the local store. Default: flowctl in
                    XDG_DATA_HOME, or in ~/.local/share

'flowctl server' reads:

  FLOWCTL_DB        the database, where a URL with a password should not be seen
                    on the command line
  FLOWCTL_LISTEN    the address to listen on

The configuration file has these settings, none of them needed:

  profile: work             # the one in use
  output: text
  timeout: 1m
  profiles:
    - name: work
      server: https://flows.example.com`

const outputHelp = `Results go to stdout, words and questions to stderr.

  -o text    words and columns for people; the default
  -o wide    every column
  -o json    what the server sent, indented; lists are arrays
  -o jsonl   one compact JSON value a line
  -o yaml    the same values
  -o name    ids (or names) alone, one a line, fit for xargs

--jq filters the JSON with a jq program; texts are printed bare. --template
formats it with a Go template, which also knows json, join, truncate and time.
Numbers are printed as they are spelt in the flow.

  flowctl list -o name | xargs flowctl export -d flows
  flowctl list --jq '.[] | select(.name | test("review")) | .id'
  flowctl get NAME --template '{{.name}}, {{time .updated_at}}{{"\n"}}'

When a list cannot be read to its end, what came of it is printed, an array is
left open so that nothing takes the part for the whole, and the exit code is 1.

On a terminal tables are cut to its width and times are relative; anywhere else
they are whole and exact. Control characters in names and texts are shown as
escapes there.`
