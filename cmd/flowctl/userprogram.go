package main

import (
	"context"
	"os/exec"
	"runtime"
	"strings"
)

// userProgram makes the command that a variable such as EDITOR asks for, args
// appended: a program, its path with or without spaces, or a shell command such
// as "code --wait". No context ends it: it has the terminal, and ends when the user
// says so.
func userProgram(line string, args ...string) *exec.Cmd {
	ctx := context.Background()
	if path, err := exec.LookPath(line); err == nil {
		return exec.CommandContext(ctx, path, args...)
	}
	if runtime.GOOS == "windows" {
		words := append(strings.Fields(line), args...)
		return exec.CommandContext(ctx, words[0], words[1:]...)
	}
	return exec.CommandContext(ctx, "sh", append([]string{"-c", line + ` "$@"`, line}, args...)...)
}
