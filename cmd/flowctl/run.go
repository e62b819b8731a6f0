package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/engine"
)

type runOptions struct {
	app *app

	inputs, inputFiles, sets, models []string
	reading, modelURL, on, format    string
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
	env                              envFlag
}

func newRunCmd(a *app) *cobra.Command {
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

` + fileOrNameHelp,
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
	reading, err := o.check()
	if err != nil {
		return err
	}
	f, err := o.app.loadRun(ctx, arg)
	if err != nil {
		return err
	}
	if err := o.mapEnv(ctx, &f, arg); err != nil {
		return err
	}
	doubts, err := changeSpec(&f.spec, o.sets, o.models)
	if err != nil {
		return usageError{err}
	}
	for _, text := range doubts {
		o.app.warn("%s", text)
	}
	memory, err := parseSize("max-memory", o.maxMemory)
	if err != nil {
		return err
	}
	opts := engine.Options{
		Reading:       reading,
		Parallel:      o.parallel,
		Retries:       o.retries,
		StripThinking: o.stripThinking,
		Limits:        engine.Limits{Calls: o.maxCalls, Tokens: o.maxTokens, Time: o.maxTime, Memory: memory},
	}
	if o.retries == 0 {
		opts.Retries = -1
	}
	if o.explain {
		return o.printExplanation(f, engine.Explain(f.spec, opts))
	}
	if o.save && f.id == "" {
		return usageError{errors.New("--save needs a flow of the server: run it by its name or id, or a file that has one")}
	}
	if opts.Inputs, err = o.gather(ctx, &f, arg == stdinPath); err != nil {
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
		if err := o.carryOut(ctx, f, &serverRunner{c: c, flowID: f.id}, opts); !errors.Is(err, errNeverRuns) || o.on == onServer {
			return err
		}
	}
	if opts.Services, err = o.services(f.spec, reading); err != nil {
		return err
	}
	return o.carryOut(ctx, f, &hereRunner{f.spec, f.id, f.connect}, opts)
}

// carryOut runs the flow, shows it, and keeps and prints what came of it.
func (o *runOptions) carryOut(ctx context.Context, f runFlow, r runner, opts engine.Options) error {
	var shown *runShow // nil until the run has begun
	res, err := r.Run(ctx, opts, func(stop func(), waits bool) (_ func(runEvent), err error) {
		if waits {
			o.app.note("%s waits for its turn on the server", quoted(f.name))
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
	var refused *refusedError
	switch {
	case errors.As(err, &refused):
		return f.refused(refused.problems, cmp.Or(refused.hint, servicesHint(f.spec, unserved(refused.problems))))
	case failed != nil:
		return fmt.Errorf("write the events: %w", failed)
	case err != nil:
		return err
	}
	kept := o.keep(ctx, f, r, &res.record)
	if err := o.report(f, res.record, shown); err != nil {
		return err
	}
	kept = errors.Join(kept, o.app.saveFiles(ctx, o.files, res.record))
	summary := summaryOf(res.record, len(f.spec.Nodes))
	summary.hint, summary.strict, summary.warnings = cmp.Or(whyRefused(opts.Reading, res.failures), o.whyLacking(f, res.failures)), o.strict, o.warnings
	if err := summary.outcome(ctx); err != nil {
		return errors.Join(err, kept)
	}
	return kept
}
