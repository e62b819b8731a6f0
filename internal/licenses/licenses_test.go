package licenses

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write THIRD_PARTY_LICENSES anew") //nolint:gochecknoglobals // a flag has to be there before the tests are

// head begins the file. What is not a module of its own is named here.
const head = `flowctl is made with the code of others. Here are their licences: of the modules of
which the program has parts, on Linux, macOS or Windows, of Go's own library and
runtime, and of Swagger UI, which the page /docs is made of (Copyright SmartBear
Software Inc., Apache License 2.0).
`

// TestThirdParty fails when the file is not what the program is made of.
func TestThirdParty(t *testing.T) {
	want := generate(t)
	if *update {
		if err := os.WriteFile("THIRD_PARTY_LICENSES", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if ThirdParty != want {
		t.Error("THIRD_PARTY_LICENSES is out of date: run make generate")
	}
}

// generate puts the licences together. Modules with the same one share its text.
func generate(t *testing.T) string {
	t.Helper()
	byText := map[string][]string{}
	for name, dir := range modules(t) {
		text := licenceIn(t, dir)
		if text == "" {
			t.Errorf("%s has no licence in %s", name, dir)
		}
		byText[text] = append(byText[text], name)
		if strings.HasPrefix(name, "golang.org/x/sys ") {
			byText[text] = append(byText[text], "Go")
		}
	}
	var parts []string
	for text, names := range byText {
		slices.Sort(names)
		parts = append(parts, strings.Join(names, "\n")+"\n\n"+text)
	}
	slices.Sort(parts)
	line := "\n" + strings.Repeat("-", 80) + "\n\n"
	return head + line + strings.Join(parts, line)
}

// modules lists the modules that the program is built of, with their folders.
func modules(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, system := range []string{"linux", "darwin", "windows"} {
		cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f",
			"{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}\t{{.Dir}}{{end}}{{end}}", "../../cmd/flowctl")
		cmd.Env = append(os.Environ(), "GOOS="+system, "GOARCH=amd64", "CGO_ENABLED=0")
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(out)) {
			if name, dir, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
				found[name] = dir
			}
		}
	}
	return found
}

// licenceIn returns the texts of a module's licence and notices, in a form in which the
// same licence is the same text.
func licenceIn(t *testing.T, dir string) string {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, f := range files {
		if !regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice)`).MatchString(f.Name()) || strings.Contains(f.Name(), "LOGO") || f.IsDir() {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.ReplaceAll(string(raw), "\r\n", "\n"), "\n")
		for i, line := range lines {
			lines[i] = strings.TrimRight(line, " \t")
		}
		texts = append(texts, strings.Trim(strings.Join(lines, "\n"), "\n")+"\n")
	}
	return strings.Join(texts, "\n")
}
