package cmdutil

import (
	"context"
	"slices"

	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// FileOrNameHelp explains FILE|NAME in the help of the commands that take either.
const FileOrNameHelp = `FILE is a flow file, or - for standard input. NAME is a flow's exact name, its
id, or the first characters of its id (4 or more). NAME@7, NAME@-1 and
NAME@2026-11-01 are what it was ('flowctl help versions').`

// NamedFlow is a flow that was named on the command line.
type NamedFlow struct {
	Name    string         // the file's path, or the flow's name with "@" and the version, if one was named
	ID      string         // of the flow on the server, "" if it has none
	Version int64          // the number of the one that was named, 0 without
	File    *flowfile.File // nil for a flow of the server
	Spec    flow.Spec
}

// LoadFlow reads the flow of a FILE|NAME argument. It connects only for a NAME.
func (a *App) LoadFlow(ctx context.Context, arg string) (NamedFlow, error) {
	if files.IsFileArg(arg) {
		r := files.Read(ctx, a.In, files.Source{Path: arg}, false)
		if err := files.OneFlow(arg, r); err != nil {
			return NamedFlow{}, err
		}
		file := &r.Flows[0]
		return NamedFlow{Name: arg, ID: file.ID, File: file, Spec: file.Spec}, nil
	}
	refs, err := a.FindVersions(ctx, arg)
	if err != nil {
		return NamedFlow{}, err
	}
	f, v, err := a.GetVersion(ctx, refs[0])
	named := NamedFlow{Name: f.Name, ID: refs[0].ID, Spec: f.Spec}
	if v != nil {
		named.Version = v.Number
		named.Name += "@" + refs[0].At(v)
	}
	return named, err
}

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

// CheckFindings prints the findings that are warnings and returns an error if there are
// errors among them.
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
