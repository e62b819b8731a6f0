// Package cmdutil has what the commands share: streams, configuration and where to
// (App, Target), exit codes, flags of several commands, prompts and completions.
package cmdutil
