package sync

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
	d, err := ReadDir(t.Context(), Picked{Dir: dir}, false, io.Discard)
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
	pulled := []Pulled{{Source: d.Sources[0], FlowID: "1", Next: next, Changes: flow.Diff(was, next)}}
	write := func() error {
		return WriteFiles(t.Context(), dir, pulled, nil)[0].Err
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
