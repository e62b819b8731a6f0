package main

import (
	"io"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/internal/cli"
	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/cli/run"
	"github.com/flowctl/flowctl/internal/engine"
)

// TestEngineDocs checks that the page and the help for flow authors have every rule of
// the engine, and that the flags they name exist.
func TestEngineDocs(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "engine.md"))
	if err != nil {
		t.Fatal(err)
	}
	help := run.EngineHelp
	rules := reflect.TypeFor[engine.Rules]()
	for i := range rules.NumField() {
		name := rules.Field(i).Name
		if !strings.Contains(string(text), "\n### "+name+"\n") {
			t.Errorf("docs/engine.md has no section for the rule %s", name)
		}
		if !strings.Contains(help, "\n  "+name+" ") {
			t.Errorf("'flowctl help engine' does not know the rule %s", name)
		}
	}
	runCmd := run.NewRunCmd(cmdutil.NewApp(nil, io.Discard, io.Discard))
	root := cli.NewRootCmd(cmdutil.NewApp(nil, io.Discard, io.Discard))
	for _, flag := range regexp.MustCompile(`--[a-z][a-z-]+`).FindAllString(string(text)+run.EngineHelp, -1) {
		if name := flag[2:]; runCmd.Flags().Lookup(name) == nil && root.PersistentFlags().Lookup(name) == nil {
			t.Errorf("%s is no flag of run", flag)
		}
	}
}
