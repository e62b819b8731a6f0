package files

import (
	"cmp"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/disk"
	"github.com/flowctl/flowctl/internal/lint"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/secrets"
	"github.com/flowctl/flowctl/internal/template"
	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// Finding is something wrong with a flow file, and where.
type Finding struct {
	File     string        `json:"file"`   // as it was named, "-" for standard input
	Line     int           `json:"line"`   // from 1
	Column   int           `json:"column"` // from 1, in characters
	Severity flow.Severity `json:"severity"`
	Code     string        `json:"code"` // one of lint.Rules, or of the codes below
	Message  string        `json:"message"`
	Node     string        `json:"node,omitempty"`
	Edge     string        `json:"edge,omitempty"`
	Pointer  string        `json:"pointer,omitempty"` // JSON pointer into the flow
}

// The codes of what is wrong with files, whatever their flows say.
const (
	CodeUnreadable = "unreadable-file" // it cannot be found, opened or read to its end
	codeInvalid    = "invalid-file"    // it is not JSON, or no flow file that this version knows
	codeOdd        = "odd-file"        // it is read, but something in it is not understood

	codeTwin = "duplicate-flow-id" // another file has the same id

	codeTemplate = "template" // a template is not valid, or stands where a flow is needed
)

// unreadable is the finding for a source that nothing could be read from.
func unreadable(path string, err error) Finding {
	return Finding{File: path, Line: 1, Column: 1, Severity: flow.SeverityError, Code: CodeUnreadable, Message: err.Error()}
}

// inFile is the finding for what flowfile says of a file.
func inFile(e *flowfile.Error, severity flow.Severity, code string) Finding {
	msg := e.Msg
	if e.Err != nil {
		msg += ": " + e.Err.Error()
	}
	return Finding{File: e.Path, Line: max(e.Line, 1), Column: max(e.Col, 1), Severity: severity, Code: code, Message: msg}
}

// InFlow is the finding for a problem of a flow that f holds.
func InFlow(f *flowfile.File, p flow.Problem) Finding {
	line, col := f.Position(p.Pointer)
	return Finding{
		File: f.Path, Line: line, Column: col, Severity: p.Severity, Code: p.Code,
		Message: p.Message, Node: p.Node, Edge: p.Edge, Pointer: p.Pointer,
	}
}

// inTemplate returns the findings for what is wrong with a template.
func inTemplate(f *flowfile.File, t template.Template) (found []Finding) {
	for _, p := range t.Problems {
		line, col := f.Position(p.Pointer)
		if p.Pointer == "" {
			line, col = f.MemberPosition(template.Key)
		}
		found = append(found, Finding{File: f.Path, Line: line, Column: col, Severity: flow.SeverityError, Code: codeTemplate, Message: p.Message, Pointer: p.Pointer})
	}
	return found
}

// aroundFlow returns the findings for secrets in what the file says next to its flow.
func aroundFlow(f *flowfile.File) []Finding {
	var found []Finding
	for _, m := range f.Extra {
		problems := lint.CheckFields(flow.Object{m})
		if len(problems) == 0 {
			continue // without looking for the place
		}
		line, col := f.MemberPosition(m.Key)
		for _, p := range problems {
			found = append(found, Finding{File: f.Path, Line: line, Column: col, Severity: p.Severity, Code: p.Code, Message: p.Message})
		}
	}
	if secrets.RedactText(f.ID) != f.ID {
		line, col := f.MemberPosition("id")
		found = append(found, Finding{
			File: f.Path, Line: line, Column: col, Severity: flow.SeverityError, Code: lint.CodeSecret,
			Message: "the flow's id is " + secrets.RedactText(f.ID) + "; take it out, and have it revoked",
		})
	}
	return found
}

// byPosition sorts the findings of one file.
func byPosition(findings []Finding) {
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

// String is the finding as compilers write theirs, so that editors find the place.
func (f Finding) String() string {
	return fmt.Sprintf("%s:%d:%d: %s %s %s", output.Text(f.File), f.Line, f.Column, f.Severity, f.Code, output.Text(f.Message))
}

// Annotation is the finding as a workflow command, which GitHub shows next to the
// line of the file.
func (f Finding) Annotation() string {
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	level := string(f.Severity)
	if f.Severity == lint.Info {
		level = "notice"
	}
	return fmt.Sprintf("::%s file=%s,line=%d,col=%d,title=%s::%s",
		level, property.Replace(f.File), f.Line, f.Column, property.Replace(f.Code), data.Replace(output.Lines(f.Message)))
}

// FromTop returns findings with the paths of their files as seen from the top of the
// repository, if there is one: that is what code hosts look for.
func FromTop(findings []Finding) []Finding {
	findings = slices.Clone(findings)
	for i := range findings {
		f := &findings[i]
		at, err := filepath.Abs(f.File)
		if err != nil || f.File == StdinPath {
			continue
		}
		if top, ok := disk.RepositoryTop(filepath.Dir(at)); ok {
			if path, err := filepath.Rel(top, at); err == nil {
				f.File = filepath.ToSlash(path)
			}
		}
	}
	return findings
}

// WriteFindings writes the findings, a line for each as form has it.
func WriteFindings(w io.Writer, findings []Finding, form func(Finding) string) error {
	for _, f := range findings {
		if _, err := fmt.Fprintln(w, form(f)); err != nil {
			return err
		}
	}
	return nil
}

// Tally counts what was looked at and what was found.
type Tally struct{ files, flows, errors, warnings, unreadable int }

// Add counts a file with its flows and findings.
func (t *Tally) Add(flows int, findings []Finding) {
	t.files++
	t.flows += flows
	for _, f := range findings {
		if f.Code == CodeUnreadable {
			t.unreadable++
		}
		switch f.Severity {
		case flow.SeverityError:
			t.errors++
		case flow.SeverityWarning:
			t.warnings++
		}
	}
}

// Verdict is the error that a command ends with if there were errors, and what it
// therefore did not do, "" for nothing. If a file could not be read it is not an answer.
func (t Tally) Verdict(undone string) error {
	text := t.String()
	if t.unreadable > 0 {
		text += fmt.Sprintf(" (%d could not be read)", t.unreadable)
	}
	if undone != "" {
		text += ": " + undone
	}
	switch {
	case t.errors == 0:
		return nil
	case t.unreadable > 0:
		return UnreadableError{text}
	}
	return InvalidError{text}
}

// String returns "1 error and 2 warnings in 6 flows of 3 files".
func (t Tally) String() string {
	found := "no problems"
	switch {
	case t.errors > 0 && t.warnings > 0:
		found = output.Plural(t.errors, "error") + " and " + output.Plural(t.warnings, "warning")
	case t.errors > 0:
		found = output.Plural(t.errors, "error")
	case t.warnings > 0:
		found = output.Plural(t.warnings, "warning")
	}
	return fmt.Sprintf("%s in %s of %s", found, output.Plural(t.flows, "flow"), output.Plural(t.files, "file"))
}
