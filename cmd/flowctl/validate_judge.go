package main

import (
	"context"
	"io"
	"slices"

	"github.com/flowctl/flowctl/internal/lint"
	"github.com/flowctl/flowctl/internal/repo"
	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// fileChecker checks flow files, each by the flags and by what is configured for its folder.
type fileChecker struct {
	stdin   io.Reader
	strict  bool // warnings count as errors
	info    bool // what cannot be changed is shown, too
	fix     bool // what can be fixed is, in place
	disable []string
	// lockFolder returns the folder of the lock for the files of a folder, "" for none.
	lockFolder func(dir string) string
	server     *lint.Server // what it has, nil if it was not asked

	configs repo.Configs
}

// judged is what came of one source.
type judged struct {
	flows    int
	mended   int
	findings []finding
	seen     []seenFlow
	err      error // nothing could be judged
}

// policy is what is looked for in the files of one folder.
type policy struct {
	disabled     []string
	strict, info bool
}

// policyOf joins the flags and what is configured for the file at path.
func (c *fileChecker) policyOf(path string) (policy, error) {
	config, err := c.configs.Of(path)
	if err == nil {
		err = checkDisabled(config)
	}
	if err != nil {
		return policy{}, err
	}
	d := config.Validate
	return policy{slices.Concat(c.disable, d.Disable), c.strict || d.Strict, c.info || d.Info}, nil
}

func (p policy) enabled(code string) bool { return !slices.Contains(p.disabled, code) }

func (p policy) shown(code string, severity flow.Severity) bool {
	return p.enabled(code) && (severity != lint.Info || p.info)
}

// graded gives the findings that are shown, by position, as severe as they are taken.
func (p policy) graded(findings []finding) []finding {
	findings = slices.DeleteFunc(findings, func(f finding) bool { return !p.shown(f.Code, f.Severity) })
	byPosition(findings)
	for i := range findings {
		if f := &findings[i]; f.Severity == flow.SeverityWarning && p.strict {
			f.Severity = flow.SeverityError
		}
	}
	return findings
}

// judge looks at one source, after fixing it if that was asked for.
func (c *fileChecker) judge(ctx context.Context, s source) judged {
	p, err := c.policyOf(s.path)
	if err != nil {
		return judged{err: err}
	}
	r := readSource(ctx, c.stdin, s, false)
	result := judged{}
	if c.fix {
		if result.mended, err = mend(s.path, r.flows, p.enabled); err != nil {
			return judged{err: err}
		}
		if result.mended > 0 {
			r = readSource(ctx, c.stdin, s, false)
		}
	}
	result.flows = len(r.flows)
	for i := range r.flows {
		f := &r.flows[i]
		result.seen = append(result.seen, seenOf(f))
		if p.shown(lint.CodeSecret, flow.SeverityError) {
			r.findings = append(r.findings, besideFlow(f)...)
		}
		problems := lint.Check(f.Spec)
		if c.server != nil {
			problems = append(problems, c.server.Check(f.Spec)...)
		}
		for _, problem := range problems {
			if p.shown(problem.Code, problem.Severity) { // places cost time
				r.findings = append(r.findings, inFlow(f, problem))
			}
		}
	}
	result.findings = p.graded(r.findings)
	return result
}

// mend mends the flows of a file and writes it, in its canonical form but with
// all that it holds, if there was something to mend.
func mend(path string, flows []flowfile.File, enabled func(string) bool) (int, error) {
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
