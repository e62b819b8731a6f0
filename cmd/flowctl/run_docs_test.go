package main

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/internal/cli"
	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/cli/run"
)

// TestEngineDocs checks that the page and the help for flow authors have every rule of
// the engine, and that the flags they name exist.
func TestEngineDocs(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "engine.md"))
	if err != nil {
		t.Fatal(err)
	}
	help := run.EngineHelp
	_, sections, _ := strings.Cut(string(text), "\n## Two semantics\n")
	sections, _, _ = strings.Cut(sections, "\n## ")
	rules := regexp.MustCompile(`(?m)^### (\w+)$`).FindAllStringSubmatch(sections, -1)
	if len(rules) < 12 {
		t.Errorf("docs/engine.md has the rules %v", rules)
	}
	for _, rule := range rules {
		if !strings.Contains(help, "\n  "+rule[1]+" ") {
			t.Errorf("'flowctl help engine' does not know the rule %s", rule[1])
		}
	}
	source, err := os.ReadFile(filepath.Join("..", "..", "internal", "engine", "browser", "differences.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range regexp.MustCompile(`(?:Rule: |say\(|sayOf\(.*?, .*?, )"([A-Z]\w+)"`).FindAllStringSubmatch(string(source), -1) {
		if !strings.Contains(sections, "\n### "+rule[1]+"\n") {
			t.Errorf("docs/engine.md has no section for the rule %s", rule[1])
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
