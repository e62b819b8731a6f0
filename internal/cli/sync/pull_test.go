package sync

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/sync"
	"github.com/flowctl/flowctl/pkg/flow"
)

// An edit that was saved after the files were compared is not written over.
func TestPullLeavesNewEdits(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.json")
	text := `{"version":"1.0","flow":{"name":"A","nodes":[{"id":"in","type":"input"}],"edges":[]}}`
	save := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	save(text)
	a := cmdutil.NewApp(strings.NewReader(""), io.Discard, io.Discard)
	d, err := a.ReadDir(t.Context(), cmdutil.Picked{Dir: dir}, false)
	if err != nil {
		t.Fatal(err)
	}
	next, err := d.Sources[0].Spec()
	if err != nil {
		t.Fatal(err)
	}
	next.Description = "from the browser"
	was, err := d.Sources[0].Spec()
	if err != nil {
		t.Fatal(err)
	}
	pulled := []sync.Pulled{{Source: d.Sources[0], FlowID: "1", Next: next, Changes: flow.Diff(was, next)}}
	write := func() error {
		same := func(s, _ flow.Spec) (flow.Spec, error) { return s, nil }
		return sync.WriteFiles(t.Context(), dir, pulled, same)[0].Err
	}

	edited := strings.Replace(text, `"A"`, `"A, edited"`, 1)
	save(edited)
	if err := write(); err == nil || !strings.Contains(err.Error(), "try again") {
		t.Errorf("got %v", err)
	}
	if got, _ := os.ReadFile(path); string(got) != edited {
		t.Errorf("the edit was lost: %s", got)
	}
	save(text)
	if err := write(); err != nil {
		t.Error(err)
	}
	if got, _ := os.ReadFile(path); !strings.Contains(string(got), "from the browser") {
		t.Errorf("not pulled: %s", got)
	}
}
