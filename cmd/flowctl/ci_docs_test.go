package main

import (
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/flowctl/flowctl/internal/server"
	"github.com/flowctl/flowctl/internal/store"
	"github.com/flowctl/flowctl/pkg/client/clienttest"
)

// TestCIDocs runs the shell of docs/ci.md for a month of commits: one example against our
// server, the other against Open WebUI.
func TestCIDocs(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/ci.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(text, -1)
	if len(blocks) != 2 {
		t.Fatalf("docs/ci.md has %d examples", len(blocks))
	}
	t.Run("github", func(t *testing.T) {
		t.Parallel()
		newCIHost(t, readGitHub(t, blocks[0][1]), startOurs).month(t)
	})
	t.Run("gitlab", func(t *testing.T) {
		t.Parallel()
		newCIHost(t, readGitLab(t, blocks[1][1]), startUpstream).month(t)
	})
}

// month is what happens in a repository with that CI.
func (ci *ciHost) month(t *testing.T) {
	// The flows come to an empty server, and their ids into the repository.
	ci.event(t, ciPush, 0)
	if got := ci.flowctl(t, `list -o json --jq 'map(.name) | sort | join(", ")'`); got != "Answer from a knowledge base, Route a customer's message\n" {
		t.Fatalf("after the first push there is %s", got)
	}
	if log := ci.git(t, "log -1 --format=%s main"); !strings.HasPrefix(log, "flowctl.lock: flows of prod") {
		t.Errorf("the lock was not kept: %s", log)
	}
	ci.contains(t, "summary", "created")

	// A proposal is checked and shown, and nothing is written.
	before := ci.flowctl(t, "export --all")
	ci.change(t, "kinder", "sed -i 's/Write the reply to/Write a kind reply to/' flows/conditional-routing.json")
	ci.event(t, ciReview, 0)
	ci.contains(t, "comment", "+Write a kind reply to this message")
	ci.contains(t, "summary", "0 to create, 1 to update, 0 to delete, 1 unchanged")
	if after := ci.flowctl(t, "export --all"); after != before {
		t.Errorf("a proposal changed the server to %s", after)
	}

	// One that is wrong is refused, at its line.
	ci.change(t, "kinder", `sed -i 's/"id": "model_reply"/"id": "model_replied"/' flows/conditional-routing.json`)
	if out := ci.event(t, ciReview, 3); !strings.Contains(out, "dangling-edge") {
		t.Errorf("the checks say\n%s", out)
	}
	ci.git(t, "reset -q --hard HEAD~1")
	ci.change(t, "kinder", `sed -i 's/"version": "1.0"/"version":   "1.0"/' flows/conditional-routing.json`)
	ci.event(t, ciReview, 3)
	ci.git(t, "reset -q --hard HEAD~1")

	// What is merged is applied, once.
	ci.git(t, "checkout -q main")
	ci.git(t, "merge -q --ff-only kinder")
	ci.event(t, ciPush, 0)
	if got := ci.flowctl(t, `get "Route a customer's message" -o json --jq '.nodes[] | select(.id == "model_reply") | .data.modelId, .data.prompt'`); !strings.HasPrefix(got, "llama3\nWrite a kind reply") {
		t.Errorf("the server has %s", got)
	}
	ci.event(t, ciPush, 0)
	ci.contains(t, "summary", "0 created, 0 updated, 0 deleted, 2 unchanged")
	ci.event(t, ciReview, 0)
	ci.event(t, ciNightly, 0)

	// A change in the browser is told, and the next push leaves it alone.
	ci.flowctl(t, `update "Answer from a knowledge base" --description 'changed there'`)
	if out := ci.event(t, ciNightly, 3); !strings.Contains(out, "changed there") {
		t.Errorf("the nightly check says\n%s", out)
	}
	ci.change(t, "main", "git rm -q flows/conditional-routing.json; sed -i 's/the documents it used/the sources it used/' flows/knowledge-qa.json")
	ci.event(t, ciPush, 6)
	if got := ci.flowctl(t, `list -o json --jq '.[] | .description'`); !strings.Contains(got, "changed there") || strings.Count(got, "\n") != 1 {
		t.Errorf("after the last push there is %s", got)
	}
	// Somebody decides for the repository's.
	ci.flowctl(t, "profile add prod "+ci.url)
	ci.must(t, "cd work; flowctl apply flows --profile prod --env env/prod.yaml --overwrite --yes", "FLOWCTL_TOKEN="+ci.token)
	ci.change(t, "main", "true")
	ci.event(t, ciPush, 0)
	ci.event(t, ciNightly, 0)
}

