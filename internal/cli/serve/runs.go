package serve

import (
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/httpx"
	"github.com/flowctl/flowctl/internal/provider"
	"github.com/flowctl/flowctl/internal/server"
)

// runSettings are the server's flags about running flows.
type runSettings struct {
	modelURL, keyFile          string
	backendURL, backendKeyFile string
	maxRuns, maxRunsPerUser    int
	maxRunTime                 time.Duration
	maxMemory                  string
	keep                       int // executions of a flow
	allowHosts                 []string

	checks []serviceCheck // of what the runs will call
	roots  *x509.CertPool // trusted for that; nil is those of the system
	log    *slog.Logger
}

// keepExecutions is how many executions of a flow a server keeps by default.
const keepExecutions = 1000

func (o *runSettings) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.modelURL, "model-url", "", "run flows here, with the models of this OpenAI-compatible `URL`, or \"echo:\"")
	f.StringVar(&o.keyFile, "model-key-file", "", "`file` with the key for the models")
	f.StringVar(&o.backendURL, "backend-url", "",
		"run flows here, with the knowledge bases, web search and files of the Open WebUI compatible server at this `URL`, and without --model-url its models")
	f.StringVar(&o.backendKeyFile, "backend-key-file", "", "`file` with the key for that server, whose rights all runs then have")
	f.IntVar(&o.maxRuns, "max-runs", server.DefaultMaxRuns, "at most `n` runs at once; the others wait, and their users have turns")
	f.IntVar(&o.maxRunsPerUser, "max-runs-per-user", 0, "at most `n` runs of one user at once (default a quarter of --max-runs, at least 1)")
	f.DurationVar(&o.maxRunTime, "max-run-time", time.Hour, "end a run after this `time`, waiting not counted; 0 for no limit")
	f.StringVar(&o.maxMemory, "max-memory", "256MiB", "end a run before what it holds takes more memory, a `size`, but never more than a quarter of --total-memory; a request may only ask for less")
	f.IntVar(&o.keep, "keep-executions", keepExecutions, "keep the newest `n` executions of each flow, of all its users alike, 0 for all")
	f.StringArrayVar(&o.allowHosts, "allow-host", nil,
		"let flows fetch pages of this `host`: a name, *.NAME, * for every public one, or an address or network for one that is not public (repeatable)")
}

// apply checks the flags and adds what they say to the server's options.
func (o *runSettings) apply(opts *server.Options) error {
	switch {
	case o.maxRuns < 1:
		return cmdutil.Usage(fmt.Errorf("--max-runs is %d; give 1 or more", o.maxRuns))
	case o.maxRunsPerUser < 0:
		return cmdutil.Usage(fmt.Errorf("--max-runs-per-user is %d; give 1 or more, or 0 for a quarter of --max-runs", o.maxRunsPerUser))
	case o.maxRunTime < 0:
		return cmdutil.Usage(fmt.Errorf("--max-run-time is %v; give a time such as 10m, or 0 for no limit", o.maxRunTime))
	case o.keep < 0:
		return cmdutil.Usage(fmt.Errorf("--keep-executions is %d; give 1 or more, or 0 for all", o.keep))
	case o.modelURL == "" && o.keyFile != "":
		return cmdutil.Usage(errors.New("--model-key-file is the key for --model-url; add that"))
	case o.backendURL == "" && o.backendKeyFile != "":
		return cmdutil.Usage(errors.New("--backend-key-file is the key for --backend-url; add that"))
	case o.modelURL == "" && o.backendURL == "" && len(o.allowHosts) > 0:
		return cmdutil.Usage(errors.New("--allow-host is about runs on the server; add --model-url or --backend-url"))
	}
	memory, err := cmdutil.ParseSize("max-memory", o.maxMemory)
	if err != nil {
		return err
	}
	opts.KeepExecutions = o.keep
	if o.modelURL == "" && o.backendURL == "" {
		return nil
	}
	o.log = opts.Logger
	services, err := o.services()
	if err != nil {
		return err
	}
	opts.Runs = &server.Runs{Services: services, Max: o.maxRuns, PerUser: o.maxRunsPerUser, MaxTime: o.maxRunTime, MaxMemory: memory}
	return nil
}

// services is what the flows' nodes may call. Models and the backend are asked at
// the operator's addresses alone, and redirects followed within them. Pages are
// fetched by this server, where the operator allows, and never by the backend.
func (o *runSettings) services() (engine.Services, error) {
	var s engine.Services
	guard, err := provider.NewGuard(o.allowHosts)
	if err != nil {
		return s, cmdutil.Usage(fmt.Errorf("--allow-host: %w", err))
	}
	if o.backendURL != "" {
		opts, err := o.withKey("the backend's key", o.backendKeyFile)
		if err != nil {
			return s, err
		}
		backend, err := provider.NewBackend(o.backendURL, opts)
		if err != nil {
			return s, cmdutil.Usage(fmt.Errorf("--backend-url: %w", err))
		}
		s = backend.Services()
		o.checkLater("--backend-url", backend)
	}
	if o.modelURL != "" {
		opts, err := o.withKey("the models' key", o.keyFile)
		if err != nil {
			return s, err
		}
		if s.Model, err = provider.NewModel(o.modelURL, opts); err != nil {
			return s, cmdutil.Usage(fmt.Errorf("--model-url: %w", err))
		}
		o.checkLater("--model-url", s.Model)
	}
	s.Model = provider.OwnImages(s.Model)
	if s.Searcher != nil || len(o.allowHosts) > 0 {
		s.Searcher = provider.NewWeb(guard, s.Searcher, o.callOptions())
	}
	return s, nil
}

func userAgent() string { return "flowctl/" + cmdutil.ReleaseVersion() }

// callOptions are how the server calls for runs. Where to is told to its operator
// alone, in the log.
func (o *runSettings) callOptions() provider.Options {
	return provider.Options{Transport: httpx.NewTransport(o.roots), UserAgent: userAgent(), Silence: cmdutil.ModelTimeout, Report: func(err error) {
		o.log.Warn("a call of a run failed", "error", err)
	}}
}

// withKey are callOptions with the key in a file, "" for none. what is what it is the
// key for.
func (o *runSettings) withKey(what, keyFile string) (provider.Options, error) {
	opts := o.callOptions()
	if keyFile == "" {
		return opts, nil
	}
	text, err := os.ReadFile(keyFile) //nolint:gosec // the operator names it
	if err != nil {
		return opts, fmt.Errorf("read %s: %w", what, err)
	}
	if opts.Token = strings.TrimSpace(string(text)); opts.Token == "" {
		return opts, fmt.Errorf("read %s: the file %s is empty", what, keyFile)
	}
	return opts, nil
}
