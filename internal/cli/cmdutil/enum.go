package cmdutil

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/spell"
)

// EnumVar adds a flag that takes one of a few words, which completion offers, too. value
// is its default, and may be "" for none of them.
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
