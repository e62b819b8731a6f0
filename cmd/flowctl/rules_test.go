package main

import (
	"bytes"
	"fmt"
	"os"
	"testing"

	"github.com/flowctl/flowctl/internal/files"
)

// TestGeneratedRules checks that docs/rules.md says what the table of rules says.
// With -update it writes it.
func TestGeneratedRules(t *testing.T) {
	const path = "../../docs/rules.md"
	var page bytes.Buffer
	page.WriteString("# Rules\n\nWhat `flowctl validate` looks for. The page is made of the table in internal/lint; change it there.\n\n" +
		"An *error* means that the flow cannot run, or would not mean what it says. A *warning* is allowed and seldom meant; `--strict` makes it an error. " +
		"*info* cannot be changed in the flow and is shown with `--info`. `--disable CODE` leaves a rule out, as does `disable` in `.flowctl.yaml`.\n\n" +
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
