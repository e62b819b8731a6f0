package cmdutil

import (
	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/sync"
)

// EnvFlags adds --env and --var, the environment that flows go to or come from; with strict
// also --strict, for commands that go from files to a server.
func (a *App) EnvFlags(cmd *cobra.Command, e *sync.EnvFile, strict bool) {
	f := cmd.Flags()
	f.StringVar(&e.Path, "env", "", "map names of models, knowledge bases, groups and users with this YAML `FILE` (default: the profile's in .flowctl.yaml)")
	f.StringArrayVar(&e.Vars, "var", nil, "let the environment read the variable `NAME` (repeatable; it may read FLOWCTL_VAR_... in any case)")
	if strict {
		f.BoolVar(&e.Strict, "strict", false, "fail if the environment has names that no flow uses, or maps models and not all that the flows use")
	}
	e.Given = func() bool { return f.Changed("env") }
	e.Note, e.Warn = a.Note, a.Warn
}
