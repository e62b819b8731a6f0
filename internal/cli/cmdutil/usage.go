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

// Group makes cmd a command that only has sub-commands.
func Group(cmd *cobra.Command, subs ...*cobra.Command) *cobra.Command {
	cmd.Args, cmd.RunE = cobra.ArbitraryArgs, GroupRun
	cmd.AddCommand(subs...)
	return cmd
}

// GroupRun is the run function of a command that only has sub-commands. Without it cobra
// shows the help for an unknown sub-command and exits 0.
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

// MeantCommand returns the command for a wrong name: one that other tools call so, or a typing
// error. Other likenesses do not count: "push" is not a misspelt "pull".
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

// CheckArgs makes a wrong number of arguments a usage error for cmd and all below it: cobra
// does not pass these errors to SetFlagErrorFunc.
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

// wrongArgs returns the error for a wrong number of arguments in terms of the usage line; err
// is cobra's.
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

// missingArg returns the error for a missing argument, as a question if it is not obvious.
func missingArg(c *cobra.Command, name string) error {
	if name == "NAME" && strings.Contains(c.Long, "NAME is ") { // of a flow that exists
		return errors.New("which flow? Give its name or the first characters of its id, which 'flowctl list' shows")
	}
	return fmt.Errorf("%s is missing", name)
}

// FlagError returns the usage error for cobra's error about a flag, with a hint.
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

// wrongValue returns what a flag's value has to be, in place of pflag's error from strconv.
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
