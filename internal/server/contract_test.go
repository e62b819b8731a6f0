package server

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"mime"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/flowctl/flowctl/internal/rawjson"
)

var update = flag.Bool("update", false, "write openapi.json anew") //nolint:gochecknoglobals // a flag has to be there before the tests are

// TestOpenAPIJSON fails when openapi.json is not what openapi.yaml says.
func TestOpenAPIJSON(t *testing.T) {
	text, err := os.ReadFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	want := append(appendYAML(t, nil, doc.Content[0]), '\n')
	if *update {
		if err := os.WriteFile("openapi.json", want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(openAPIJSON, want) {
		t.Error("openapi.json is out of date: run go test ./internal/server -run TestOpenAPIJSON -update")
	}
}

// appendYAML appends n as JSON with its keys in their order.
func appendYAML(t *testing.T, dst []byte, n *yaml.Node) []byte {
	switch n.Kind {
	case yaml.AliasNode:
		return appendYAML(t, dst, n.Alias)
	case yaml.SequenceNode:
		dst = append(dst, '[')
		for i, item := range n.Content {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendYAML(t, dst, item)
		}
		return append(dst, ']')
	case yaml.MappingNode:
		dst = append(dst, '{')
		for i, m := range members(n) {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(rawjson.AppendString(dst, m[0].Value), ':')
			dst = appendYAML(t, dst, m[1])
		}
		return append(dst, '}')
	}
	var v any
	if err := n.Decode(&v); err != nil {
		t.Fatal(err)
	}
	if s, ok := v.(string); ok {
		return rawjson.AppendString(dst, s)
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return append(dst, b...)
}

// members returns a mapping's keys and values; its own come in the place of merged
// ones.
func members(n *yaml.Node) (list [][2]*yaml.Node) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	for i := 0; i < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Tag == "!!merge" {
			list = append(list, members(value)...)
			continue
		}
		at := slices.IndexFunc(list, func(m [2]*yaml.Node) bool { return m[0].Value == key.Value })
		if at < 0 {
			list = append(list, [2]*yaml.Node{key, value})
		} else {
			list[at][1] = value
		}
	}
	return list
}

// TestRoutes holds the route table against the contract: neither has more.
func TestRoutes(t *testing.T) {
	documented := map[string]bool{}
	for path, item := range loadContract(t).object("paths") {
		for method := range item.(map[string]any) {
			if method != "parameters" {
				documented[strings.ToUpper(method)+" "+path] = true
			}
		}
	}
	for _, rt := range new(Server).routes() {
		for method := range rt.methods {
			key := method + " " + strings.TrimSuffix(rt.path, "{$}")
			if !documented[key] {
				t.Errorf("%s is not in openapi.yaml", key)
			}
			delete(documented, key)
		}
	}
	for key := range documented {
		t.Errorf("%s is in openapi.yaml alone", key)
	}
}

// contract is openapi.json as a test checks answers against it.
type contract struct {
	doc      map[string]any
	compiler *jsonschema.Compiler
	mu       sync.Mutex
}

// newContract reads the contract, once for all tests: compiling schemas takes long.
//
//nolint:gochecknoglobals // see above
var newContract = sync.OnceValues(func() (*contract, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(openAPIJSON))
	if err != nil {
		return nil, err
	}
	c := &contract{doc: doc.(map[string]any), compiler: jsonschema.NewCompiler()}
	return c, c.compiler.AddResource("openapi.json", doc)
})

func loadContract(t *testing.T) *contract {
	t.Helper()
	c, err := newContract()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// object goes down the keys and through references on the way.
func (c *contract) object(keys ...string) map[string]any {
	o := c.doc
	for _, key := range keys {
		next, ok := o[key].(map[string]any)
		if !ok {
			return nil
		}
		o, _ = c.resolve(next, "")
	}
	return o
}

// resolve follows a $ref of o, which is at pointer.
func (c *contract) resolve(o map[string]any, pointer string) (map[string]any, string) {
	ref, ok := o["$ref"].(string)
	if !ok {
		return o, pointer
	}
	o = c.doc
	for key := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
		o = o[key].(map[string]any)
	}
	return o, strings.TrimPrefix(ref, "#")
}

