package run

import (
	"cmp"
	"encoding/json"
	"os"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/engine/browser"
	"github.com/flowctl/flowctl/internal/httpx"
	"github.com/flowctl/flowctl/internal/provider"
	"github.com/flowctl/flowctl/pkg/flow"
)

// modelAddress is where models are, "" for the server's.
func (o *runOptions) modelAddress() string {
	return cmp.Or(o.modelURL, os.Getenv("FLOWCTL_MODEL_URL"))
}

// services returns what the flow's nodes call. Nothing is opened here, and the
// server is not even looked up for a flow that needs none.
func (o *runOptions) services(spec flow.Spec) (engine.Services, error) {
	var s engine.Services
	if o.needsServer(spec) {
		t, err := o.app.Target()
		if err != nil {
			return s, err
		}
		if !t.Local() {
			backend, err := o.app.Backend(t, calls(o.app, t.Token))
			if err != nil {
				return s, err
			}
			s = backend.Services()
		}
	}
	if address := o.modelAddress(); address != "" {
		opts, err := o.modelCalls(address)
		if err != nil {
			return s, err
		}
		model, err := provider.NewModel(address, opts)
		if err != nil {
			return s, cmdutil.Usage(err)
		}
		s.Model = model
	}
	return s, nil
}

// modelCalls returns how the models at address are called. Certificates that are
// trusted for the server are for them, too: who has such usually has both inside.
func (o *runOptions) modelCalls(address string) (provider.Options, error) {
	opts := calls(o.app, o.modelKey(address))
	t, _ := o.app.TargetWithoutToken() // without a server, the flag and the variable count
	roots, err := o.app.Roots(t)
	if err != nil {
		return opts, err
	}
	opts.Transport = httpx.NewTransport(roots)
	var list []string
	if of := os.Getenv("FLOWCTL_MODEL_URL"); of == "" || cmdutil.SameServer(of, address) {
		list = cmdutil.HeaderLines(os.Getenv("FLOWCTL_MODEL_HEADERS"))
	}
	opts.Header, err = cmdutil.ParseHeaders("--model-header", append(list, o.modelHeaders...))
	return opts, err
}

// calls returns how services are called.
func calls(a *cmdutil.App, token string) provider.Options {
	opts := provider.Options{Token: token, UserAgent: "flowctl/" + cmdutil.ReleaseVersion(), Silence: a.Config.Timeout}
	if opts.Silence == cmdutil.DefaultTimeout {
		opts.Silence = cmdutil.ModelTimeout
	}
	if a.Flags.Debug {
		opts.Debug = a.Err
	}
	return opts
}

// modelKey returns FLOWCTL_MODEL_KEY if it is meant for this address: a key that
// came with FLOWCTL_MODEL_URL is not sent to another one.
func (o *runOptions) modelKey(address string) string {
	key, of := os.Getenv("FLOWCTL_MODEL_KEY"), os.Getenv("FLOWCTL_MODEL_URL")
	if key != "" && of != "" && address != provider.EchoURL && !cmdutil.SameServer(of, address) {
		o.app.Warn("FLOWCTL_MODEL_KEY goes with FLOWCTL_MODEL_URL and is not sent to %s", address)
		return ""
	}
	return key
}

// needsServer reports whether a node may call the server: a model without an
// address of its own, knowledge, web search, files. The browser takes any text of
// a certain look for a file.
func (o *runOptions) needsServer(spec flow.Spec) bool {
	for _, n := range spec.Nodes {
		switch n.Type {
		case flow.Knowledge, flow.WebSearch:
			return true
		case flow.Model:
			if o.modelAddress() == "" || o.semantics == browser.Name {
				return true
			}
		case flow.Output:
			if n.Text("format") == "file" {
				return true
			}
		case flow.Input:
			if hasFile(n) {
				return true
			}
		}
	}
	return false
}

// hasFile reports whether an input node names a file of the server.
func hasFile(n flow.Node) bool {
	var ids []json.RawMessage
	_ = json.Unmarshal(n.Field("fileIds"), &ids) // anything else is not a list of files
	return len(ids) > 0 || n.Text("mediaFileId") != ""
}
