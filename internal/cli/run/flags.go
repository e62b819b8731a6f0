package run

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/engine/browser"
)

// The values of run's --output.
const (
	runText  = "text"
	runJSON  = "json"
	runJSONL = "jsonl"
)

func (o *runOptions) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringArrayVarP(&o.inputs, "input", "i", nil, "text for an input node: `[NODE=]TEXT`")
	f.StringArrayVar(&o.inputFiles, "input-file", nil, "the same from a file, - for standard input; images too: `[NODE=]PATH`")
	f.StringArrayVar(&o.sets, "set", nil, "change a field of a node for this run: `NODE.FIELD=VALUE`")
	f.StringArrayVar(&o.models, "model", nil, "use model B in place of A, or of every model: `[A=]B`")
	f.StringVar(&o.modelURL, "model-url", "", "OpenAI-compatible `URL` of the models, or \"echo:\" (FLOWCTL_MODEL_URL; the key is FLOWCTL_MODEL_KEY)")
	f.StringArrayVar(&o.modelHeaders, "model-header", nil, "send a header to the models with every request, such as \"api-key: …\": `NAME:VALUE`; prefer FLOWCTL_MODEL_HEADERS, one a line, which others cannot see")
	f.BoolVar(&o.stripThinking, "strip-thinking", false, "leave out the thoughts that an answer begins with, such as <think>…</think> (engine standard)")
	cmdutil.EnumVar(cmd, &o.semantics, "engine", "", browser.Standard,
		"run as documented (standard) or exactly as the browser does, bugs included (browser)", browser.Standard, browser.Name)
	f.IntVar(&o.parallel, "parallel", standardParallel, "how many nodes run at once (engine standard)")
	f.IntVar(&o.retries, "retries", standardRetries, "how often a call that failed on the way, or was answered 408, 429 or 5xx, is tried again (engine standard)")
	f.BoolVar(&o.strict, "strict", false, "exit with 3 if the run succeeded with warnings, such as an answer that was cut off")
	f.IntVar(&o.maxCalls, "max-calls", 0, "end the run before it makes more model calls, 0 for no limit")
	f.IntVar(&o.maxTokens, "max-tokens", 0, "end the run before a model call that would exceed so many tokens in all, 0 for no limit")
	f.DurationVar(&o.maxTime, "max-time", 0, "end the run after this time, 0 for no limit")
	f.StringVar(&o.maxMemory, "max-memory", "256MiB", "end the run before what it holds takes more memory, a `size`")
	cmdutil.EnumVar(cmd, &o.on, "on", "", "", "run on this machine (here) or on the server (server); default: the server, if it can", onHere, onServer)
	f.BoolVar(&o.save, "save", false, "record this run on the server (default for a flow of the server)")
	f.BoolVar(&o.noSave, "no-save", false, "do not record this run")
	f.StringVar(&o.files, "files", "", filesUsage)
	f.BoolVar(&o.explain, "explain", false, "do not run; show the order of nodes, the number of model calls, and where the browser would behave differently")
	cmdutil.EnumVar(cmd, &o.format, "output", "o", runText, "output format: text, json (the execution) or jsonl (events as they come)", runText, runJSON, runJSONL)
	cmdutil.EnumVar(cmd, &o.progress, "progress", "", progressAuto,
		"how the run is shown on stderr: auto (a tree on a terminal, else plain), plain (a line for each node) or none", progressAuto, progressPlain, progressNone)
	o.app.EnvFlags(cmd, &o.env, false)
	_ = cmd.RegisterFlagCompletionFunc("model", completeModel(o.app))
	_ = cmd.RegisterFlagCompletionFunc("set", completeSet(o.app))
}

// check looks at the flags.
func (o *runOptions) check() error {
	if o.save && o.noSave {
		return cmdutil.Usage(errors.New("--save and --no-save exclude each other; give one of them"))
	}
	for _, f := range []struct {
		name  string
		value int
		least int
	}{{"parallel", o.parallel, 1}, {"retries", o.retries, 0}, {"max-calls", o.maxCalls, 0}, {"max-tokens", o.maxTokens, 0}, {"max-time", int(o.maxTime), 0}} {
		if f.value < f.least {
			return cmdutil.Usage(fmt.Errorf("--%s cannot be less than %d", f.name, f.least))
		}
	}
	return nil
}

// engineOptions returns what the flags say of a run, but for its inputs.
func (o *runOptions) engineOptions() (engine.Options, error) {
	semantics, err := browser.Named(o.semantics)
	if err != nil {
		return engine.Options{}, cmdutil.Usage(err)
	}
	memory, err := cmdutil.ParseSize("max-memory", o.maxMemory)
	retries := o.retries
	if retries == 0 {
		retries = -1
	}
	return engine.Options{
		Semantics: semantics, Parallel: o.parallel, Retries: retries, StripThinking: o.stripThinking,
		Limits: engine.Limits{Calls: o.maxCalls, Tokens: o.maxTokens, Time: o.maxTime, Memory: memory},
	}, err
}
