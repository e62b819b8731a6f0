package sync

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"

	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/repo"
	"github.com/flowctl/flowctl/internal/secrets"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// EnvFile is the file of an [Env]: the one that --env names, or the profile's in the
// repository's settings.
type EnvFile struct {
	Path   string
	Vars   []string    // names of variables that it may read, besides FLOWCTL_VAR_...
	Strict bool        // [Env.Doubts] are errors
	Given  func() bool // whether Path was given, if only as ""

	Note, Warn func(format string, args ...any)

	Env *Env // that was read; nil for none

	config *repo.Config // that has Path, if it was not given
}

// Choose sets the environment that the repository of the folder dir has for a profile,
// unless --env named one.
func (e *EnvFile) Choose(profile, dir string) error {
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
	e.Note("environment: %s, as %s has it for %s", e.Path, fromHere(config.Path()), output.Text(profile))
	return nil
}

// text reads the file.
func (e *EnvFile) text(ctx context.Context) ([]byte, error) {
	if e.config != nil {
		return e.config.ReadEnv(e.Path)
	}
	text, err := files.ReadNamed(ctx, e.Path, io.ReadAll)
	if err != nil {
		return nil, fmt.Errorf("read the environment: %w; --env takes the path of a YAML file such as:\n  models:\n    gpt-4o: llama3.1:8b", err)
	}
	return text, nil
}

// Read reads the environment, if there is one, and looks up its names on the server. It is
// an error if a name that one of specs uses is not there.
func (e *EnvFile) Read(ctx context.Context, c *client.Client, specs iter.Seq2[flow.Spec, error]) error {
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
	env, err := ReadEnv(e.Path, text, variable)
	if err != nil {
		return err
	}
	unknown, err := env.Resolve(ctx, c, specs)
	if err != nil {
		return fmt.Errorf("%s: %w", e.Path, err)
	}
	if len(unknown) > 0 {
		e.Warn("the server does not list its %s for you: what %s names is taken for ids", strings.Join(unknown, ", "), e.Path)
	}
	e.Env = env
	return nil
}

// Variables returns a function that returns the value of a variable that an environment may
// read. It refuses values that look like secrets, since everybody who can read a flow would
// see them.
func (e *EnvFile) Variables() (func(name string) (string, error), error) {
	vars, err := repo.NewVariables(e.Vars, os.LookupEnv)
	if err != nil {
		return nil, &UsageError{fmt.Errorf("--var: %w", err)}
	}
	return func(name string) (string, error) {
		value, err := vars.Get(name)
		if err == nil && secrets.RedactText(value) != value {
			return "", errors.New("holds what looks like a secret, and everybody who may read the flows would read it")
		}
		return value, err
	}, nil
}

// Doubt warns of what may be wrong with the environment, or with --strict fails. whole
// reports whether it was read for all flows of a folder.
func (e *EnvFile) Doubt(whole bool) error {
	doubts := e.Env.Doubts(whole)
	if e.Strict && len(doubts) > 0 {
		return files.InvalidError{Msg: fmt.Sprintf("%s: nothing was sent:\n  %s", e.Path, strings.Join(doubts, "\n  "))}
	}
	for _, d := range doubts {
		e.Warn("%s: %s", e.Path, d)
	}
	return nil
}
