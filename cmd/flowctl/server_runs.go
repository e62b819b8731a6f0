package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/provider"
	"github.com/flowctl/flowctl/internal/server"
)

// runSettings are the server's flags about running flows.
type runSettings struct {
	modelURL, keyFile string
	maxRuns, keep     int
	allowHosts        []string
}

// keepExecutions is how many executions of a flow a server keeps by default.
const keepExecutions = 1000

func (o *runSettings) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.modelURL, "model-url", "", "run flows here, with the models of this OpenAI-compatible `URL`, or \"echo:\"")
	f.StringVar(&o.keyFile, "model-key-file", "", "`file` with the key for the models")
	f.IntVar(&o.maxRuns, "max-runs", server.DefaultMaxRuns, "at most `n` runs at once; the others wait in order")
	f.IntVar(&o.keep, "keep-executions", keepExecutions, "keep the newest `n` executions of each flow, 0 for all")
	f.StringArrayVar(&o.allowHosts, "allow-host", nil,
		"let flows fetch pages of this `host`: a name, *.NAME, * for every public one, or an address or network for one that is not public (repeatable)")
}

// apply checks the flags and adds what they say to the server's options.
func (o *runSettings) apply(opts *server.Options) error {
	switch {
	case o.maxRuns < 1:
		return usageError{fmt.Errorf("--max-runs is %d; give 1 or more", o.maxRuns)}
	case o.keep < 0:
		return usageError{fmt.Errorf("--keep-executions is %d; give 1 or more, or 0 for all", o.keep)}
	case o.modelURL == "" && (o.keyFile != "" || len(o.allowHosts) > 0):
		return usageError{errors.New("--model-key-file and --allow-host are about runs on the server; add --model-url")}
	}
	opts.KeepExecutions = o.keep
	if o.modelURL == "" {
		return nil
	}
	services, err := o.services()
	if err != nil {
		return err
	}
	opts.Runs = &server.Runs{Services: services, Max: o.maxRuns}
	return nil
}

// services is what the flows' nodes may call. A model is asked at the operator's
// address alone, and follows redirects within it; pages are fetched where the
// operator allows.
func (o *runSettings) services() (engine.Services, error) {
	var s engine.Services
	agent := "flowctl/" + releaseVersion()
	key, err := o.key()
	if err != nil {
		return s, err
	}
	s.Model, err = provider.NewModel(o.modelURL, provider.Options{Token: key, UserAgent: agent, Silence: modelPatience})
	if err != nil {
		return s, usageError{fmt.Errorf("--model-url: %w", err)}
	}
	if len(o.allowHosts) > 0 {
		guard, err := provider.NewGuard(o.allowHosts)
		if err != nil {
			return s, usageError{fmt.Errorf("--allow-host: %w", err)}
		}
		s.Searcher = provider.NewWeb(guard, agent)
	}
	return s, nil
}

// key reads the models' key, "" without one.
func (o *runSettings) key() (string, error) {
	if o.keyFile == "" {
		return "", nil
	}
	text, err := os.ReadFile(o.keyFile)
	if err != nil {
		return "", fmt.Errorf("read the models' key: %w", err)
	}
	key := strings.TrimSpace(string(text))
	if key == "" {
		return "", fmt.Errorf("the models' key file %s is empty", o.keyFile)
	}
	return key, nil
}
