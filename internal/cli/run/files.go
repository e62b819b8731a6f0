package run

import (
	"context"
	"errors"
	"fmt"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/internal/record"
	"github.com/flowctl/flowctl/internal/repo"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// filesUsage is that of --files.
const filesUsage = "save the files that the run made into the folder `DIR`; nothing there is overwritten"

// saveFiles saves the files that output nodes of a run show into a folder, "" for
// nowhere. What was interrupted saves none.
func saveFiles(ctx context.Context, a *cmdutil.App, dir string, e flow.Execution) error {
	if dir == "" || ctx.Err() != nil {
		return nil //nolint:nilerr // who interrupted the run is told so elsewhere
	}
	files := record.Files(e)
	if len(files) == 0 {
		a.Note("The run made no files.")
		return nil
	}
	if err := repo.CheckNamed(dir); err != nil {
		return fmt.Errorf("save the files in %s: %w", dir, err)
	}
	t, err := a.Target()
	if err != nil {
		return err
	}
	if t.Local() {
		return errors.New("the local store has no files; name the server that has them with --server or --profile")
	}
	backend, err := a.Backend(t, calls(a, t.Token))
	if err != nil {
		return err
	}
	return record.Save(ctx, dir, files, backend.Open, func(path string) { a.Note("Saved %s", output.Text(path)) })
}

// readable is a record as flowctl keeps it, if the editor kept it, and the flow that
// it is of, without nodes where that is not to be had.
func readable(ctx context.Context, c *client.Client, e flow.Execution) (flow.Execution, flow.Spec) {
	if shown, _ := rawjson.ParseObject(e.Outputs); len(shown) > 0 && !record.FromEditor(e) {
		return e, flow.Spec{}
	}
	stored, _ := c.Flows.Get(ctx, e.FlowID) // which may be gone
	return record.Normal(e, stored.Spec), stored.Spec
}

// noOutputs is the warning of a run of a flow without an output node.
const noOutputs = "the flow has no output node; shown is what came of the nodes that nothing follows. Add an output node to choose what is shown"
