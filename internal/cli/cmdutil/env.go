package cmdutil

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strings"
	stdsync "sync"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/repo"
	"github.com/flowctl/flowctl/internal/secrets"
	"github.com/flowctl/flowctl/internal/sync"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// EnvFlag is --env, the environment that flows go to or come from.
type EnvFlag struct {
	Path   string
	vars   []string
	strict bool
	Given  func() bool  // --env is on the command line
	config *repo.Config // where path comes from if not from there
	Env    *sync.Env    // nil without an environment

	mu      stdsync.Mutex
	guessed map[sync.Guess]bool // by backward
}

// Register adds --env and --var.
func (e *EnvFlag) Register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&e.Path, "env", "", "map names of models, knowledge bases, groups and users with this YAML `FILE` (default: the profile's in .flowctl.yaml)")
	e.Given = func() bool { return f.Changed("env") }
	f.StringArrayVar(&e.vars, "var", nil, "let the environment read the variable `NAME` (repeatable; it may read FLOWCTL_VAR_... in any case)")
}

// RegisterStrict adds --strict, for commands that go from files to a server.
func (e *EnvFlag) RegisterStrict(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&e.strict, "strict", false, "fail if the environment has names that no flow uses, or maps models and not all that the flows use")
}

// Choose takes the environment that the repository of the folder dir has for a profile,
// unless one is given; --env= is none.
func (e *EnvFlag) Choose(a *App, profile, dir string) error {
	if e.Given() || profile == "" {
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
	e.Path, e.config = fromHere(path), config
	a.Note("environment: %s, as %s has it for %s", e.Path, fromHere(config.Path()), output.Text(profile))
	return nil
}

// text reads the file of the environment.
func (e *EnvFlag) text(ctx context.Context) ([]byte, error) {
	if e.config != nil {
		return e.config.ReadEnv(e.Path)
	}
	text, err := files.ReadNamed(ctx, e.Path, io.ReadAll)
	if err != nil {
		return nil, fmt.Errorf("read the environment: %w; --env takes the path of a YAML file such as:\n  models:\n    gpt-4o: llama3.1:8b", err)
	}
	return text, nil
}

// Read reads the environment, and looks up on the server what it names: what the
// flows use has to be there.
func (e *EnvFlag) Read(ctx context.Context, a *App, c *client.Client, specs iter.Seq2[flow.Spec, error]) error {
	if e.Path == "" {
		return nil
	}
	variable, err := e.Variables()
	if err != nil {
		return err
	}
	text, err := e.text(ctx)
	if err != nil {
		return err
	}
	env, err := sync.ReadEnv(e.Path, text, variable)
	if err != nil {
		return err
	}
	unknown, err := env.Resolve(ctx, c, specs)
	if errors.As(err, new(*sync.MissingError)) {
		return Negative(fmt.Sprintf("%s: %v", e.Path, err))
	}
	if err != nil {
		return fmt.Errorf("%s: %w", e.Path, err)
	}
	if len(unknown) > 0 {
		a.Warn("the server does not list its %s for you: what %s names is taken for ids", Join(unknown), e.Path)
	}
	e.Env = env
	return nil
}

// Variables returns what gets the value of a variable that an environment may read.
func (e *EnvFlag) Variables() (func(name string) (string, error), error) {
	vars, err := repo.NewVariables(e.vars, os.LookupEnv)
	if err != nil {
		return nil, Usage(fmt.Errorf("--var: %w", err))
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

// Forward makes of the flows that are picked of a folder what the server is to have.
func (e *EnvFlag) Forward(ctx context.Context, a *App, c *client.Client, d *Folder) error {
	if err := e.Choose(a, a.Connected.Profile, d.Dir); err != nil {
		return err
	}
	if err := e.Read(ctx, a, c, d.specs()); err != nil || e.Env == nil {
		return err
	}
	if err := e.Doubt(a, d.Picked.all() && d.Broken == 0 && !d.Part); err != nil {
		return err
	}
	for i, s := range d.Sources {
		if !d.Picked.has(s.Path) {
			continue
		}
		var err error
		if d.Sources[i], err = s.Map(e.Env.Forward); err != nil {
			return err
		}
	}
	return nil
}

// Doubt warns of what may be wrong with the environment, or fails of it; whole is
// whether it was read for all flows of the folder.
func (e *EnvFlag) Doubt(a *App, whole bool) error {
	doubts := e.Env.Doubts(whole)
	if e.strict && len(doubts) > 0 {
		return Negative(fmt.Sprintf("%s: nothing was sent:\n  %s", e.Path, strings.Join(doubts, "\n  ")))
	}
	for _, d := range doubts {
		a.Warn("%s: %s", e.Path, d)
	}
	return nil
}

// specs goes through the flows of the files that are picked.
func (d *Folder) specs() iter.Seq2[flow.Spec, error] {
	return func(yield func(flow.Spec, error) bool) {
		for i := range d.Sources {
			if d.Picked.has(d.Sources[i].Path) && !yield(d.Sources[i].Spec()) {
				return
			}
		}
	}
}

// There is what a file's flow is on the server.
func (e *EnvFlag) There(file flow.Spec) flow.Spec {
	if e.Env == nil {
		return file
	}
	return e.Env.Forward(file)
}

// Backward makes of a server's flow what its file is to say; file is what that says
// now, nothing for a new one.
func (e *EnvFlag) Backward(s, file flow.Spec) (flow.Spec, error) {
	if e.Env == nil {
		return s, nil
	}
	out, guesses, err := e.Env.Backward(s, file)
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, g := range guesses {
		if e.guessed == nil {
			e.guessed = map[sync.Guess]bool{}
		}
		e.guessed[g] = true
	}
	return out, err
}

// NoteGuesses describes which words backward has chosen itself.
func (e *EnvFlag) NoteGuesses(a *App) {
	var said []string
	for g := range e.guessed {
		said = append(said, fmt.Sprintf("%s as %s (%s)", g.ID, g.Name, g.Kind))
	}
	if said == nil {
		return
	}
	slices.Sort(said)
	a.Note("%s: written %s; where a file should say the id itself, write that into it: pull, and export over the file, keep it", e.Path, Join(said))
}
