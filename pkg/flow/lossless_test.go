package flow

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/internal/rawjson"
)

// lossless are flows that must come back byte for byte.
//
//nolint:gochecknoglobals // a table that is only read
var lossless = map[string]string{
	"empty":                  `{}`,
	"numbers":                `{"name":"n","nodes":[{"id":"a","data":{"value":[1.0,-0.0,1e400,1E+2,12345678901234567890,1152921504606846976,0.1e-7]}}]}`,
	"lone surrogates":        `{"name":"\ud800 \uDFFF","nodes":[{"id":"\ud83d","type":"\ude00","data":{"\ud800":1,"\ud801":"\udc00x"}}],"\ud800":1,"\udfff":2}`,
	"escapes":                `{"name":"\u0041\/\b","\u006eodes":[{"\u0069d":"\u0061","typ\u0065":"input"}],"\u0065dges":[{"sourc\u0065":"\u0061"}]}`,
	"backslashes":            `{"name":"\\","nodes":[{"id":"\\\"","data":{"a\\\\":"\\\\\"x","b":"\\"}}],"edges":[{"id":"\\\\"}]}`,
	"unescaped":              "{\"name\":\"<b>&amp;</b>\u2028\u2029\U0001F600\x7f\"}",
	"unknown at every level": `{"zz":1,"name":"n","x-y":{"a":[{}]},"nodes":[{"measured":{"width":1.0},"id":"a","data":{"later":null},"selected":false}],"edges":[{"animated":true,"id":"e","source":"a","target":"a","style":{}}],"":0}`,
	"order of keys":          `{"access_control":{},"meta":{"b":1,"a":2},"edges":[],"nodes":[{"data":{},"position":{"y":1,"x":2},"type":"input","id":"a"}],"description":"d","name":"n"}`,
	"null":                   `{"name":null,"description":null,"nodes":null,"edges":null,"meta":null,"access_control":null}`,
	"null below":             `{"nodes":[null,{"id":null,"type":null,"position":null,"data":null}],"edges":[null,{"id":null,"sourceHandle":null}]}`,
	"wrong types":            `{"name":5,"description":[],"nodes":{"a":1},"edges":"x","meta":[],"access_control":7}`,
	"wrong types below":      `{"nodes":[{"id":5,"type":{},"position":"p","data":[1]}],"edges":[{"id":[],"source":1,"target":{},"sourceHandle":false,"targetHandle":2.50}]}`,
	"nodes that are none":    `{"nodes":[1,"a",[],true,1.50,{}],"edges":[2e0,"",[[]],false]}`,
	"not an object":          `[1.0,{"a":2}]`,
	"a number":               `-0.0`,
	"stored":                 `{"id":"i","user_id":"u","name":"n","description":null,"nodes":[],"edges":[],"created_at":1.0,"updated_at":2e0,"meta":{},"access_control":null}`,
	"stored, odd":            `{"meta":{},"updated_at":"x","id":5,"zz":1,"created_at":1e400,"name":"n","user_id":null}`,
}

func TestLossless(t *testing.T) {
	for name, text := range lossless {
		t.Run(name, func(t *testing.T) { testLossless(t, []byte(text)) })
	}
}

func TestLosslessVectors(t *testing.T) {
	for name, text := range vectorTexts(t) {
		t.Run(name, func(t *testing.T) { testLossless(t, text) })
	}
}

// vectorTexts returns the flows of testdata/vectors by name.
func vectorTexts(t *testing.T) map[string][]byte {
	t.Helper()
	paths, _ := filepath.Glob("testdata/vectors/*.json")
	if len(paths) < 80 {
		t.Fatalf("only %d vectors", len(paths))
	}
	texts := make(map[string][]byte)
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := rawjson.ParseObject(data)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		flow, _ := doc.Get("flow")
		texts[strings.TrimSuffix(filepath.Base(path), ".json")] = flow
	}
	return texts
}

func vectors(t *testing.T) map[string]Spec {
	t.Helper()
	specs := make(map[string]Spec)
	for name, text := range vectorTexts(t) {
		specs[name] = mustSpec(t, string(text))
	}
	return specs
}

// testLossless reads text as all that it can be read as, also when it is laid
// out in another way, and compares what is written again.
func testLossless(t *testing.T, text []byte) {
	t.Helper()
	want := rawjson.AppendCompact(nil, text)
	for _, in := range [][]byte{text, spread(want)} {
		spec, err := ParseSpec(in)
		if err != nil {
			t.Fatal(err)
		}
		diffText(t, "Spec", spec.AppendJSON(nil), want)
		flow, err := ParseFlow(in)
		if err != nil {
			t.Fatal(err)
		}
		diffText(t, "Flow", flow.AppendJSON(nil), want)
		for what, v := range map[string]interface {
			json.Unmarshaler
			json.Marshaler
		}{"*Spec": new(Spec), "*Flow": new(Flow), "*Node": new(Node), "*Edge": new(Edge)} {
			if err := json.Unmarshal(in, v); err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			got, _ := v.MarshalJSON()
			diffText(t, what, got, want)
		}
	}
}

// spread puts white space wherever JSON lets it stand.
func spread(compact []byte) []byte {
	var b bytes.Buffer
	b.WriteString("\n ")
	for i := 0; i < len(compact); {
		end := i + 1
		if compact[i] == '"' {
			s := rawjson.Scan(compact[i:])
			_ = s.Value() // seeds are valid
			end = i + s.Pos
		}
		b.Write(compact[i:end])
		if bytes.IndexByte([]byte(`{}[],:"`), compact[end-1]) >= 0 {
			b.WriteString("\r\n\t ")
		}
		i = end
	}
	return b.Bytes()
}

func diffText(t *testing.T, what string, got, want []byte) {
	t.Helper()
	if !bytes.Equal(got, want) {
		t.Errorf("%s:\n got %s\nwant %s", what, got, want)
	}
}

// What Check refuses, nothing else accepts, and at the same place.
func TestReadersCheck(t *testing.T) {
	for _, text := range []string{
		"", "  ", `{"nodes":[{"id":1,"id":2}]}`, `{"name":1,"nam\u0065":2}`, `{"nodes":[{"data":{"a":1,"a":2}}]}`,
		`{"edges":[{"id":"e"]}`, "{\"edges\":[{\"id\":\"\xff\"}]}", `{"nodes":[}`, `{"a":1} x`, `{"nodes":`, `{`,
		`{"nodes":` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + `}`, `5 5`, `"a`,
	} {
		want := rawjson.Check([]byte(text))
		if want == nil {
			t.Fatalf("Check accepts %.60q", text)
		}
		_, specErr := ParseSpec([]byte(text))
		_, flowErr := ParseFlow([]byte(text))
		_, objectErr := rawjson.ParseObject([]byte(text))
		for what, err := range map[string]error{
			"ParseSpec": specErr, "ParseFlow": flowErr, "ParseObject": objectErr,
			"Node": new(Node).UnmarshalJSON([]byte(text)), "Edge": new(Edge).UnmarshalJSON([]byte(text)),
		} {
			isObject := strings.HasPrefix(strings.TrimSpace(text), "{") || strings.TrimSpace(text) == ""
			if err == nil || isObject && err.Error() != want.Error() {
				t.Errorf("%s(%.60q): %v, want %v", what, text, err, want)
			}
		}
	}
}
