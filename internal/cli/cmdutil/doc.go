// Package cmdutil has what the commands share: streams and configuration (App), the server to
// use (Target), exit codes, flags of several commands, prompts and completions.
package cmdutil
