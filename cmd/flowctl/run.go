package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/pkg/flow"
)

// The values of run's --output.
const (
	runText  = "text"
	runJSON  = "json"
	runJSONL = "jsonl"
)

func runFormats() []string { return []string{runText, runJSON, runJSONL} }

type runOptions struct {
	app *app

	inputs, inputFiles, sets, models []string
	reading, modelURL, format        string
	parallel, retries                int
	maxCalls, maxTokens              int
	maxTime                          time.Duration
	save, noSave, explain            bool
}

func newRunCmd(a *app) *cobra.Command {
	o := &runOptions{app: a}
	cmd := &cobra.Command{
		Use:   "run REF|FILE|-",
		Short: "Run a flow",
		Long: `Run a flow here and print what its output nodes show: one text as it is, several
values as a JSON object by node id. On a terminal the nodes are shown while they
run.

Models are those of the server that flows are kept at, or of any OpenAI-compatible
address given with --model-url; the address "echo:" answers with what it is asked,
without a network. Knowledge bases, web search and files are the server's.

The value of an input node is given with --input NODE=TEXT or --input-file
NODE=PATH, where NODE is its id or label. If the flow has one input node, NODE= can
be left out, and what is piped to flowctl is its value.

The exit code is 3 when the flow cannot run or the run failed. 'flowctl run
--explain' tells what would happen without running anything. Both readings
(--engine) are explained in docs/engine.md.

` + fileOrRefHelp,
		Example: `  flowctl run examples/content-review.json --model-url echo:
  echo "Some text" | flowctl run "Content review"
  flowctl run review.json --input topic=Go --model-url http://localhost:11434 --model llama3.2
  flowctl run review.json --set writer.temperature=0.2 -o json
  flowctl run review.json --explain`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: a.completeRef,
		RunE:              func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args[0]) },
	}
	o.register(cmd)
	return cmd
}

func (o *runOptions) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringArrayVarP(&o.inputs, "input", "i", nil, "value of an input node: `[NODE=]TEXT`")
	f.StringArrayVar(&o.inputFiles, "input-file", nil, "the same from a file, - for standard input; an image is given as a file: `[NODE=]PATH`")
	f.StringArrayVar(&o.sets, "set", nil, "change a field of a node for this run: `NODE.FIELD=VALUE`")
	f.StringArrayVar(&o.models, "model", nil, "use model B in place of A, or of every model: `[A=]B`")
	f.StringVar(&o.modelURL, "model-url", "", "OpenAI-compatible `URL` of the models, or \"echo:\" (FLOWCTL_MODEL_URL; the key is FLOWCTL_MODEL_KEY)")
	f.StringVar(&o.reading, "engine", string(engine.Standard), "how the flow is read: standard or browser")
	f.IntVar(&o.parallel, "parallel", 8, "how many nodes run at once (engine standard)")
	f.IntVar(&o.retries, "retries", 2, "how often a model that is busy or failing is asked again (engine standard)")
	f.IntVar(&o.maxCalls, "max-calls", 0, "end the run before it makes more model calls, 0 for no limit")
	f.IntVar(&o.maxTokens, "max-tokens", 0, "end the run before a model call that would exceed so many tokens in all, 0 for no limit")
	f.DurationVar(&o.maxTime, "max-time", 0, "end the run after this time, 0 for no limit")
	f.BoolVar(&o.save, "save", false, "keep the execution on the server; the default for a REF")
	f.BoolVar(&o.noSave, "no-save", false, "do not keep it")
	f.BoolVar(&o.explain, "explain", false, "run nothing; tell the order, branches, model calls, and where the two readings differ")
	f.StringVarP(&o.format, "output", "o", runText, "output format: text, json (the execution) or jsonl (events as they come)")
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(runFormats(), cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("engine", cobra.FixedCompletions(
		[]string{string(engine.Standard), string(engine.Browser)}, cobra.ShellCompDirectiveNoFileComp))
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
	if err := o.edit(&f.spec); err != nil {
		return err
	}
	opts := engine.Options{
		Reading:  reading,
		Parallel: o.parallel,
		Retries:  o.retries,
		Limits:   engine.Limits{Calls: o.maxCalls, Tokens: o.maxTokens, Time: o.maxTime},
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
	if opts.Services, err = o.services(f.spec, reading); err != nil {
		return err
	}
	return o.carryOut(ctx, f, opts)
}

// check looks at the flags.
func (o *runOptions) check() (engine.Reading, error) {
	if !slices.Contains(runFormats(), o.format) {
		return "", unknownFormat(o.format, runFormats()...)
	}
	if o.save && o.noSave {
		return "", usageError{errors.New("--save and --no-save exclude each other; give one of them")}
	}
	reading, err := engine.ParseReading(o.reading)
	if err != nil {
		return "", usageError{err}
	}
	for _, f := range []struct {
		name  string
		value int
		least int
	}{{"parallel", o.parallel, 1}, {"retries", o.retries, 0}, {"max-calls", o.maxCalls, 0}, {"max-tokens", o.maxTokens, 0}, {"max-time", int(o.maxTime), 0}} {
		if f.value < f.least {
			return "", usageError{fmt.Errorf("--%s cannot be less than %d", f.name, f.least)}
		}
	}
	return reading, nil
}

// carryOut runs the flow, shows it, and keeps and prints what came of it.
func (o *runOptions) carryOut(ctx context.Context, f runFlow, opts engine.Options) error {
	running, stop := context.WithCancel(ctx)
	defer stop()
	shown, err := o.show(f, &opts, stop)
	if err != nil {
		return err
	}
	res, err := engine.Run(running, f.spec, opts)
	var refused *engine.RefusedError
	switch failed := shown.end(); {
	case errors.As(err, &refused):
		return f.refused(refused.Problems, o.hint(refused.Problems))
	case err != nil:
		return usageError{err}
	case failed != nil:
		return fmt.Errorf("write the events: %w", failed)
	}
	record := res.Execution(f.id)
	kept := o.keep(ctx, f, &record)
	if err := o.print(res, record); err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	if err := outcome(ctx, res); err != nil {
		return errors.Join(err, kept)
	}
	return kept
}

// hint says what would serve the nodes that lack a service.
func (o *runOptions) hint(problems []flow.Problem) string {
	lacks := slices.ContainsFunc(problems, func(p flow.Problem) bool { return p.Code == engine.CodeNoService })
	if !lacks {
		return ""
	}
	var b strings.Builder
	b.WriteString("name a server with --server or --profile")
	if o.modelAddress() == "" {
		b.WriteString(", or for models an address with --model-url, such as echo:")
	}
	return b.String()
}
