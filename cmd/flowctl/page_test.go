package main

import (
	"bytes"
	"cmp"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// pageShell runs the commands of a page of the documentation, as a reader would:
// one after the other in a shell, with an empty home and the flowctl of this test.
type pageShell struct {
	dir   string   // where the shell is
	state string   // keeps its variables and folder between commands
	env   []string // next to those of every reader
}

// newPageShell starts in a folder of its own, in which there are the examples.
func newPageShell(t *testing.T, env ...string) *pageShell {
	t.Helper()
	for _, program := range []string{"bash", "git"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	s := &pageShell{dir: t.TempDir(), state: t.TempDir(), env: env}
	if err := os.CopyFS(filepath.Join(s.dir, "examples"), os.DirFS("../../examples")); err != nil {
		t.Fatal(err)
	}
	return s
}

// run returns what a script prints, as a terminal would show it, and its exit code.
func (s *pageShell) run(t *testing.T, script string, env ...string) (string, int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script)
	cmd.Dir = s.dir
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + s.state, "FLOWCTL_NO_KEYRING=1", "NO_COLOR=1", "LC_ALL=C.UTF-8", "TZ=UTC",
		"GIT_CONFIG_NOSYSTEM=1", "GIT_AUTHOR_NAME=Ann", "GIT_AUTHOR_EMAIL=ann@example.com",
		"GIT_COMMITTER_NAME=Ann", "GIT_COMMITTER_EMAIL=ann@example.com",
		"GOCOVERDIR=" + cmp.Or(os.Getenv("GOCOVERDIR"), s.state), // under go test -cover a command without it writes a warning
	}
	cmd.Env = append(append(cmd.Env, s.env...), env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), cmd.ProcessState.ExitCode()
}

// console is a command that a page shows, with what it prints.
type console struct {
	line, want string
	start, end int // where want stands in the page
}

// consolesOf finds the commands of a page's console blocks: lines that begin with
// "$ ", and with "> " where they go on.
func consolesOf(page string) []console {
	var all []console
	for _, block := range regexp.MustCompile("(?s)```console\n(.*?)```").FindAllStringSubmatchIndex(page, -1) {
		at := block[2]
		for line := range strings.Lines(page[block[2]:block[3]]) {
			at += len(line)
			text := strings.TrimSuffix(line, "\n")
			last := len(all) - 1
			switch {
			case strings.HasPrefix(line, "$ "):
				all = append(all, console{line: text[2:], start: at, end: at})
			case strings.HasPrefix(line, "> ") && all[last].start == all[last].end:
				all[last].line += "\n" + text[2:]
				all[last].start, all[last].end = at, at
			default:
				all[last].want += line
				all[last].end = at
			}
		}
	}
	return all
}

// checkPage runs the commands of a page and compares what they print with what it
// shows; with -update the page is made to show it. Ids and times differ each time; a
// line "…" stands for the rest of an output. A command fails only where the next
// one asks for that with "echo $?".
func checkPage(t *testing.T, s *pageShell, path string, least int) {
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	all := consolesOf(page)
	if len(all) < least {
		t.Errorf("%s shows %d commands", path, len(all))
	}
	next, was := "", 0
	at := 0
	for i, c := range all {
		line := strings.ReplaceAll(c.line, "go run ./cmd/flowctl", "flowctl")
		if line == "echo $?" {
			line = "echo " + strconv.Itoa(was)
		}
		got, code := s.run(t, s.keeping(line))
		expected := i+1 < len(all) && all[i+1].line == "echo $?"
		if code != 0 && !expected {
			t.Errorf("%s: exit code %d", c.line, code)
		}
		was = code
		if !samePage(got, c.want) {
			if !*update {
				t.Errorf("%s prints\n%s\nbut the page shows\n%s", c.line, got, c.want)
			}
			next += page[at:c.start] + got
			at = c.end
		}
	}
	if *update && next != "" {
		if err := os.WriteFile(path, []byte(next+page[at:]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// keeping is a command that finds the folder and the variables that the one before
// it left.
func (s *pageShell) keeping(line string) string {
	state := filepath.Join(s.state, "shell")
	return "set +e +o pipefail\n[ -f " + state + " ] && . " + state + "\n" + line +
		"\ncode=$?\n{ export -p; printf 'cd %q\\n' \"$PWD\"; } >" + state + "\nexit $code"
}

// progressLine is what a run writes to stderr. The pages leave it out: at a reader's
// terminal a tree is drawn in its place.
const progressLine = `(?m)^(done|skipped|failed) .*(  |in )\d+\.\ds.*\n|^skipped  .*\n`

func samePage(got, want string) bool {
	got = regexp.MustCompile(progressLine).ReplaceAllString(got, "")
	got, want = anyOrder(anyPlace(got)), anyOrder(anyPlace(want))
	if head, ok := strings.CutSuffix(want, "…\n"); ok {
		return strings.HasPrefix(got, head)
	}
	return got == want
}

// anyPlace masks what differs from run to run.
func anyPlace(s string) string {
	for pattern, mask := range map[string]string{
		`\b[0-9a-f]{8}(?:(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})?\b`: "<id>",
		`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*`:                    "<time>",
		`\b[0-9a-f]{7}\b(?:\.\.[0-9a-f]{7}\b)?`:                "<commit>",
	} {
		s = regexp.MustCompile(pattern).ReplaceAllString(s, mask)
	}
	return s
}

// anyOrder sorts rows that stand together and have an id: lists give what was
// made in the same second in any order.
func anyOrder(s string) string {
	lines := strings.SplitAfter(s, "\n")
	for i := 0; i < len(lines); i++ {
		n := slices.IndexFunc(lines[i:], func(line string) bool { return !strings.Contains(line, "  <id>  ") })
		if n > 1 {
			slices.Sort(lines[i : i+n])
			i += n
		}
	}
	return strings.Join(lines, "")
}
