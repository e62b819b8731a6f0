package template

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// TestCIFiles checks that 'flowctl init' writes what docs/ci.md shows, which another test runs.
func TestCIFiles(t *testing.T) {
	doc, err := os.ReadFile("../../docs/ci.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(doc), -1)
	for i, want := range []struct{ system, path string }{{GitHub, ".github/workflows/flows.yml"}, {GitLab, ".gitlab-ci.yml"}} {
		text := Repository("prod", want.system)[want.path]
		if text != shown[i][1] {
			t.Errorf("%s.yml is not what docs/ci.md has; copy it from there", want.system)
		}
		other := Repository("stage-2", want.system)[want.path]
		if strings.Contains(other, "prod") || strings.Count(other, "stage-2") != strings.Count(text, "prod") {
			t.Errorf("%s: the profile is not everywhere:\n%s", want.system, other)
		}
		if err := yaml.Unmarshal([]byte(other), new(any)); err != nil {
			t.Error(err)
		}
		if odd := Repository("x; rm -rf ~", want.system)[want.path]; odd != text {
			t.Errorf("%s has a profile's odd name", want.system)
		}
	}
}
