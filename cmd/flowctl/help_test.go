package main

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/flowctl/flowctl/internal/cli"
	"github.com/flowctl/flowctl/internal/cli/cmdutil"
)

// TestNamesAreUnique checks that no name or alias of a command hides another command or a
// topic of help.
func TestNamesAreUnique(t *testing.T) {
	eachCommand(t, func(cmd *cobra.Command) {
		seen := map[string]string{}
		for _, c := range cmd.Commands() {
			for _, name := range append([]string{c.Name()}, c.Aliases...) {
				if other, ok := seen[name]; ok {
					t.Errorf("%s: both %s and %s are called %q", cmd.CommandPath(), other, c.Name(), name)
				}
				seen[name] = c.Name()
			}
		}
	})
}

// TestHelpIsComplete checks that every command explains itself, in the same way as all
// others: the one line first, then examples, then at most 15 lines of prose, 80 columns
// wide. What needs more is a topic.
func TestHelpIsComplete(t *testing.T) {
	eachCommand(t, func(cmd *cobra.Command) {
		if cmd.Short == "" || strings.HasSuffix(cmd.Short, ".") {
			t.Errorf("%s: the short help is %q", cmd.CommandPath(), cmd.Short)
		}
		var b strings.Builder
		cmd.SetOut(&b)
		if err := cmd.Help(); err != nil {
			t.Error(err)
		}
		help := b.String()
		for line := range strings.Lines(help) {
			if line = strings.TrimSuffix(line, "\n"); utf8.RuneCountInString(line) > 80 {
				t.Errorf("%s: a line of the help is too long for a terminal: %s", cmd.CommandPath(), line)
			}
		}
		if regexp.MustCompile(`\bREFs?\b`).MatchString(help) {
			t.Errorf("%s: a flow is called REF, not NAME", cmd.CommandPath())
		}
		if cmd.IsAdditionalHelpTopicCommand() {
			return
		}
		if head := cmd.Short + ".\n\n" + cmd.Example; !strings.HasPrefix(help, head) {
			t.Errorf("%s: the help does not begin with %q", cmd.CommandPath(), head)
		}
		if cmd.Example == "" && cmd.Flags().HasAvailableFlags() && !cmd.HasSubCommands() {
			t.Errorf("%s: no example", cmd.CommandPath())
		}
		prose := slices.DeleteFunc(strings.Split(cmd.Long, "\n"), func(line string) bool { return line == "" })
		if len(prose) > 15 {
			t.Errorf("%s: %d lines of prose; move some to a topic", cmd.CommandPath(), len(prose))
		}
	})
}

// TestFlagsMeanOneThing checks that a letter is the same flag in all commands, and that
// the flags that have one always have it.
func TestFlagsMeanOneThing(t *testing.T) {
	letters := map[string]string{"d": "dir", "f": "file", "h": "help", "i": "input", "m": "message", "n": "limit", "o": "output", "q": "quiet", "y": "yes"}
	eachCommand(t, func(cmd *cobra.Command) {
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Shorthand != "" && letters[f.Shorthand] != f.Name {
				t.Errorf("%s: -%s is --%s", cmd.CommandPath(), f.Shorthand, f.Name)
			}
			for letter, name := range letters {
				if f.Name == name && f.Shorthand != letter {
					t.Errorf("%s: --%s has no -%s", cmd.CommandPath(), name, letter)
				}
			}
			if f.Name != "output" {
				return
			}
			forms := []string{"text", "json"}
			if cmd.Name() == "graph" { // a drawing has no JSON
				forms = forms[:1]
			}
			for _, form := range forms {
				if !regexp.MustCompile(`\b` + form + `\b`).MatchString(f.Usage) {
					t.Errorf("%s: --output has no %s: %s", cmd.CommandPath(), form, f.Usage)
				}
			}
		})
	})
}

// eachCommand calls check for all commands and topics.
func eachCommand(t *testing.T, check func(*cobra.Command)) {
	t.Helper()
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		check(cmd)
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk(cli.NewRootCmd(cmdutil.NewApp(nil, io.Discard, io.Discard)))
}

// TestSettingsHelp checks that 'flowctl help settings' has every variable
// of ours that the sources read, and no other.
func TestSettingsHelp(t *testing.T) {
	read := []string{"FLOWCTL_PROFILE", "FLOWCTL_OUTPUT", "FLOWCTL_TIMEOUT"} // viper puts these names together
	lookup := regexp.MustCompile(`os\.(?:Getenv|LookupEnv)\("(FLOWCTL_[A-Z_]+)"\)`)
	err := filepath.WalkDir(filepath.Join("..", ".."), func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range lookup.FindAllSubmatch(text, -1) {
			read = append(read, string(m[1]))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	told := regexp.MustCompile(`FLOWCTL_[A-Z_]+`).FindAllString(cli.SettingsHelp, -1)
	for _, name := range read {
		if !slices.Contains(told, name) {
			t.Errorf("%s is read, but not told of", name)
		}
	}
	for _, name := range told {
		if !slices.Contains(read, name) {
			t.Errorf("%s is told of, but not read", name)
		}
	}
}

// TestExamplesOfHelp checks that the flags and the number of arguments of every
// example in the help are what the command takes.
func TestExamplesOfHelp(t *testing.T) {
	calls := regexp.MustCompile(`(?:^|[|(=\s])flowctl ([^|)]*)`)
	word := regexp.MustCompile(`'[^']*'|"[^"]*"|[^\s'"]+=?(?:'[^']*'|"[^"]*")?`)
	seen := 0
	eachCommand(t, func(cmd *cobra.Command) {
		for line := range strings.Lines(cmd.Example) {
			for _, m := range calls.FindAllStringSubmatch(strings.ReplaceAll(line, "|", " | "), -1) {
				var args []string
				for _, w := range word.FindAllString(m[1], -1) {
					if w == ">" || w == "<" || w == "&&" || w == "#" {
						break
					}
					args = append(args, strings.Trim(w, `'"`))
				}
				root := cli.NewRootCmd(cmdutil.NewApp(nil, io.Discard, io.Discard))
				about, rest, err := root.Find(args)
				if err == nil {
					err = about.ParseFlags(rest)
				}
				if err == nil && !strings.Contains(line, "xargs") {
					err = about.ValidateArgs(about.Flags().Args())
				}
				if err != nil {
					t.Errorf("%s: %s: %v", cmd.CommandPath(), strings.TrimSpace(line), err)
				}
				seen++
			}
		}
	})
	if seen < 60 {
		t.Errorf("found %d examples only", seen)
	}
}
