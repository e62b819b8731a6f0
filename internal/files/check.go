package files

import (
	"context"
	"io"
	"slices"

	"github.com/flowctl/flowctl/internal/lint"
	"github.com/flowctl/flowctl/internal/repo"
	"github.com/flowctl/flowctl/internal/template"
	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// Checker checks flow files, each by the flags and by what is configured for its folder.
type Checker struct {
	Stdin   io.Reader
	Strict  bool // warnings count as errors
	Info    bool // what cannot be changed is shown, too
	Fix     bool // what can be fixed is, in place
	Disable []string
	// lockFolder returns the folder of the lock for the files of a folder, "" for none.
	LockFolder func(dir string) string
	Server     *lint.Server // what it has, nil if it was not asked

	configs repo.Configs
}

// Checked is what came of one source.
type Checked struct {
	Flows    int
	Fixed    int
	Findings []Finding
	seen     []seenFlow
	Err      error // nothing could be judged
}

// policy is what is looked for in the files of one folder.
type policy struct {
	disabled     []string
	strict, info bool
}

// policyOf joins the flags and what is configured for the file at path.
func (c *Checker) policyOf(path string) (policy, error) {
	config, err := c.configs.Of(path)
	if err == nil {
		err = checkDisabled(config)
	}
	if err != nil {
		return policy{}, err
	}
	d := config.Validate
	return policy{slices.Concat(c.Disable, d.Disable), c.Strict || d.Strict, c.Info || d.Info}, nil
}

func (p policy) enabled(code string) bool { return !slices.Contains(p.disabled, code) }

func (p policy) shown(code string, severity flow.Severity) bool {
	return p.enabled(code) && (severity != lint.Info || p.info)
}

// graded returns the findings that are shown, by position, as severe as they are taken.
func (p policy) graded(findings []Finding) []Finding {
	findings = slices.DeleteFunc(findings, func(f Finding) bool { return !p.shown(f.Code, f.Severity) })
	byPosition(findings)
	for i := range findings {
		if f := &findings[i]; f.Severity == flow.SeverityWarning && p.strict {
			f.Severity = flow.SeverityError
		}
	}
	return findings
}

// Check looks at one source, after fixing it if that was asked for.
func (c *Checker) Check(ctx context.Context, s Source) Checked {
	p, err := c.policyOf(s.Path)
	if err != nil {
		return Checked{Err: err}
	}
	r := Read(ctx, c.Stdin, s, false)
	result := Checked{}
	if c.Fix {
		if result.Fixed, err = fix(s.Path, r.Flows, p.enabled); err != nil {
			return Checked{Err: err}
		}
		if result.Fixed > 0 {
			r = Read(ctx, c.Stdin, s, false)
		}
	}
	result.Flows = len(r.Flows)
	for i := range r.Flows {
		f := &r.Flows[i]
		result.seen = append(result.seen, seenOf(f))
		if p.shown(lint.CodeSecret, flow.SeverityError) {
			r.Findings = append(r.Findings, aroundFlow(f)...)
		}
		spec := f.Spec
		if template.Is(f) {
			t := template.Of(f, s.Path, s.Path)
			spec = t.Sample()
			r.Findings = append(r.Findings, inTemplate(f, t)...)
		}
		problems := lint.Check(spec)
		if c.Server != nil {
			problems = append(problems, c.Server.Check(spec)...)
		}
		for _, problem := range problems {
			if p.shown(problem.Code, problem.Severity) { // places cost time
				r.Findings = append(r.Findings, InFlow(f, problem))
			}
		}
	}
	result.Findings = p.graded(r.Findings)
	return result
}

// fix fixes the flows of a file and writes it, in its canonical form but with
// all that it holds, if there was something to fix.
func fix(path string, flows []flowfile.File, enabled func(string) bool) (int, error) {
	mended := 0
	for i := range flows {
		spec, n := lint.Fix(flows[i].Spec, enabled)
		mended += n
		flows[i].Spec = spec
	}
	if mended == 0 {
		return 0, nil
	}
	_, err := flowfile.WriteFile(path, flows...)
	return mended, err
}
