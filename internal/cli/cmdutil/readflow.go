package cmdutil

import (
	"context"
	"slices"

	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// ReadFlow reads and checks the one flow of a file, of standard input with "-".
// A flow that is not valid is a [files.InvalidError] that lists its faults; warnings go to
// stderr.
func (a *App) ReadFlow(ctx context.Context, path string) (flowfile.File, error) {
	r := files.Read(ctx, a.In, files.Source{Path: path}, true)
	if err := ctx.Err(); err != nil {
		return flowfile.File{}, err
	}
	if err := files.OneFlow(path, r); err != nil {
		return flowfile.File{}, err
	}
	return r.Flows[0], a.CheckFindings(path, r.Findings)
}

// CheckFindings warns of what is odd, and fails if there are errors.
func (a *App) CheckFindings(path string, findings []files.Finding) error {
	faults := slices.DeleteFunc(slices.Clone(findings), func(f files.Finding) bool { return f.Severity != flow.SeverityError })
	if len(faults) > 0 {
		return files.InvalidFile(path, faults)
	}
	for _, f := range findings {
		a.Warn("%s", f.String())
	}
	return nil
}