// check reports what is wrong with an answer: a status, header, content type or body
// that the contract does not have.
func (c *contract) check(method, path string, status int, header http.Header, body []byte) error {
	if err := checkCommon(header); err != nil {
		return err
	}
	if method == http.MethodHead {
		body = nil
	}
	pattern, item := c.path(path)
	if item == nil {
		if status != http.StatusNotFound {
			return fmt.Errorf("status %d for a path that is not in the contract", status)
		}
		return c.checkResponse("/components/responses/NotFound", header, body)
	}
	if status == http.StatusMethodNotAllowed || method == http.MethodOptions {
		if got, want := header.Get("Allow"), allowOf(item); got != want {
			return fmt.Errorf("Allow is %q, the contract's methods are %q", got, want)
		}
		if method == http.MethodOptions {
			return nil
		}
		return c.checkResponse("/components/responses/MethodNotAllowed", header, body)
	}
	if method == http.MethodHead {
		method = http.MethodGet
	}
	escape := strings.NewReplacer("~", "~0", "/", "~1").Replace
	pointer := fmt.Sprintf("/paths/%s/%s/responses/%d", escape(pattern), strings.ToLower(method), status)
	if c.object("paths", pattern, strings.ToLower(method), "responses", fmt.Sprint(status)) == nil {
		return fmt.Errorf("status %d is not in the contract of %s %s", status, method, pattern)
	}
	return c.checkResponse(pointer, header, body)
}

func checkCommon(header http.Header) error {
	for name, want := range map[string]string{"Flowctl-Api": "1", "X-Content-Type-Options": "nosniff"} {
		if got := header.Get(name); got != want {
			return fmt.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if header.Get("X-Request-Id") == "" {
		return fmt.Errorf("no X-Request-Id")
	}
	return nil
}

// path finds the path item: the one with the fewest parameters.
func (c *contract) path(path string) (pattern string, item map[string]any) {
	parts := strings.Split(path, "/")
	for at, candidate := range c.object("paths") {
		want := strings.Split(at, "/")
		fits := len(want) == len(parts)
		for i := range want {
			fits = fits && (want[i] == parts[i] || strings.HasPrefix(want[i], "{") && parts[i] != "")
		}
		if fits && (item == nil || strings.Count(at, "{") < strings.Count(pattern, "{")) {
			pattern, item = at, candidate.(map[string]any)
		}
	}
	return pattern, item
}

func allowOf(item map[string]any) string {
	methods := []string{"OPTIONS"}
	for m := range item {
		switch m {
		case "parameters":
		case "get":
			methods = append(methods, "GET", "HEAD")
		default:
			methods = append(methods, strings.ToUpper(m))
		}
	}
	slices.Sort(methods)
	return strings.Join(methods, ", ")
}

// checkResponse holds an answer against the response object at pointer. A nil body
// is not looked at.
func (c *contract) checkResponse(pointer string, header http.Header, body []byte) error {
	o := any(c.doc)
	for key := range strings.SplitSeq(pointer[1:], "/") {
		o = o.(map[string]any)[strings.NewReplacer("~1", "/", "~0", "~").Replace(key)]
	}
	response, pointer := c.resolve(o.(map[string]any), pointer)
	headers, _ := response["headers"].(map[string]any)
	for name, h := range headers {
		h, at := c.resolve(h.(map[string]any), pointer+"/headers/"+name)
		value := header.Get(name)
		if value == "" {
			if h["required"] == true {
				return fmt.Errorf("header %s is missing", name)
			}
			continue
		}
		if err := c.validate(at+"/schema", headerValue(h, value)); err != nil {
			return fmt.Errorf("header %s: %w", name, err)
		}
	}
	content, _ := response["content"].(map[string]any)
	if content == nil {
		if len(body) > 0 {
			return fmt.Errorf("a body of %d bytes where the contract has none", len(body))
		}
		return nil
	}
	kind, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		return err
	}
	if _, ok := content[kind]; !ok {
		return fmt.Errorf("content type %s is not in the contract", kind)
	}
	if body == nil || kind != "application/json" {
		return nil
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("body is not JSON: %w", err)
	}
	return c.validate(pointer+"/content/application~1json/schema", v)
}

// headerValue is the value as the header's schema sees it.
func headerValue(h map[string]any, value string) any {
	if schema, _ := h["schema"].(map[string]any); schema["type"] == "integer" {
		return json.Number(value)
	}
	return value
}

func (c *contract) validate(pointer string, v any) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	schema, err := c.compiler.Compile("openapi.json#" + pointer)
	if err != nil {
		return err
	}
	return schema.Validate(v)
}
