package server

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestCurlExamples runs the examples of the API's first document with curl. In
// them the address, the token and the id are made real, and a "[...]" is what it
// was short for.
func TestCurlExamples(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("there is no curl")
	}
	doc, err := os.ReadFile("testdata/curl.md")
	if err != nil {
		t.Fatal(err)
	}
	f := newFixture(t, Options{})
	id := f.create(f.ann, hello)
	fill := strings.NewReplacer("http://localhost:8080", f.url, "YOUR_TOKEN", f.ann.key, "{flow_id}", id,
		`"nodes": [...]`, `"nodes": [{"id": "a", "type": "input"}]`, `"edges": [...]`, `"edges": []`)
	wants := map[string]string{
		"Create a Flow":    `"name":"My First Flow","description":"A simple flow example","nodes":[{"id":"input_1","type":"input","position":{"x":100,"y":100},`,
		"Get All Flows":    `"name":"My First Flow","description":"A simple flow example","created_at":`,
		"Update a Flow":    `"name":"Updated Flow Name","description":"A <first> flow & more","nodes":[{"id":"a","type":"input"}],"edges":[]`,
		"Duplicate a Flow": `"name":"Updated Flow Name (Copy)"`,
		"Export a Flow":    `{"version":"1.0","flow":{"name":"Updated Flow Name"`,
		"Import a Flow":    `"name":"Imported Flow","description":null,"nodes":[{"id":"a","type":"input"}]`,
		"Delete a Flow":    `true`,
	}
	for example := range strings.SplitSeq(string(doc), "\n### ") {
		title, rest, _ := strings.Cut(example, "\n")
		_, command, found := strings.Cut(rest, "```bash\n")
		if !found {
			continue
		}
		command, _, _ = strings.Cut(command, "\n```")
		cmd := exec.CommandContext(t.Context(), "sh", "-c", fill.Replace(command)+" -sS --fail-with-body")
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil || wants[title] == "" || !strings.Contains(string(out), wants[title]) {
			t.Errorf("%s: %v\n%s\nwant in it %s", title, err, out, wants[title])
		}
		delete(wants, title)
	}
	for title := range wants {
		t.Errorf("the document has no example %q", title)
	}
}
