package lint

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

func mustSpec(t *testing.T, text string) flow.Spec {
	t.Helper()
	spec, err := flow.ParseSpec([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return spec
}

func codes(problems []flow.Problem) []string {
	var list []string
	for _, p := range problems {
		list = append(list, p.Code)
	}
	return list
}

// The examples of every rule are what they say, and point at something.
func TestRules(t *testing.T) {
	form := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	seen := map[string]bool{}
	for _, r := range Rules() {
		t.Run(r.Code, func(t *testing.T) {
			if !form.MatchString(r.Code) || seen[r.Code] || !strings.HasSuffix(r.Summary, ".") {
				t.Errorf("bad rule %+v", r)
			}
			seen[r.Code] = true
			wrong, right := r.Examples()
			if wrong == "" {
				t.Fatal("there is no example")
			}
			bad := mustSpec(t, wrong)
			server := Server{Models: []Named{{ID: "gpt-4o"}}, KnowledgeBases: []Named{{ID: "handbook"}}}
			problems := append(Check(bad), server.Check(bad)...)
			i := slices.IndexFunc(problems, func(p flow.Problem) bool { return p.Code == r.Code })
			if i < 0 {
				t.Fatalf("the bad flow has only %v", problems)
			}
			if problems[i].Severity != r.Severity || problems[i].Message == "" {
				t.Errorf("the problem is %v", problems[i])
			}
			fine := mustSpec(t, right)
			for _, p := range append(Check(fine), server.Check(fine)...) {
				// The examples are short: few have an output node.
				if p.Code == r.Code || p.Severity != Info && p.Code != CodeNoOutput {
					t.Errorf("the good flow has %v", p)
				}
			}
			fixed, n := Fix(bad, func(code string) bool { return code == r.Code })
			if left := slices.Contains(codes(append(Check(fixed), server.Check(fixed)...)), r.Code); r.Fixable == left || r.Fixable != (n > 0) {
				t.Errorf("fixable is %v; %d were fixed, and it is still there: %v", r.Fixable, n, left)
			}
			if r.Proof != "" {
				if _, err := os.Stat("../engine/testdata/vectors/" + r.Proof + ".json"); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// Nothing is said of the examples but what nobody can fix.
func TestExamples(t *testing.T) {
	paths, err := filepath.Glob("../../examples/*.json")
	if err != nil || len(paths) < 6 {
		t.Fatalf("found %d examples, %v", len(paths), err)
	}
	for _, path := range paths {
		files, err := flowfile.ReadFile(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			for _, p := range Check(f.Spec) {
				if p.Severity != Info {
					t.Errorf("%s: %v", path, p)
				}
			}
		}
	}
}
