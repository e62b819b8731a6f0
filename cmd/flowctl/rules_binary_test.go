package main

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/lint"
	"github.com/flowctl/flowctl/pkg/client/clienttest"
)

// TestRulesByBinary runs `flowctl validate` on the examples of all rules: a bad one
// has the code at a place, a good one does not.
func TestRulesByBinary(t *testing.T) {
	web := httptest.NewServer(clienttest.New(clienttest.Options{Models: []string{"gpt-4o"}}))
	defer web.Close()
	s := newPageShell(t, "FLOWCTL_SERVER="+web.URL, "FLOWCTL_TOKEN=ann-token")
	validate := func(dir string, want int, example func(bad, good string) string) (found []files.Finding) {
		if err := os.Mkdir(filepath.Join(s.dir, dir), 0o700); err != nil {
			t.Fatal(err)
		}
		for _, r := range lint.Rules() {
			text := strings.ReplaceAll(example(r.Examples()), `"handbook"`, `"kb-1"`) // what that server has
			if err := os.WriteFile(filepath.Join(s.dir, dir, r.Code+".json"), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		out, code := s.run(t, "flowctl validate -q --info --online -o json "+dir+" 2>/dev/null")
		if err := json.Unmarshal([]byte(out), &found); err != nil || code != want {
			t.Fatalf("exit code %d, %v: %s", code, err, out)
		}
		return found
	}
	bad := validate("bad", cmdutil.ExitNo, func(bad, _ string) string { return bad })
	good := validate("good", cmdutil.ExitDone, func(_, good string) string { return good })
	for _, r := range lint.Rules() {
		has := func(f files.Finding) bool { return f.Code == r.Code && filepath.Base(f.File) == r.Code+".json" }
		i := slices.IndexFunc(bad, has)
		if i < 0 || bad[i].Severity != r.Severity || bad[i].Line < 1 || bad[i].Column < 1 || bad[i].Message == "" {
			t.Errorf("%s: the bad example has no such finding, or one without a place", r.Code)
		}
		if slices.ContainsFunc(good, has) {
			t.Errorf("%s: the good example has it", r.Code)
		}
	}
}
