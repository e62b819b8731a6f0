package main

import (
	"context"
	"slices"

	"github.com/flowctl/flowctl/internal/lint"
	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// judged is what came of one source.
type judged struct {
	flows    int
	mended   int
	findings []finding
	err      error // nothing could be judged
}

// judge looks at one source, after mending it if that was asked for.
func (o *validateOptions) judge(ctx context.Context, s source) judged {
	config, err := o.configs.of(s.path)
	if err != nil {
		return judged{err: err}
	}
	enabled := func(code string) bool {
		return !slices.Contains(o.disable, code) && !slices.Contains(config.Validate.Disable, code)
	}
	r := o.app.readSource(ctx, s, false)
	result := judged{}
	if o.fix {
		if result.mended, err = mend(ctx, s.path, r.flows, enabled); err != nil {
			return judged{err: err}
		}
		if result.mended > 0 {
			r = o.app.readSource(ctx, s, false)
		}
	}
	result.flows = len(r.flows)
	shown := func(code string, severity flow.Severity) bool {
		return enabled(code) && (severity != lint.Info || o.info || config.Validate.Info)
	}
	r.findings = slices.DeleteFunc(r.findings, func(f finding) bool { return !shown(f.Code, f.Severity) })
	for i := range r.flows {
		f := &r.flows[i]
		problems := lint.Check(f.Spec)
		if o.server != nil {
			problems = append(problems, o.server.Check(f.Spec)...)
		}
		for _, p := range problems {
			if shown(p.Code, p.Severity) { // places cost time
				r.findings = append(r.findings, inFlow(f, p))
			}
		}
	}
	byPosition(r.findings)
	for i := range r.findings {
		if f := &r.findings[i]; f.Severity == flow.SeverityWarning && (o.strict || config.Validate.Strict) {
			f.Severity = flow.SeverityError
		}
	}
	result.findings = r.findings
	return result
}

// mend mends the flows of a file and writes it, in its canonical form but with
// all that it holds, if there was something to mend.
func mend(ctx context.Context, path string, flows []flowfile.File, enabled func(string) bool) (int, error) {
	mended := 0
	for i := range flows {
		spec, n := lint.Fix(flows[i].Spec, enabled)
		mended += n
		flows[i].Spec = spec
	}
	if mended == 0 {
		return 0, nil
	}
	_, err := flowfile.WriteFile(ctx, path, flows...)
	return mended, err
}
