package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/reconcile"
	"github.com/flowctl/flowctl/internal/repo"
	"github.com/flowctl/flowctl/internal/secrets"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// envFlag is --env, the environment that flows go to or come from.
type envFlag struct {
	path   string
	vars   []string
	strict bool
	given  func() bool    // --env is on the command line
	config *repo.Config   // where path comes from if not from there
	env    *reconcile.Env // nil without an environment

	mu      sync.Mutex
	guessed map[reconcile.Guess]bool // by backward
}

func (e *envFlag) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&e.path, "env", "", "map names of models, knowledge bases, groups and users with this YAML `FILE` (default: the profile's in .flowctl.yaml)")
	e.given = func() bool { return f.Changed("env") }
	f.StringArrayVar(&e.vars, "var", nil, "let the environment read the variable `NAME` (repeatable; it may read FLOWCTL_VAR_... in any case)")
}

// registerStrict adds --strict, for commands that go from files to a server.
func (e *envFlag) registerStrict(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&e.strict, "strict", false, "fail if the environment has names that no flow uses, or maps models and not all that the flows use")
}

// choose takes the environment that the repository of the folder dir has for a profile,
// unless one is given; --env= is none.
func (e *envFlag) choose(a *app, profile, dir string) error {
	if e.given() || profile == "" {
		return nil
	}
	var configs repo.Configs
	config, err := configs.In(dir)
	if err != nil {
		return err
	}
	path, err := config.Env(profile)
	if err != nil || path == "" {
		return err
	}
	e.path, e.config = fromHere(path), config
	a.note("environment: %s, as %s has it for %s", e.path, fromHere(config.Path()), output.Text(profile))
	return nil
}

// text reads the file of the environment.
func (e *envFlag) text(ctx context.Context) ([]byte, error) {
	if e.config != nil {
		return e.config.ReadEnv(e.path)
	}
	text, err := readNamed(ctx, e.path, io.ReadAll)
	if err != nil {
		return nil, fmt.Errorf("read the environment: %w; --env takes the path of a YAML file such as:\n  models:\n    gpt-4o: llama3.1:8b", err)
	}
	return text, nil
}

// read reads the environment, and looks up on the server what it names: what the
// flows use has to be there.
func (e *envFlag) read(ctx context.Context, a *app, c *client.Client, specs iter.Seq2[flow.Spec, error]) error {
	if e.path == "" {
		return nil
	}
	variable, err := e.variables()
	if err != nil {
		return err
	}
	text, err := e.text(ctx)
	if err != nil {
		return err
	}
	env, err := reconcile.ReadEnv(e.path, text, variable)
	if err != nil {
		return err
	}
	unknown, err := env.Resolve(ctx, c, specs)
	if errors.As(err, new(*reconcile.MissingError)) {
		return noError{fmt.Sprintf("%s: %v", e.path, err)}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", e.path, err)
	}
	if len(unknown) > 0 {
		a.warn("the server does not list its %s for you: what %s names is taken for ids", join(unknown), e.path)
	}
	e.env = env
	return nil
}

// variables returns what gets the value of a variable that an environment may read.
func (e *envFlag) variables() (func(name string) (string, error), error) {
	vars, err := repo.NewVariables(e.vars, os.LookupEnv)
	if err != nil {
		return nil, usageError{fmt.Errorf("--var: %w", err)}
	}
	return notSecret(vars.Get), nil
}

// notSecret refuses the values of variables that look like secrets: who reads a flow
// reads what it names.
func notSecret(get func(string) (string, error)) func(string) (string, error) {
	return func(name string) (string, error) {
		value, err := get(name)
		if err == nil && secrets.RedactText(value) != value {
			return "", errors.New("holds what looks like a secret, and everybody who may read the flows would read it")
		}
		return value, err
	}
}

// forward makes of the flows that are picked of a folder what the server is to have.
func (e *envFlag) forward(ctx context.Context, a *app, c *client.Client, d *flowDir) error {
	if err := e.choose(a, a.connected.Profile, d.dir); err != nil {
		return err
	}
	if err := e.read(ctx, a, c, d.specs()); err != nil || e.env == nil {
		return err
	}
	if err := e.doubt(a, d.picked.all() && d.broken == 0 && !d.part); err != nil {
		return err
	}
	for i, s := range d.sources {
		if !d.picked.has(s.Path) {
			continue
		}
		var err error
		if d.sources[i], err = s.Map(e.env.Forward); err != nil {
			return err
		}
	}
	return nil
}

// doubt warns of what may be wrong with the environment, or fails of it; whole is
// whether it was read for all flows of the folder.
func (e *envFlag) doubt(a *app, whole bool) error {
	doubts := e.env.Doubts(whole)
	if e.strict && len(doubts) > 0 {
		return noError{fmt.Sprintf("%s: nothing was sent:\n  %s", e.path, strings.Join(doubts, "\n  "))}
	}
	for _, d := range doubts {
		a.warn("%s: %s", e.path, d)
	}
	return nil
}

// specs goes through the flows of the files that are picked.
func (d *flowDir) specs() iter.Seq2[flow.Spec, error] {
	return func(yield func(flow.Spec, error) bool) {
		for i := range d.sources {
			if d.picked.has(d.sources[i].Path) && !yield(d.sources[i].Spec()) {
				return
			}
		}
	}
}

// there is what a file's flow is on the server.
func (e *envFlag) there(file flow.Spec) flow.Spec {
	if e.env == nil {
		return file
	}
	return e.env.Forward(file)
}

// backward makes of a server's flow what its file is to say; file is what that says
// now, nothing for a new one.
func (e *envFlag) backward(s, file flow.Spec) (flow.Spec, error) {
	if e.env == nil {
		return s, nil
	}
	out, guesses, err := e.env.Backward(s, file)
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, g := range guesses {
		if e.guessed == nil {
			e.guessed = map[reconcile.Guess]bool{}
		}
		e.guessed[g] = true
	}
	return out, err
}

// sayGuessed tells which words backward has chosen itself.
func (e *envFlag) sayGuessed(a *app) {
	var said []string
	for g := range e.guessed {
		said = append(said, fmt.Sprintf("%s as %s (%s)", g.ID, g.Name, g.Kind))
	}
	if said == nil {
		return
	}
	slices.Sort(said)
	a.note("%s: written %s; where a file should say the id itself, write that into it: pull, and export over the file, keep it", e.path, join(said))
}
