package template

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/disk"
	"github.com/flowctl/flowctl/internal/repo"
)

// FlowsDir is the folder of the flow files in a new repository.
const FlowsDir = "flows"

// The CI systems for which [Repository] has a file.
const (
	GitHub = "github"
	GitLab = "gitlab"
)

// The files of docs/ci.md.
//
//go:embed ci/*.yml
var ci embed.FS

const configText = `# Settings for all who work on these flows ('flowctl help files').
validate:
  strict: true # warnings count as errors
# templates: templates # a folder of templates for 'flowctl new'

# What models and knowledge bases are called on each server ('flowctl help environments').
profiles:
  PROFILE: {env: env/PROFILE.yaml}
`

const envText = `# The models, knowledge bases, groups and users of the server of the profile PROFILE:
# left the name in the flow files, right the name or id there.
# 'flowctl catalog models' lists them; 'flowctl help environments' explains more.
#
# models:
#   gpt-4o: llama3.1:8b
`

// Repository returns the files of a new repository by their paths: settings, an environment,
// and that of a CI system, [GitHub], [GitLab] or "" for none. The profile is the server's
// that the repository is for; a name that a shell would not take as it is becomes "prod".
func Repository(profile, system string) map[string]string {
	const usual = "prod"
	if !regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]*$`).MatchString(profile) || profile == "local" {
		profile = usual
	}
	files := map[string]string{
		repo.ConfigName:            strings.ReplaceAll(configText, "PROFILE", profile),
		"env/" + profile + ".yaml": strings.ReplaceAll(envText, "PROFILE", profile),
	}
	at := map[string]string{GitHub: ".github/workflows/flows.yml", GitLab: ".gitlab-ci.yml"}[system]
	if text, err := ci.ReadFile("ci/" + system + ".yml"); err == nil && at != "" {
		files[at] = regexp.MustCompile(`\b`+usual+`\b`).ReplaceAllLiteralString(string(text), profile)
	}
	return files
}

// Write writes files below a folder by their paths, and calls done for each. What is there
// already stays; links do not lead out of the folder.
func Write(dir string, files map[string]string, done func(path string, created bool)) error {
	paths := slices.Sorted(maps.Keys(files))
	for _, name := range paths {
		if err := disk.CheckInside(dir, filepath.Join(dir, filepath.FromSlash(name))); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	for _, name := range paths {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return fmt.Errorf("make the folder of %s: %w", name, err)
		}
		err := disk.Create(path, func(w io.Writer) error {
			_, err := io.WriteString(w, files[name])
			return err
		})
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		done(path, err == nil)
	}
	return nil
}
