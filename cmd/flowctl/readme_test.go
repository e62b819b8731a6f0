package main

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestReadme runs the commands of the README's console blocks and compares what
// they print with what it shows. Ids differ each time; a line "…" stands for the
// rest of an output.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	t.Setenv("HOME", home)
	for _, name := range []string{"XDG_CONFIG_HOME", "XDG_DATA_HOME", "FLOWCTL_DATA", "FLOWCTL_CONFIG", "FLOWCTL_SERVER", "FLOWCTL_TOKEN", "FLOWCTL_PROFILE"} {
		t.Setenv(name, "")
	}
	t.Setenv("FLOWCTL_NO_KEYRING", "1")
	t.Chdir("../..")
	ran := 0
	for _, block := range regexp.MustCompile("(?s)```console\n(.*?)```").FindAllSubmatch(text, -1) {
		for _, part := range strings.Split("\n"+string(block[1]), "\n$ ")[1:] {
			line, want, _ := strings.Cut(part, "\n")
			t.Run(line, func(t *testing.T) { checkConsole(t, line, strings.TrimSuffix(want, "\n")) })
			ran++
		}
	}
	if ran < 4 {
		t.Errorf("the README shows %d commands", ran)
	}
}

func checkConsole(t *testing.T, line, want string) {
	var out bytes.Buffer
	if code := newApp(strings.NewReader(""), &out, &out).run(t.Context(), consoleArgs(t, line)); code != exitDone {
		t.Errorf("exit code %d", code)
	}
	got := anyID(strings.TrimSuffix(out.String(), "\n"))
	want = anyID(want)
	if head, ok := strings.CutSuffix(want, "\n…"); ok {
		want = head
		got = got[:min(len(got), len(want))]
	}
	if got != want {
		t.Errorf("prints\n%s\nbut the README shows\n%s", got, want)
	}
}

// consoleArgs splits a command line as a shell would, as far as ours need it.
func consoleArgs(t *testing.T, line string) []string {
	t.Helper()
	line, ok := strings.CutPrefix(strings.TrimPrefix(line, "go run ./cmd/"), "flowctl ")
	if !ok {
		t.Fatalf("%q is no call of flowctl", line)
	}
	var args []string
	for i, part := range strings.Split(line, "'") {
		if i%2 == 1 {
			args = append(args, part)
		} else {
			args = append(args, strings.Fields(part)...)
		}
	}
	return args
}

func anyID(s string) string {
	return regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`).ReplaceAllString(s, "<id>")
}
