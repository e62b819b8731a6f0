package flowfile

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/flowctl/flowctl/pkg/flow"
)

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(Schema())))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("flow.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("flow.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSchemaTakesExamplesAndGoldenFiles(t *testing.T) {
	s := compileSchema(t)
	var files []string
	for _, pattern := range []string{"../../examples/*.json", "testdata/v1.0/*.golden.json"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %d files (%v)", pattern, len(found), err)
		}
		files = append(files, found...)
	}
	valid := 0
	for _, path := range files {
		flows, err := ReadFile(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range flows {
			if flow.HasErrors(flow.Validate(f.Spec)) {
				continue // a golden file of odd things: what Validate refuses, the schema may
			}
			valid++
			var text bytes.Buffer
			if err := Write(&text, f); err != nil {
				t.Fatal(err)
			}
			doc, err := jsonschema.UnmarshalJSON(&text)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Validate(doc); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		}
	}
	if valid < len(files)/2 {
		t.Errorf("only %d flows of %d files are valid", valid, len(files))
	}
}

func TestSchemaRefuses(t *testing.T) {
	s := compileSchema(t)
	for name, text := range map[string]string{
		"no flow":              `{"version":"1.0"}`,
		"a newer version":      `{"version":"2.0","flow":{"nodes":[]}}`,
		"nodes of no array":    `{"nodes":{}}`,
		"an unknown type":      `{"nodes":[{"id":"a","type":"modle"}]}`,
		"a node without an id": `{"nodes":[{"type":"model"}]}`,
		"a prompt of a number": `{"nodes":[{"id":"a","type":"model","data":{"prompt":5}}]}`,
		"an unknown operator":  `{"nodes":[{"id":"a","type":"conditional","data":{"operator":"is"}}]}`,
		"an edge to nowhere":   `{"nodes":[],"edges":[{"source":"a"}]}`,
		"a blank name":         `{"name":" ","nodes":[]}`,
	} {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(text)))
		if err != nil {
			t.Fatal(err)
		}
		if s.Validate(doc) == nil {
			t.Errorf("%s: %s is taken", name, text)
		}
	}
}

func TestSchemaInDocsIsThisOne(t *testing.T) {
	text, err := os.ReadFile("../../docs/schema/flow-1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	if string(text) != Schema() {
		t.Error("docs/schema/flow-1.0.json differs from pkg/flowfile/schema.json; run 'make generate'")
	}
}

func TestSchemaTakesFilesWithoutLayout(t *testing.T) {
	s := compileSchema(t)
	paths, err := filepath.Glob("../../examples/*.json")
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	for _, path := range paths {
		files, err := ReadFile(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		for _, form := range []Form{Sidecar, Drop} {
			files[0].Form = form
			text := writeAll(t, files)
			doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
			if err != nil || strings.Contains(text, `"position"`) {
				t.Fatalf("%s as %s: %v\n%s", path, form, err, text)
			}
			if err := s.Validate(doc); err != nil {
				t.Errorf("%s as %s: %v", path, form, err)
			}
		}
	}
}
