package cmdutil

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/flowctl/flowctl/internal/spell"
)

// Group makes cmd a command that only holds others.
func Group(cmd *cobra.Command, subs ...*cobra.Command) *cobra.Command {
	cmd.Args, cmd.RunE = cobra.ArbitraryArgs, GroupRun
	cmd.AddCommand(subs...)
	return cmd
}

// GroupRun is the run function of a command that only holds others. Without it
// cobra takes an unknown sub-command for a request for help, and exits 0.
func GroupRun(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return cmd.Help()
	}
	return unknownCommand(cmd, args[0])
}

func unknownCommand(cmd *cobra.Command, name string) error {
	hint := ""
	if meant := MeantCommand(cmd, name); meant != "" {
		hint = fmt.Sprintf("; did you mean %q?", meant)
	}
	return Usage(fmt.Errorf("unknown command %q for %q%s; see '%s --help'", name, cmd.CommandPath(), hint, cmd.CommandPath()))
}

// MeantCommand returns the command that a wrong name stands for: what other tools
// call it, or what a slip of the finger made of it. Other likenesses do not count:
// "push" is not a misspelt "pull".
func MeantCommand(cmd *cobra.Command, name string) string {
	var known []string
	for _, sub := range cmd.Commands() {
		if slices.Contains(sub.SuggestFor, name) {
			return sub.Name()
		}
		known = append(append(known, sub.Name()), sub.Aliases...)
	}
	return spell.Nearest(name, known, max(1, len(name)/4))
}

// CheckArgs makes a wrong number of arguments a usage error in the whole tree:
// cobra does not send those through SetFlagErrorFunc.
func CheckArgs(cmd *cobra.Command) {
	if check := cmd.Args; check != nil {
		cmd.Args = func(c *cobra.Command, args []string) error {
			err := check(c, args)
			if err == nil {
				return nil
			}
			if c.HasSubCommands() && len(args) > 0 {
				return unknownCommand(c, args[0])
			}
			return Usage(fmt.Errorf("%w; usage: %s", wrongArgs(c, args, err), c.UseLine()))
		}
	}
	for _, sub := range cmd.Commands() {
		CheckArgs(sub)
	}
}

// wrongArgs returns what is wrong with the arguments in the words of the usage line;
// err is what cobra says of it.
func wrongArgs(c *cobra.Command, args []string, err error) error {
	wanted := strings.Fields(c.Use)[1:]
	switch {
	case len(wanted) == 0:
		return fmt.Errorf("%s takes no arguments, and got %q", c.CommandPath(), args[0])
	case len(args) < len(wanted) && wanted[len(args)][0] != '[' && c.ValidArgs == nil:
		return missingArg(c, strings.TrimRight(wanted[len(args)], "."))
	case len(args) > len(wanted):
		return fmt.Errorf("%q is one argument too many; put quotes around a name with spaces", args[len(wanted)])
	}
	return err
}

// missingArg words what is missing as a question where the answer is not obvious.
func missingArg(c *cobra.Command, name string) error {
	if name == "NAME" && strings.Contains(c.Long, "NAME is ") { // of a flow that exists
		return errors.New("which flow? Give its name or the first characters of its id, which 'flowctl list' shows")
	}
	return fmt.Errorf("%s is missing", name)
}

// FlagError makes what is wrong with a flag a usage error that helps.
func FlagError(c *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "":
		var known []string
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden {
				known = append(known, "--"+f.Name)
			}
		})
		err = fmt.Errorf("%w%s", err, spell.DidYouMean("--"+unknown.GetSpecifiedName(), known))
	case errors.As(err, &invalid):
		err = fmt.Errorf("--%s %q: %w", invalid.GetFlag().Name, invalid.GetValue(), wrongValue(invalid))
	}
	return Usage(fmt.Errorf("%w; see '%s --help'", err, c.CommandPath()))
}

// wrongValue returns what a flag's value has to be, where pflag passes on Go's strconv.
func wrongValue(invalid *pflag.InvalidValueError) error {
	why := errors.Unwrap(invalid)
	switch kind := invalid.GetFlag().Value.Type(); {
	case errors.Is(why, strconv.ErrRange):
		return errors.New("the number is too large")
	case kind == "bool":
		return errors.New("it has to be true or false")
	case kind == "duration":
		return errors.New("it has to be a time with its unit, such as 30s")
	case errors.Is(why, strconv.ErrSyntax):
		return errors.New("it has to be a whole number")
	}
	return why
}
