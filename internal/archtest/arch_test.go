// Package archtest checks which package imports which.
package archtest

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/flowctl/flowctl/"

// allowed returns which of our packages each one may import. What is not listed may
// import none, but the commands: they wire everything, and are held by the drawing alone.
func allowed() map[string][]string {
	return map[string][]string{
		"pkg/flow":          {"internal/limits", "internal/order", "internal/rawjson"},
		"pkg/flowfile":      {"internal/disk", "internal/limits", "internal/parallel", "internal/rawjson", "pkg/flow"},
		"internal/limits":   {"internal/rawjson"},
		"pkg/client":        {"internal/limits", "internal/rawjson", "pkg/flow", "internal/httpx", "internal/secrets"},
		"internal/output":   {},
		"internal/progress": {"internal/layout", "pkg/flow", "internal/engine", "internal/output"},
		"internal/digest":   {"internal/rawjson", "pkg/flow"},
		"internal/layout":   {"internal/order", "internal/rawjson", "pkg/flow"},
		"internal/render":   {"internal/layout", "internal/secrets", "pkg/flow", "internal/output"},
		"internal/engine":   {"internal/rawjson", "internal/order", "pkg/flow", "internal/engine/js"},

		"internal/engine/browser": {"internal/engine", "internal/engine/js", "pkg/flow"},

		"internal/lookup": {"internal/output", "internal/spell", "pkg/client", "pkg/flow"},
		"internal/share":  {"internal/lookup", "internal/output", "internal/rawjson", "pkg/client", "pkg/flow"},

		"internal/slug":  {"internal/disk"},
		"internal/store": {"internal/digest", "internal/disk", "pkg/flow"},

		"internal/files":  {"internal/disk", "internal/slug", "internal/lint", "internal/output", "internal/parallel", "internal/repo", "internal/secrets", "internal/spell", "internal/template", "pkg/flow", "pkg/flowfile"},
		"internal/runner": {"internal/engine", "internal/output", "internal/parallel", "internal/rawjson", "internal/spell", "pkg/client", "pkg/flow"},

		"internal/repo": {"internal/disk", "internal/spell"},
		"internal/sync": {"internal/disk", "internal/layout", "internal/lookup", "internal/parallel", "internal/rawjson", "pkg/flow", "pkg/flowfile", "pkg/client", "internal/digest", "internal/files", "internal/limits", "internal/output", "internal/repo", "internal/secrets", "internal/slug", "internal/spell"},

		"internal/history":  {"internal/digest", "internal/disk", "internal/layout", "internal/lookup", "internal/output", "internal/sync", "pkg/client", "pkg/flow", "pkg/flowfile"},
		"internal/template": {"examples", "internal/disk", "internal/limits", "internal/rawjson", "internal/repo", "internal/spell", "pkg/flow", "pkg/flowfile"},

		"internal/record": {"internal/rawjson", "internal/slug", "pkg/flow"},

		"internal/server": {"internal/digest", "internal/disk", "internal/limits", "internal/rawjson", "pkg/flow", "internal/engine", "internal/engine/browser", "internal/store"},

		"internal/provider": {"pkg/flow", "internal/engine", "internal/httpx", "internal/rawjson", "internal/secrets"},

		"internal/lint":    {"internal/rawjson", "pkg/flow", "internal/engine", "internal/engine/browser", "internal/spell", "internal/secrets"},
		"internal/secrets": {"internal/rawjson"},

		"pkg/client/clienttest": {"internal/rawjson", "pkg/flow"},
		"pkg/client/servertest": {"internal/engine", "internal/server", "internal/store"},
	}
}

// packages returns a line for each of our packages: its path and what it imports.
func packages(t *testing.T) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", "{{.ImportPath}} {{join .Imports \" \"}}", module+"...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	return string(out)
}

func TestImports(t *testing.T) {
	table := allowed()
	seen := 0
	for line := range strings.Lines(packages(t)) {
		words := strings.Fields(line)
		pkg := strings.TrimPrefix(words[0], module)
		if strings.HasPrefix(pkg, "cmd/") || strings.HasPrefix(pkg, "internal/cli") {
			continue
		}
		seen++
		for _, path := range words[1:] {
			if own, ok := strings.CutPrefix(path, module); ok && !slices.Contains(table[pkg], own) {
				t.Errorf("%s imports %s, which the table does not allow", pkg, own)
			}
			leaf := slices.Contains([]string{"pkg/flow", "internal/limits", "internal/order", "internal/rawjson"}, pkg)
			if leaf && !strings.HasPrefix(path, module) && strings.Contains(strings.Split(path, "/")[0], ".") {
				t.Errorf("%s imports %s; it may use the standard library only", pkg, path)
			}
			if strings.HasPrefix(path, "github.com/charmbracelet/lipgloss") && pkg != "internal/output" {
				t.Errorf("%s imports lipgloss; internal/output alone does", pkg)
			}
		}
	}
	if seen < len(table) {
		t.Errorf("saw %d packages, the table has %d", seen, len(table))
	}
}

// TestModules: a program that imports one of the public libraries needs no other modules
// than these, above all no database. (Its go.mod lists them and no more.)
func TestModules(t *testing.T) {
	for pkg, want := range map[string]string{
		"pkg/flow":              "",
		"pkg/flowfile":          "",
		"pkg/client":            "github.com/go-json-experiment/json github.com/go-resty/resty/v2 github.com/google/uuid golang.org/x/net",
		"pkg/client/clienttest": "github.com/google/uuid",
	} {
		out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}{{end}}{{end}}", module+pkg).Output()
		if err != nil {
			t.Fatalf("go list: %v", err)
		}
		got := strings.Fields(string(out))
		slices.Sort(got)
		if modules := strings.Join(slices.Compact(got), " "); modules != want {
			t.Errorf("%s needs %q, want %q", pkg, modules, want)
		}
	}
}

// TestDrawing checks that the drawing in docs/ARCHITECTURE.md has every package that
// others import, and that each one imports only what is below it there.
func TestDrawing(t *testing.T) {
	text, err := os.ReadFile("../../docs/ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	_, drawing, _ := strings.Cut(string(text), "```\n")
	drawing, _, _ = strings.Cut(drawing, "```")
	path := regexp.MustCompile(`(?:cmd|internal|pkg)(?:/[a-z]+)+|examples| /[a-z]+`)
	floor := map[string]int{}
	n := 0
	for line := range strings.Lines(drawing) {
		n++
		group := ""
		for _, pkg := range path.FindAllString(line, -1) {
			if rest, ok := strings.CutPrefix(pkg, " /"); ok { // of the same folder as the first one
				pkg = group + "/" + rest
			} else {
				group = pkg[:max(strings.LastIndexByte(pkg, '/'), 0)]
			}
			floor[pkg] = n
		}
	}
	for line := range strings.Lines(packages(t)) {
		words := strings.Fields(line)
		pkg := strings.TrimPrefix(words[0], module)
		for _, path := range words[1:] {
			own, ok := strings.CutPrefix(path, module)
			if !ok || own == "internal/licenses" {
				continue
			}
			switch {
			case floor[own] == 0:
				t.Errorf("the drawing does not have %s", own)
			case floor[pkg] == 0:
				t.Errorf("the drawing does not have %s", pkg)
			case floor[own] <= floor[pkg]:
				t.Errorf("%s imports %s, which is not below it in the drawing", pkg, own)
			}
		}
	}
}
