package files

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"path/filepath"

	"github.com/flowctl/flowctl/internal/lint"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/flow"
)

// The part of SARIF 2.1.0 that code scanning reads.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name  string      `json:"name"`
		Rules []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID      string     `json:"id"`
		Short   sarifText  `json:"shortDescription"`
		Full    *sarifText `json:"fullDescription,omitempty"`
		Default struct {
			Level string `json:"level"`
		} `json:"defaultConfiguration"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
	}
	sarifPhysical struct {
		File struct {
			URI string `json:"uri"`
		} `json:"artifactLocation"`
		Region struct {
			Line   int `json:"startLine"`
			Column int `json:"startColumn"`
		} `json:"region"`
	}
)

// WriteSARIF writes the findings, and the rules that they are of.
func WriteSARIF(w io.Writer, findings []Finding) error {
	run := sarifRun{ColumnKind: "unicodeCodePoints", Results: []sarifResult{}}
	run.Tool.Driver = sarifDriver{Name: "flowctl", Rules: []sarifRule{}}
	used := map[string]bool{}
	for _, f := range findings {
		used[f.Code] = true
		var at sarifPhysical
		at.File.URI = (&url.URL{Path: filepath.ToSlash(f.File)}).String()
		at.Region.Line, at.Region.Column = f.Line, f.Column
		run.Results = append(run.Results, sarifResult{
			RuleID: f.Code, Level: sarifLevel(f.Severity), Message: sarifText{output.Lines(f.Message)}, Locations: []sarifLocation{{at}},
		})
	}
	for _, r := range Rules() {
		if !used[r.Code] {
			continue
		}
		rule := sarifRule{ID: r.Code, Short: sarifText{r.Summary}}
		if r.Details != "" {
			rule.Full = &sarifText{r.Details}
		}
		rule.Default.Level = sarifLevel(r.Severity)
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, rule)
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}})
	if err != nil {
		return fmt.Errorf("encode SARIF: %w", err)
	}
	return nil
}

func sarifLevel(s flow.Severity) string {
	if s == lint.Info {
		return "note"
	}
	return string(s)
}
