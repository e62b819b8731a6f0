package run

import (
	"context"
	"errors"
	"iter"
	"path/filepath"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/pkg/flow"
)

// mapEnv makes of the flow of a file what the server calls its models and knowledge
// bases. An environment that is not given counts only where the models are the server's.
func (o *runOptions) mapEnv(ctx context.Context, f *runFlow, arg string) error {
	if f.File == nil {
		if o.env.Path != "" {
			return cmdutil.Usage(errors.New("--env is for a flow file; a flow of the server has the server's names"))
		}
		return nil
	}
	if !o.env.Given() && o.modelAddress() == "" && !o.explain {
		t, err := o.app.TargetWithoutToken()
		if err != nil {
			return err
		}
		if t.Profile == "" {
			t.Profile = o.app.ProfileOf(t.Server)
		}
		if err := o.env.Choose(t.Profile, filepath.Dir(arg)); err != nil {
			return err
		}
	}
	if o.env.Path == "" {
		return nil
	}
	c, err := f.connect()
	if err != nil {
		return err
	}
	var one iter.Seq2[flow.Spec, error] = func(yield func(flow.Spec, error) bool) { yield(f.Spec, nil) }
	if err := o.env.Read(ctx, c, one); err != nil {
		return err
	}
	f.Spec = o.env.Env.Forward(f.Spec)
	return o.env.Doubt(false)
}
