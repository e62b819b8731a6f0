package main

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/lint"
	"github.com/flowctl/flowctl/pkg/client/clienttest"
	"github.com/flowctl/flowctl/pkg/flow"
)

// TestRulesByBinary runs `flowctl validate` on the examples of every rule: the bad one
// has the code at a place and the exit code that its severity asks for, the good one
// has not, and 'flowctl help rules' knows it.
func TestRulesByBinary(t *testing.T) {
	web := httptest.NewServer(clienttest.New(clienttest.Options{Models: []string{"gpt-4o"}}))
	defer web.Close()
	s := newPageShell(t, "FLOWCTL_SERVER="+web.URL, "FLOWCTL_TOKEN=ann-token")
	online := map[string]bool{lint.CodeUnknownModel: true, lint.CodeUnknownKnowledgeBase: true}
	for _, r := range lint.Rules() {
		t.Run(r.Code, func(t *testing.T) {
			validate := "flowctl validate -q --info -o json"
			if online[r.Code] {
				validate += " --online"
			}
			good := strings.ReplaceAll(r.Good, `"handbook"`, `"kb-1"`) // what that server has
			for name, text := range map[string]string{"bad.json": r.Bad, "good.json": good} {
				if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			found := func(file string) (*files.Finding, int) {
				out, code := s.run(t, validate+" "+file+" 2>/dev/null")
				var all []files.Finding
				if err := json.Unmarshal([]byte(out), &all); err != nil {
					t.Fatalf("%v: %s", err, out)
				}
				for i := range all {
					if all[i].Code == r.Code {
						return &all[i], code
					}
				}
				return nil, code
			}
			f, code := found("bad.json")
			if f == nil || f.Severity != r.Severity || f.Line < 1 || f.Column < 1 || f.Message == "" {
				t.Fatalf("the bad example gives %+v", f)
			}
			if r.Severity == flow.SeverityError && code != cmdutil.ExitNo {
				t.Errorf("exit code %d", code)
			}
			if f, _ := found("good.json"); f != nil {
				t.Errorf("the good example gives %+v", f)
			}
			if out, code := s.run(t, "flowctl help rules "+r.Code); code != 0 || !strings.HasPrefix(out, fmt.Sprintf("%s (%s)\n", r.Code, r.Severity)) {
				t.Errorf("'flowctl help rules' prints %s", out)
			}
		})
	}
}
