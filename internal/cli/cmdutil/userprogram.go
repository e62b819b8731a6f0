package cmdutil

import (
	"context"
	"os/exec"
	"runtime"
	"strings"
)

// UserProgram makes the command that a variable such as EDITOR asks for, args
// appended: a program, its path with or without spaces, or a shell command such
// as "code --wait". No context ends it: it has the terminal, and ends when the user
// says so.
func UserProgram(line string, args ...string) *exec.Cmd {
	words := []string{"sh", "-c", line + ` "$@"`, line}
	if path, err := exec.LookPath(line); err == nil {
		words = []string{path}
	} else if runtime.GOOS == "windows" {
		words = strings.Fields(line)
	}
	words = append(words, args...)
	return exec.CommandContext(context.Background(), words[0], words[1:]...) //nolint:gosec // to run what the user asks for is the point
}
