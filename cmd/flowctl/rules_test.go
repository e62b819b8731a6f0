package main

import (
	"bytes"
	"fmt"
	"os"
	"testing"

	"github.com/flowctl/flowctl/internal/files"
)

// TestGeneratedRules checks that docs/rules.md is made from the rules that 'flowctl
// help rules' explains. With -update it writes the page.
func TestGeneratedRules(t *testing.T) {
	const path = "../../docs/rules.md"
	var page bytes.Buffer
	page.WriteString("# Rules\n\nWhat `flowctl validate` reports. `flowctl help rules` lists the same rules, `flowctl help rules CODE` explains one.\n\n" +
		"An *error* means that the flow cannot run, or would not do what it is drawn to do. A *warning* is allowed but probably a mistake; `--strict` makes it an error. " +
		"An *info* cannot be changed in the flow; `--info` shows it. `--disable CODE` turns a rule off, as does `disable` in `.flowctl.yaml`.\n\n" +
		"| rule | severity | |\n|---|---|---|\n")
	for _, r := range files.Rules() {
		fmt.Fprintf(&page, "| [%s](#%s) | %s | %s |\n", r.Code, r.Code, r.Severity, r.Summary)
	}
	for _, r := range files.Rules() {
		fmt.Fprintf(&page, "\n## %s\n\n", r.Code)
		_, text, _ := bytes.Cut([]byte(files.Explain(r)), []byte("\n\n"))
		page.Write(text)
		if r.Proof != "" {
			fmt.Fprintf(&page, "\nThe recorded run [%s](../internal/engine/testdata/vectors/%s.json) shows it.\n", r.Proof, r.Proof)
		}
	}
	if *update {
		if err := os.WriteFile(path, page.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, page.Bytes()) {
		t.Errorf("docs/rules.md is out of date (%v); run 'make generate'", err)
	}
}
