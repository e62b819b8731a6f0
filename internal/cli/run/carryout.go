package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/runner"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// carryOut runs the flow, shows it, and keeps and prints what came of it.
func (o *runOptions) carryOut(ctx context.Context, f runFlow, r runner.Runner, opts engine.Options) error {
	var shown *runShow // nil until the run has begun
	res, err := r.Run(ctx, opts, func(stop func(), waits bool) (_ func(runner.Event), err error) {
		if waits {
			o.app.Note("%s waits for its turn on the server", output.Quoted(f.Name))
		}
		if shown, err = o.show(ctx, f, stop); err != nil {
			return nil, err
		}
		return shown.listener(), nil
	})
	var failed error // to write the events
	if shown != nil {
		failed = shown.end()
	}
	var refused *runner.RefusedError
	switch {
	case errors.As(err, &refused):
		return f.refused(refused.Problems, cmp.Or(refused.Hint, servicesHint(f.Spec, unserved(refused.Problems))))
	case failed != nil:
		return fmt.Errorf("write the events: %w", failed)
	case err != nil:
		return err
	}
	kept := o.keep(ctx, f, r, &res.Record)
	if err := o.report(f, res.Record, shown); err != nil {
		return err
	}
	kept = errors.Join(kept, saveFiles(ctx, o.app, o.files, res.Record))
	hint := cmp.Or(o.whyRefused(res.Failures), o.whyLacking(f, res.Failures))
	return errors.Join(o.outcome(ctx, res.Record, len(f.Spec.Nodes), hint), kept)
}

// keep has the record kept on the server, or not, as the flags and the kind of the flow
// have it. Without --save a failure is only a warning: the run has its result.
func (o *runOptions) keep(ctx context.Context, f runFlow, r runner.Runner, record *flow.Execution) error {
	keep := !o.noSave && (o.save || f.File == nil)
	err := r.Keep(ctx, record, keep)
	if err == nil || !keep {
		return err
	}
	err = fmt.Errorf("the execution was not kept: %w", err)
	if o.save {
		return err
	}
	if errors.Is(err, client.ErrNotFound) {
		err = errors.New("the execution was not kept: the server keeps none; give --no-save")
	}
	o.app.Warn("%v", err)
	return nil
}
