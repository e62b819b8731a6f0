package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// installStep is what CI installs flowctl with; here there is the test's own.
const installStep = "go install github.com/flowctl/flowctl/cmd/flowctl@latest"

// ciEvent is what starts jobs: the words of either system for it.
type ciEvent string

const (
	ciReview  ciEvent = `== 'pull_request' or == "merge_request_event"`
	ciPush    ciEvent = `== 'push' or == "push"`
	ciNightly ciEvent = `== 'schedule' or == "schedule"`
)

// ciHost is a CI system with one repository: a bare one, "work", in which people
// work, and "job", the clone of the job that runs.
type ciHost struct {
	shell      *pageShell
	pipeline   ciPipeline
	url, token string // of the flows server
	gitlab     string // URL of GitLab's API
	left       string // folder of what jobs leave: "comment" and "summary"
}

func newCIHost(t *testing.T, pipeline ciPipeline, start func(*testing.T) (string, string)) *ciHost {
	t.Helper()
	ci := &ciHost{shell: newPageShell(t), pipeline: pipeline, left: t.TempDir()}
	ci.url, ci.token = start(t)
	gitlab := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/projects/7/merge_requests/3/notes" || r.Header.Get("PRIVATE-TOKEN") != "gitlab-token" {
			http.Error(w, r.URL.Path, http.StatusNotFound)
			return
		}
		_ = os.WriteFile(filepath.Join(ci.left, "comment"), []byte(r.FormValue("body")), 0o600)
	}))
	t.Cleanup(gitlab.Close)
	ci.gitlab = gitlab.URL
	// A push to GitLab ends in the repository here, and a comment by gh in a file.
	ci.shell.env = append(ci.shell.env, "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=url."+filepath.Join(ci.shell.dir, "origin.git")+".insteadOf",
		"GIT_CONFIG_VALUE_0=https://oauth2:gitlab-token@gitlab.example.com/team/flows.git", "LEFT="+ci.left)
	gh := "#!/bin/sh\n[ \"$1 $2 $3 $GH_TOKEN\" = 'pr comment 3 gh-token' ] || exit 9\nfor last; do :; done\ncp \"$last\" \"$LEFT/comment\"\n"
	if err := os.WriteFile(filepath.Join(ci.left, "gh"), []byte(gh), 0o700); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	ci.must(t, `git init -q --bare -b main origin.git
git clone -q origin.git work
mkdir work/flows work/env
cp examples/conditional-routing.json examples/knowledge-qa.json work/flows
printf 'models: {gpt-4o: llama3, gpt-4o-mini: llama3}\n' >work/env/prod.yaml
cd work
git add .
git commit -q -m Flows`)
	return ci
}

// event pushes what people did and runs the jobs of an event, which must end with an
// exit code. It gives what they print.
func (ci *ciHost) event(t *testing.T, e ciEvent, want int) string {
	t.Helper()
	if err := os.WriteFile(filepath.Join(ci.left, "summary"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	ci.git(t, "push -q --force origin HEAD")
	var out strings.Builder
	ran, worst := 0, 0
	for _, j := range ci.pipeline.jobs {
		for _, word := range strings.Split(string(e), " or ") {
			if strings.Contains(j.condition, word) {
				worst = max(worst, ci.job(t, j, &out))
				ran++
			}
		}
	}
	if ran == 0 {
		t.Fatalf("no job is for %v", e)
	}
	if strings.Contains(out.String(), ci.token) {
		t.Error("the token was printed")
	}
	if worst != want {
		t.Errorf("%v: exit code %d, want %d\n%s", e, worst, want, out.String())
	}
	ci.git(t, `pull -q --ff-only origin "$(git -C work branch --show-current)"`)
	return out.String()
}

// job runs a job and returns the exit code of what failed first.
func (ci *ciHost) job(t *testing.T, j ciJob, out *strings.Builder) int {
	t.Helper()
	ci.must(t, `rm -rf job home; mkdir home; git clone -q -b "$(git -C work branch --show-current)" origin.git job`)
	env := []string{"HOME=" + filepath.Join(ci.shell.dir, "home"), "PATH=" + ci.left + ":" + os.Getenv("PATH")}
	for key, value := range ci.pipeline.vars(ci) {
		env = append(env, key+"="+value)
	}
	for key, value := range j.env {
		env = append(env, key+"="+ci.expand(t, value))
	}
	failed := 0
	for _, s := range j.steps {
		if s.script == "" || s.script == installStep || failed != 0 && !s.always {
			continue
		}
		text, code := ci.shell.run(t, "cd job\n"+ci.expand(t, s.script), env...)
		out.WriteString(j.name + ": " + s.script + "\n" + text)
		if failed == 0 {
			failed = code
		}
	}
	for _, name := range []string{"plan.md", "applied.md"} { // what GitLab keeps
		if text, err := os.ReadFile(filepath.Join(ci.shell.dir, "job", name)); err == nil {
			ci.must(t, "cat >>"+ci.left+"/summary <<'END'\n"+string(text)+"\nEND")
		}
	}
	return failed
}

// expand fills in GitHub's expressions.
func (ci *ciHost) expand(t *testing.T, s string) string {
	return regexp.MustCompile(`\$\{\{ *(.*?) *}}`).ReplaceAllStringFunc(s, func(expr string) string {
		switch name := strings.Trim(expr, "${} "); name {
		case "secrets.FLOWCTL_TOKEN":
			return ci.token
		case "vars.FLOWCTL_URL":
			return ci.url
		case "github.token":
			return "gh-token"
		case "github.event.pull_request.number":
			return "3"
		default:
			t.Errorf("who sets %s?", name)
			return ""
		}
	})
}

func (ci *ciHost) must(t *testing.T, script string, env ...string) string {
	t.Helper()
	out, code := ci.shell.run(t, script, env...)
	if code != 0 {
		t.Fatalf("%s: exit code %d\n%s", script, code, out)
	}
	return out
}

func (ci *ciHost) git(t *testing.T, args string) string {
	t.Helper()
	return ci.must(t, "git -C work "+args)
}

// flowctl is what somebody does on the server by hand.
func (ci *ciHost) flowctl(t *testing.T, args string) string {
	t.Helper()
	return ci.must(t, "flowctl "+args, "FLOWCTL_SERVER="+ci.url, "FLOWCTL_TOKEN="+ci.token)
}

// change commits what a script does in the working copy.
func (ci *ciHost) change(t *testing.T, branch, script string) {
	t.Helper()
	ci.must(t, "cd work; git checkout -q "+branch+" 2>/dev/null || git checkout -q -b "+branch+"\n"+script+"\ngit commit -q -am change")
}

func (ci *ciHost) contains(t *testing.T, file, want string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(ci.left, file))
	if err != nil || !strings.Contains(string(text), want) {
		t.Errorf("the %s has no %q (%v):\n%s", file, want, err, text)
	}
}
