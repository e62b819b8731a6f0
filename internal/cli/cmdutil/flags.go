package cmdutil

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/spell"
)

// GlobalFlags are the flags that every command has.
type GlobalFlags struct {
	Server, Token, Profile string
	Debug, noColor, Quiet  bool
	noPager                bool
	headers                []string
	caCert                 string
}

// Register adds the flags.
func (f *GlobalFlags) Register(cmd *cobra.Command) {
	p := cmd.PersistentFlags()
	p.StringVar(&f.Server, "server", "", "`URL` of the flows server (FLOWCTL_SERVER)")
	p.StringVar(&f.Token, "token", "", "`token` or API key; others can see it in the list of processes, so prefer FLOWCTL_TOKEN")
	p.StringVar(&f.Profile, "profile", "", "`name` of a configured server, or \"local\" (FLOWCTL_PROFILE)")
	p.Duration("timeout", DefaultTimeout, "give up when the server sends nothing for this long, 0: never (FLOWCTL_TIMEOUT)")
	p.StringArrayVar(&f.headers, "header", nil, "send this header with every request (repeatable: `NAME:VALUE`); prefer FLOWCTL_HEADERS, one a line, which others cannot see")
	p.StringVar(&f.caCert, "ca-cert", "", "also trust the certificates in this PEM `file` (FLOWCTL_CA_CERT)")
	p.BoolVar(&f.Debug, "debug", false, "log requests to stderr")
	p.BoolVar(&f.noColor, "no-color", false, "no colours (NO_COLOR)")
	p.BoolVar(&f.noPager, "no-pager", false, "do not page long lists (FLOWCTL_PAGER=)")
	p.BoolVarP(&f.Quiet, "quiet", "q", false, "print only errors and warnings besides the result")
}

// OutputFlags are the flags of commands that print data.
type OutputFlags struct {
	Format, jq, template string
	Paged                bool // whether a table may be longer than a screen
	NoTemplate           bool // the command has another --template
}

// Register adds the flags.
func (o *OutputFlags) Register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVarP(&o.Format, "output", "o", "", "output format: text, wide, json, jsonl, yaml or name")
	f.StringVar(&o.jq, "jq", "", "filter the JSON with a jq `program`")
	if !o.NoTemplate {
		f.StringVar(&o.template, "template", "", "format the JSON with a Go `template`")
	}
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(output.Formats(), cobra.ShellCompDirectiveNoFileComp))
}

// EnumVar adds a flag whose value is one of words, and completion for it. value is the
// default, which may be "".
func EnumVar(cmd *cobra.Command, p *string, name, shorthand, value, usage string, words ...string) {
	*p = value
	cmd.Flags().VarP(&enumValue{p, words}, name, shorthand, usage)
	_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
}

// enumValue is the pflag.Value of an enum flag.
type enumValue struct {
	p     *string
	words []string
}

// String returns the word.
func (e *enumValue) String() string { return *e.p }

// Type is the name of the type in the help.
func (e *enumValue) Type() string { return "string" }

// Set takes one of the words.
func (e *enumValue) Set(word string) error {
	if !slices.Contains(e.words, word) {
		return fmt.Errorf("it is not one of %s%s", strings.Join(e.words, ", "), spell.DidYouMean(word, e.words))
	}
	*e.p = word
	return nil
}

// ParseSize reads the size that a flag has, in bytes.
func ParseSize(flag, text string) (int64, error) {
	size, err := humanize.ParseBytes(text)
	if err != nil || size == 0 || size > math.MaxInt64 {
		return 0, Usage(fmt.Errorf("--%s %q is not a size; give one such as 16MiB", flag, text))
	}
	return int64(size), nil
}

// MaxParallel is the largest value of --parallel; more does not make any server faster.
const MaxParallel = 64

// MessageFlag adds --message: what a version says of itself.
func MessageFlag(cmd *cobra.Command, message *string) {
	cmd.Flags().StringVarP(message, "message", "m", "", "what the change is about, a line for 'flowctl history'")
}
