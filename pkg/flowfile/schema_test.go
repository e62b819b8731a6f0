package flowfile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/flowctl/flowctl/internal/layout"
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
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		docs := json.NewDecoder(bytes.NewReader(text)) // one after the other, as they stand there
		docs.UseNumber()
		for _, f := range flows {
			var doc any
			if err := docs.Decode(&doc); err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			if flow.HasErrors(flow.Validate(f.Spec)) {
				continue // a golden file of odd things: what Validate refuses, the schema may
			}
			valid++
			if err := s.Validate(doc); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		}
		if docs.More() {
			t.Errorf("%s holds more than the %d flows that were read", path, len(flows))
		}
	}
	if valid < len(files)/2 {
		t.Errorf("only %d flows of %d files are valid", valid, len(files))
	}
}

// definition is what these tests look at of a schema.
type definition struct {
	Description string                `json:"description"`
	Ref         string                `json:"$ref"`
	Enum        []json.RawMessage     `json:"enum"`
	Properties  map[string]definition `json:"properties"`
	Items       *definition           `json:"items"`
	Defs        map[string]definition `json:"$defs"`
}

func readSchema(t *testing.T) definition {
	t.Helper()
	var d definition
	if err := json.Unmarshal([]byte(Schema()), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// Whatever an editor hovers over is described.
func TestSchemaDescribesAll(t *testing.T) {
	root := readSchema(t)
	seen := 0
	var look func(at string, d definition)
	look = func(at string, d definition) {
		seen++
		target, isRef := root.Defs[strings.TrimPrefix(d.Ref, "#/$defs/")]
		if d.Description == "" && (!isRef || target.Description == "") {
			t.Errorf("%s is not described", at)
		}
		for key, p := range d.Properties {
			look(at+"/"+key, p)
		}
		if d.Items != nil && d.Items.Properties != nil {
			look(at+"/0", *d.Items)
		}
	}
	for name, d := range root.Defs {
		look(name, d)
	}
	if seen < 60 {
		t.Errorf("only %d were looked at", seen)
	}
}

// The schema has the fields that pkg/flow has of each node type, no more and no less.
func TestSchemaHasTheFieldsOfTheModel(t *testing.T) {
	root := readSchema(t)
	for _, nodeType := range flow.NodeTypes() {
		var got []string
		for key, p := range root.Defs[string(nodeType)].Properties {
			for inner := range p.Properties {
				got = append(got, key+"."+inner)
			}
			if p.Properties == nil {
				got = append(got, key)
			}
		}
		want := nodeType.Fields()
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: the schema has %q, the model %q", nodeType, got, want)
		}
	}
}

// The schema refuses what Validate calls the wrong type of value, and takes the rest.
func TestSchemaAgreesWithValidateOnTypes(t *testing.T) {
	s, root := compileSchema(t), readSchema(t)
	type field struct {
		text string // a flow with VALUE
		enum []json.RawMessage
	}
	fields := []field{
		{text: `{"name":"n","nodes":[],"edges":[],"description":VALUE}`}, {text: `{"name":"n","nodes":[],"edges":[],"meta":VALUE}`},
		{text: `{"name":"n","nodes":[],"edges":[],"access_control":{"read":VALUE}}`},
		{text: `{"name":"n","nodes":[],"edges":[],"access_control":{"write":{"group_ids":VALUE}}}`},
		{text: `{"name":"n","nodes":[{"id":"a","type":"input","data":VALUE}],"edges":[]}`},
		{text: `{"name":"n","nodes":[{"id":"a","type":"input","position":VALUE}],"edges":[]}`},
		{text: `{"name":"n","nodes":[{"id":"a","type":"input","position":{"x":VALUE}}],"edges":[]}`},
		{text: `{"name":"n","nodes":[],"edges":[{"id":VALUE,"source":"a","target":"b"}]}`},
		{text: `{"name":"n","nodes":[],"edges":[{"id":"e","source":"a","target":"b","targetHandle":VALUE}]}`},
	}
	for _, nodeType := range flow.NodeTypes() {
		for _, name := range nodeType.Fields() {
			outer, inner, isInner := strings.Cut(name, ".")
			at, value := root.Defs[string(nodeType)].Properties[outer], `VALUE`
			if isInner {
				at, value = at.Properties[inner], fmt.Sprintf(`{%q:VALUE}`, inner)
			}
			fields = append(fields, field{fmt.Sprintf(`{"name":"n","nodes":[{"id":"a","type":%q,"data":{%q:%s}}],"edges":[]}`, nodeType, outer, value), at.Enum})
		}
	}
	for _, f := range fields {
		for _, value := range []string{`"x"`, `5`, `0.5`, `true`, `null`, `{}`, `[]`, `["x"]`, `[5]`} {
			if value[0] == '"' && f.enum != nil {
				value = string(f.enum[0])
			}
			text := strings.ReplaceAll(f.text, "VALUE", value)
			spec, err := flow.ParseSpec([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			wrong := slices.ContainsFunc(flow.Validate(spec), func(p flow.Problem) bool {
				return p.Code == "wrong-type" || p.Code == "bad-access-control"
			})
			doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			if refused := s.Validate(doc) != nil; refused != wrong {
				t.Errorf("%s: the schema refuses it: %t, Validate: %t", text, refused, wrong)
			}
		}
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
		files[0].Spec = layout.Without(files[0].Spec)
		text := writeAll(t, files)
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil || strings.Contains(text, `"position"`) {
			t.Fatalf("%s: %v\n%s", path, err, text)
		}
		if err := s.Validate(doc); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}
