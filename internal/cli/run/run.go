package run

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/engine/browser"
	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/runner"
	"github.com/flowctl/flowctl/internal/sync"
	"github.com/flowctl/flowctl/internal/template"
	"github.com/flowctl/flowctl/pkg/client"
)

type runOptions struct {
	app *cmdutil.App

	inputs, inputFiles, sets, models []string
	semantics, modelURL, on, format  string
	progress                         string
	parallel, retries                int
	maxCalls, maxTokens              int
	maxTime                          time.Duration
	maxMemory                        string
	save, noSave, explain, strict    bool
	stripThinking                    bool
	modelHeaders                     []string
	warnings                         int // of the run
	files                            string
	env                              sync.EnvFile
}

// NewRunCmd returns the command run.
func NewRunCmd(a *cmdutil.App) *cobra.Command {
	o := &runOptions{app: a}
	cmd := &cobra.Command{
		Use:        "run NAME|FILE|-",
		SuggestFor: []string{"exec", "execute", "start"},
		Short:      "Run a flow",
		Long: `Prints what the output nodes show: one text as it is, several values as a JSON
object by node id. Progress goes to stderr.

--input NODE=TEXT is the text of an input node, by its id or label. A flow with
one input node needs no NODE=, and takes standard input, too.

A file runs on this machine. A flow of a server runs there if the server runs
flows, else here. Models are those of the server, or at --model-url.

The exit code is 3 if the run fails. --explain shows what would run. See also
'flowctl help runs' and, for --engine, 'flowctl help engine'.

` + cmdutil.FileOrNameHelp,
		Example: `  flowctl run examples/content-review.json --model-url echo:
  echo "Some text" | flowctl run "Content review"
  flowctl run review.json --model-url http://localhost:11434 --model llama3.2
  flowctl run review.json --input topic=Go
  flowctl run review.json --set writer.temperature=0.2 -o json
  flowctl run review.json --explain`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeNameOrFile(a),
		RunE:              func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args[0]) },
	}
	o.register(cmd)
	return cmd
}

func (o *runOptions) run(ctx context.Context, arg string) error {
	if err := o.check(); err != nil {
		return err
	}
	opts, err := o.engineOptions()
	if err != nil {
		return err
	}
	f := runFlow{connect: func() (*client.Client, error) { return o.app.Connect(ctx) }}
	if f.NamedFlow, err = o.app.LoadFlow(ctx, arg); err != nil {
		return err
	}
	if f.File != nil && template.Is(f.File) {
		return files.InvalidError{Msg: f.Name + " is a template; make a flow from it first: 'flowctl new --template " + f.Name + "'"}
	}
	if err := o.mapEnv(ctx, &f, arg); err != nil {
		return err
	}
	doubts, err := runner.ChangeSpec(&f.Spec, o.sets, o.models)
	if err != nil {
		return cmdutil.Usage(err)
	}
	for _, text := range doubts {
		o.app.Warn("%s", text)
	}
	if o.explain {
		return o.printExplanation(f, browser.Explain(f.Spec, opts))
	}
	if o.save && f.ID == "" {
		return cmdutil.Usage(errors.New("--save needs a flow of the server: run it by its name or id, or a file that has one"))
	}
	if opts.Inputs, err = o.gather(ctx, &f, arg == files.StdinPath); err != nil {
		return err
	}
	asks, err := o.asksServer(f)
	if err != nil {
		return err
	}
	if asks {
		c, err := f.connect()
		if err != nil {
			return err
		}
		if err := o.carryOut(ctx, f, &runner.Server{Client: c, FlowID: f.ID, Version: f.Version}, opts); !errors.Is(err, runner.ErrNeverRuns) || o.on == onServer {
			return err
		}
	}
	if opts.Services, err = o.services(f.Spec); err != nil {
		return err
	}
	return o.carryOut(ctx, f, &runner.Here{Spec: f.Spec, ID: f.ID, Version: f.Version, Connect: f.connect}, opts)
}
