package files

import (
	"context"
	"io"
	"runtime"
	"slices"

	"github.com/flowctl/flowctl/internal/lint"
	"github.com/flowctl/flowctl/internal/parallel"
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

// checked is what came of one source.
type checked struct {
	flows    int
	fixed    int
	findings []Finding
	seen     []seenFlow
	err      error // nothing could be judged
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

// Report is what came of checking files.
type Report struct {
	Tally
	Findings []Finding
	Fixed    int // problems
}

// Check checks all files that paths mean, and what they show together.
func (c *Checker) Check(ctx context.Context, paths []string) (Report, error) {
	sources := Find(paths)
	results := make([]checked, len(sources))
	parallel.Each(ctx, len(sources), runtime.GOMAXPROCS(0), func(i int) { results[i] = c.check(ctx, sources[i]) })
	if err := ctx.Err(); err != nil {
		return Report{}, err
	}
	for _, r := range results {
		if r.err != nil {
			return Report{}, r.err
		}
	}
	var all Report
	err := c.across(sources, results)
	for _, r := range results {
		all.Add(r.flows, r.findings)
		all.Findings = append(all.Findings, r.findings...)
		all.Fixed += r.fixed
	}
	return all, err
}

// check looks at one source, after fixing it if that was asked for.
func (c *Checker) check(ctx context.Context, s Source) checked {
	p, err := c.policyOf(s.Path)
	if err != nil {
		return checked{err: err}
	}
	r := Read(ctx, c.Stdin, s, false)
	result := checked{}
	if c.Fix {
		if result.fixed, err = fix(s.Path, r.Flows, p.enabled); err != nil {
			return checked{err: err}
		}
		if result.fixed > 0 {
			r = Read(ctx, c.Stdin, s, false)
		}
	}
	result.flows = len(r.Flows)
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
	result.findings = p.graded(r.Findings)
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