// ciPipeline is one of the examples.
type ciPipeline struct {
	jobs []ciJob
	vars func(ci *ciHost) map[string]string // what the system itself gives every job
}

type ciJob struct {
	name, condition string
	env             map[string]string
	steps           []ciStep
}

type ciStep struct {
	script string
	always bool // it runs after a failure as well
}

// readGitHub reads a workflow of GitHub Actions.
func readGitHub(t *testing.T, text []byte) ciPipeline {
	t.Helper()
	var w struct {
		Env  map[string]string
		Jobs map[string]struct {
			If    string
			Env   map[string]string
			Steps []struct{ Run, If string }
		}
	}
	if err := yaml.Unmarshal(text, &w); err != nil {
		t.Fatal(err)
	}
	var p ciPipeline
	for _, name := range slices.Sorted(maps.Keys(w.Jobs)) {
		j := w.Jobs[name]
		job := ciJob{name: name, condition: j.If, env: map[string]string{}}
		maps.Copy(job.env, w.Env)
		maps.Copy(job.env, j.Env)
		for _, s := range j.Steps {
			job.steps = append(job.steps, ciStep{s.Run, s.If == "always()"})
		}
		p.jobs = append(p.jobs, job)
	}
	p.vars = func(ci *ciHost) map[string]string {
		return map[string]string{"GITHUB_STEP_SUMMARY": filepath.Join(ci.left, "summary")}
	}
	return p
}

// readGitLab reads a pipeline of GitLab CI.
func readGitLab(t *testing.T, text []byte) ciPipeline {
	t.Helper()
	type gitlabJob struct {
		Rules  []struct{ If string }
		Before []string `yaml:"before_script"`
		Script []string `yaml:"script"`
		After  []string `yaml:"after_script"`
	}
	var all struct {
		Default   gitlabJob
		Variables map[string]string
		Jobs      map[string]gitlabJob `yaml:",inline"`
	}
	if err := yaml.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	var p ciPipeline
	for _, name := range slices.Sorted(maps.Keys(all.Jobs)) {
		j := all.Jobs[name]
		before := slices.DeleteFunc(slices.Clone(all.Default.Before), func(line string) bool { return line == installStep })
		p.jobs = append(p.jobs, ciJob{
			name: name, condition: j.Rules[0].If, env: all.Variables,
			steps: []ciStep{{strings.Join(append(before, j.Script...), "\n"), false}, {strings.Join(j.After, "\n"), true}},
		})
	}
	p.vars = func(ci *ciHost) map[string]string {
		return map[string]string{
			"FLOWCTL_URL": ci.url, "FLOWCTL_TOKEN": ci.token, "GITLAB_TOKEN": "gitlab-token",
			"CI_API_V4_URL": ci.gitlab, "CI_PROJECT_ID": "7", "CI_MERGE_REQUEST_IID": "3", "CI_DEFAULT_BRANCH": "main",
			"CI_SERVER_HOST": "gitlab.example.com", "CI_PROJECT_PATH": "team/flows",
		}
	}
	return p
}

// startOurs starts our server on a new database.
func startOurs(t *testing.T) (url, token string) {
	t.Helper()
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "server.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	admin, err := server.EnsureAdmin(t.Context(), st)
	if err != nil {
		t.Fatal(err)
	}
	token, _, err = server.NewKey(t.Context(), st, admin.ID, "test")
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server.New(st, server.Options{}))
	t.Cleanup(web.Close)
	return web.URL, token
}

// startUpstream starts what behaves like Open WebUI.
func startUpstream(t *testing.T) (url, token string) {
	t.Helper()
	web := httptest.NewServer(clienttest.New(clienttest.Options{}))
	t.Cleanup(web.Close)
	return web.URL, "ann-token"
}
