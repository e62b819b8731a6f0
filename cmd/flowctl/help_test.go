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
)

// How wide a line of a help text and of an example may be, in characters: an example
// with a URL does not fit into 80.
const maxHelpLine, maxExampleLine = 80, 96

// TestHelpIsComplete checks that every command explains itself.
func TestHelpIsComplete(t *testing.T) {
	var check func(*cobra.Command)
	check = func(cmd *cobra.Command) {
		if cmd.Short == "" || strings.HasSuffix(cmd.Short, ".") {
			t.Errorf("%s: the short help is %q", cmd.CommandPath(), cmd.Short)
		}
		examples := strings.Split(cmd.Example, "\n")
		for _, line := range strings.Split(cmd.Long+"\n"+cmd.Example+"\n"+cmd.UsageString(), "\n") {
			limit := maxHelpLine
			if slices.Contains(examples, line) {
				limit = maxExampleLine
			}
			if utf8.RuneCountInString(line) > limit {
				t.Errorf("%s: a line of the help is too long for a terminal: %s", cmd.CommandPath(), line)
			}
		}
		for _, sub := range cmd.Commands() {
			check(sub)
		}
	}
	check(newRootCmd(newApp(nil, io.Discard, io.Discard)))
}

// TestEnvironmentHelp checks that 'flowctl help environment' has every variable
// of ours that the sources read, and no other.
func TestEnvironmentHelp(t *testing.T) {
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
	told := regexp.MustCompile(`FLOWCTL_[A-Z_]+`).FindAllString(environmentHelp, -1)
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
	var check func(*cobra.Command)
	check = func(cmd *cobra.Command) {
		for line := range strings.Lines(cmd.Example) {
			for _, m := range calls.FindAllStringSubmatch(strings.ReplaceAll(line, "|", " | "), -1) {
				var args []string
				for _, w := range word.FindAllString(m[1], -1) {
					if w == ">" || w == "<" || w == "&&" || w == "#" {
						break
					}
					args = append(args, strings.Trim(w, `'"`))
				}
				root := newRootCmd(newApp(nil, io.Discard, io.Discard))
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
		for _, sub := range cmd.Commands() {
			check(sub)
		}
	}
	check(newRootCmd(newApp(nil, io.Discard, io.Discard)))
	if seen < 60 {
		t.Errorf("found %d examples only", seen)
	}
}
