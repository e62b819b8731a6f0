package repo

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// write makes files below a new folder, which is a repository, and returns it.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, ".git"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestExcludes(t *testing.T) {
	dir := write(t, map[string]string{
		ConfigName:            "exclude: [vendor, '**/node_modules', 'flows/*.tmp.json', 'old/**/draft.json']\n",
		"inner/" + ConfigName: "validate: {strict: true}\n",
	})
	var configs Configs
	for path, want := range map[string]bool{
		"vendor":                      true,
		"vendor/a/b.json":             true,
		"flows/vendor/a.json":         false,
		"web/node_modules/p/pkg.json": true,
		"flows/a.tmp.json":            true,
		"flows/sub/a.tmp.json":        false,
		"old/draft.json":              true,
		"old/x/y/draft.json":          true,
		"flows/a.json":                false,
		"inner/vendor/a.json":         false, // has a configuration of its own
	} {
		path = filepath.Join(dir, filepath.FromSlash(path))
		c, err := configs.Of(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Excludes(path); got != want {
			t.Errorf("Excludes(%s) = %v", path, got)
		}
	}
}

func TestConfigRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"server: https://evil.example":                         "unknown setting \"server\"",
		"profile: prod":                                        "unknown setting \"profile\"",
		"profiles: {prod: {server: https://evil.example}}":     "unknown setting \"server\"",
		"exclude: ['[a']":                                      "is not a pattern",
		"#" + strings.Repeat("x", maxConfig):                   "larger than 64 KiB",
		"a: &a [x,x,x]\nb: &b [*a,*a]\nvalidate: {strict: *b}": "",
	} {
		dir := write(t, map[string]string{ConfigName: text})
		_, err := (&Configs{}).In(dir)
		if bad := (*ConfigError)(nil); !errors.As(err, &bad) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), ConfigName) {
			t.Errorf("%.60q gave %v, want %q", text, err, want)
		}
	}
}

func TestEnvOfProfile(t *testing.T) {
	dir := write(t, map[string]string{
		"flows/" + ConfigName: "profiles:\n  prod: {env: env/prod.yaml}\n  up: {env: ../prod.yaml}\n  root: {env: /etc/passwd}\n  link: {env: link.yaml}\n  none: {}\n",
		"flows/env/prod.yaml": "models: {}\n",
	})
	if err := os.Symlink(filepath.Join(t.TempDir(), "prod.yaml"), filepath.Join(dir, "flows", "link.yaml")); err != nil {
		t.Skip(err)
	}
	c, err := (&Configs{}).Of(filepath.Join(dir, "flows", "sub", "a.json"))
	if err != nil {
		t.Fatal(err)
	}
	path, err := c.Env("prod")
	if want := filepath.Join(dir, "flows", "env", "prod.yaml"); path != want || err != nil {
		t.Errorf("prod: %q, %v, want %q", path, err, want)
	}
	if text, err := c.ReadEnv(path); string(text) != "models: {}\n" || err != nil {
		t.Errorf("ReadEnv: %q, %v", text, err)
	}
	for _, profile := range []string{"none", "unknown"} {
		if path, err := c.Env(profile); path != "" || err != nil {
			t.Errorf("%s: %q, %v", profile, path, err)
		}
	}
	for _, profile := range []string{"up", "root", "link"} {
		if path, err := c.Env(profile); path != "" || !errors.As(err, new(*ConfigError)) {
			t.Errorf("%s: %q, %v", profile, path, err)
		}
	}
}

func TestVariables(t *testing.T) {
	lookup := func(name string) (string, bool) {
		if name == "FLOWCTL_VAR_UNSET" {
			return "", false
		}
		return "value of " + name, true
	}
	v, err := NewVariables([]string{"HANDBOOK"}, lookup)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"HANDBOOK", "FLOWCTL_VAR_X"} {
		if got, err := v.Get(name); got != "value of "+name || err != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	for _, name := range []string{"HOME", "AWS_SECRET_ACCESS_KEY", "FLOWCTL_TOKEN", "FLOWCTL_MODEL_KEY", "flowctl_token", "FLOWCTL_VAR_UNSET"} {
		if got, err := v.Get(name); got != "" || err == nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if _, err := NewVariables([]string{"FLOWCTL_TOKEN"}, lookup); err == nil {
		t.Error("--var FLOWCTL_TOKEN is allowed")
	}
}
