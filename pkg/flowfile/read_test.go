package flowfile

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/flowctl/flowctl/internal/limits"
	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

func read(text string) ([]File, error) { return Read(strings.NewReader(text), "f.json") }

func TestRead(t *testing.T) {
	type file struct {
		Version, ID, Name string
		ExportedAt        int64
	}
	const export = `{"version":"1.0","flow":{"name":"n","nodes":[],"edges":[],"meta":{}},"exportedAt":1697644800}`
	one := file{"1.0", "", "n", 1697644800}
	tests := []struct {
		name, text string
		want       []file
	}{
		{"wrapper", export, []file{one}},
		{"byte order mark", "\ufeff" + export, []file{one}},
		{"white space", "\r\n\t " + export + "\n\n", []file{one}},
		{"milliseconds", `{"flow":{"name":"n"},"exportedAt":1697644800999}`, []file{one}},
		{"microseconds", `{"flow":{"name":"n"},"exportedAt":1697644800999999}`, []file{one}},
		{"nanoseconds", `{"flow":{"name":"n"},"exportedAt":1697644800999999999}`, []file{one}},
		{"milliseconds of a stored flow", `{"name":"n","nodes":[],"updated_at":1697644800999}`, []file{one}},
		{"endless time of a stored flow", `{"name":"n","nodes":[],"updated_at":1e300}`, []file{{"1.0", "", "n", 0}}},
		{"fraction", `{"flow":{"name":"n"},"exportedAt":1697644800.9}`, []file{one}},
		{"the last second", `{"flow":{"name":"n"},"exportedAt":1e11}`, []file{{"1.0", "", "n", 1e11}}},
		{"no version, no time", `{"flow":{"name":"n"}}`, []file{{"1.0", "", "n", 0}}},
		{"null", `{"version":null,"id":null,"flow":{"name":"n"},"exportedAt":null}`, []file{{"1.0", "", "n", 0}}},
		{"version as a number", `{"version":1.0,"flow":{"name":"n"}}`, []file{{"1.0", "", "n", 0}}},
		{"short version", `{"version":1,"flow":{"name":"n"}}`, []file{{"1.0", "", "n", 0}}},
		{"id", `{"id":"\u0061","flow":{"name":"n","id":"b"}}`, []file{{"1.0", "a", "n", 0}}},
		{"id of the flow", `{"flow":{"name":"n","id":"b"}}`, []file{{"1.0", "b", "n", 0}}},
		{"escaped keys", `{"fl\u006fw":{"n\u0061me":"n"},"\u0069d":"a"}`, []file{{"1.0", "a", "n", 0}}},
		{"bare", `{"name":"n","nodes":[]}`, []file{{"1.0", "", "n", 0}}},
		{"bare with edges only", `{"edges":[],"name":"n"}`, []file{{"1.0", "", "n", 0}}},
		{"bare and stored", `{"id":"i","user_id":"u","name":"n","nodes":[],"edges":[],"created_at":1,"updated_at":2}`, []file{{"1.0", "i", "n", 2}}},
		{"bare with a version of its own", `{"name":"n","nodes":[],"version":"9"}`, []file{{"1.0", "", "n", 0}}},
		{"array", `[` + export + `,{"name":"m","nodes":[]}]`, []file{one, {"1.0", "", "m", 0}}},
		{"empty array", ` [ ] `, nil},
		{"lines", export + "\n" + export + "\n", []file{one, one}},
		{"stream", export + `[` + export + `]{"nodes":[]}`, []file{one, one, {"1.0", "", "", 0}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			files, err := read(tt.text)
			if err != nil {
				t.Fatal(err)
			}
			var got []file
			for _, f := range files {
				got = append(got, file{f.Version, f.ID, f.Spec.Name, f.ExportedAt})
				if f.Path != "f.json" || len(f.Warnings) > 0 || len(f.Extra) > 0 {
					t.Errorf("path %q, warnings %v, extra %s", f.Path, f.Warnings, f.Extra.AppendJSON(nil))
				}
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

// What only a server knows of a flow is not what an author wrote.
func TestReadStored(t *testing.T) {
	files, err := read(`{"id":"i","user_id":"u","zz":1,"name":"n","nodes":[],"created_at":1,"updated_at":2}`)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(files[0].Spec.AppendJSON(nil)), `{"zz":1,"name":"n","nodes":[]}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func utf16Text(text string, order binary.AppendByteOrder, mark bool) string {
	var b []byte
	if mark {
		b = order.AppendUint16(b, 0xfeff)
	}
	for _, u := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, u)
	}
	return string(b)
}

func TestReadErrors(t *testing.T) {
	const flowText = `{"name":"n","nodes":[]}`
	tests := []struct{ name, text, want string }{
		{"empty", "", "f.json:1:1: the file is empty"},
		{"white space", " \n\t\r\n", "f.json:1:1: the file is empty"},
		{"byte order mark alone", "\ufeff", "f.json:1:1: the file is empty"},
		{"truncated", "{\n  \"nodes\": [\n    {\"id\": \"é", "f.json:3:14: unexpected end of JSON text in a string; the file seems to be cut off"},
		{"truncated after a value", `{"nodes":[1`, "f.json:1:12: unexpected end of JSON text, want ',' or ']'; the file seems to be cut off"},
		{"truncated second", flowText + "\n{\"nodes\"", "f.json:2:9: unexpected end of JSON text, want ':' after a key; the file seems to be cut off"},
		{"rest", flowText + "\nxyz", "f.json:2:1: unexpected character 'x', want a JSON value"},
		{"comma", "{\r\n\"nodes\": [1,]\r\n}", "f.json:2:13: unexpected character ']', want a JSON value"},
		{"column in characters", "\ufeff{\"名前\": \"é\", x}", "f.json:1:13: unexpected character 'x', want a key in quotes"},
		{"yaml", "name: n\nnodes: []\n", "f.json:1:1: flow files are JSON; this looks like YAML"},
		{"unmerged from the first line", "<<<<<<< HEAD\n" + flowText, "f.json:1:1: this is a git conflict marker; finish the merge first: choose what stays, remove the markers, and 'git add' the file"},
		{"html", "\n<!DOCTYPE html><html>", "f.json:1:1: this is HTML or XML, not JSON; was a web page saved in place of an export?"},
		{"utf-16 le", utf16Text(flowText, binary.LittleEndian, true), "f.json:1:1: the file is encoded in UTF-16; save it as UTF-8"},
		{"utf-16 be", utf16Text(flowText, binary.BigEndian, true), "f.json:1:1: the file is encoded in UTF-16; save it as UTF-8"},
		{"utf-16 le without mark", utf16Text(flowText, binary.LittleEndian, false), "f.json:1:1: the file is encoded in UTF-16; save it as UTF-8"},
		{"utf-16 be without mark", utf16Text(flowText, binary.BigEndian, false), "f.json:1:1: the file is encoded in UTF-16; save it as UTF-8"},
		{"latin-1", "{\"nodes\":[],\n\"name\":\"caf\xe9\"}", "f.json:2:12: invalid UTF-8"},
		{"duplicate key", "{\"nodes\":[{\"id\":\"a\",\n \"\\u0069d\":\"b\"}]}", `f.json:2:2: duplicate key "id"`},
		{"duplicate key of the wrapper", `{"flow":{},"flow":{}}`, `f.json:1:12: duplicate key "flow"`},
		{"nested arrays", strings.Repeat("[", 100_000), "f.json:1:1003: nested deeper than 1000 levels"},

		{"newer", "{\n\"flow\":{\"nodes\":[]},\n \"version\": \"2.0\"}", `f.json:3:13: version "2.0" is newer than this flowctl reads (1.x); upgrade flowctl`},
		{"newer, with another shape", `{"version":"2","flows":[]}`, `f.json:1:12: version "2.0" is newer than this flowctl reads (1.x); upgrade flowctl`},
		{"newer as a number", `{"version":10.1,"flow":{}}`, `f.json:1:12: version "10.1" is newer than this flowctl reads (1.x); upgrade flowctl`},
		{"newer in an array", `[` + flowText + `,{"version":"3.1","flow":[]}]`, `f.json:1:37: version "3.1" is newer than this flowctl reads (1.x); upgrade flowctl`},
		{"older", `{"version":"0.9","flow":{}}`, `f.json:1:12: version "0.9" is not known, want "1.0"`},
		{"no version", `{"version":"latest","flow":{}}`, `f.json:1:12: version "latest" is not a version, want one such as "1.0"`},
		{"empty version", `{"version":"","flow":{}}`, `f.json:1:12: version "" is not a version, want one such as "1.0"`},
		{"negative version", `{"version":-1,"flow":{}}`, `f.json:1:12: version "-1" is not a version, want one such as "1.0"`},
		{"three numbers", `{"version":"1.0.0","flow":{}}`, `f.json:1:12: version "1.0.0" is not a version, want one such as "1.0"`},
		{"version of another type", `{"version":["1.0"],"flow":{}}`, "f.json:1:12: version must be a string, found an array"},

		{"number", "5", "f.json:1:1: want a flow, which is an object, found a number"},
		{"string", `"flow"`, "f.json:1:1: want a flow, which is an object, found a string"},
		{"null", "null", "f.json:1:1: want a flow, which is an object, found null"},
		{"array of arrays", "[\n[]]", "f.json:2:1: want a flow, which is an object, found an array"},
		{"array of other things", "[" + flowText + ", true]", "f.json:1:27: want a flow, which is an object, found true"},
		{"empty object", "{}", `f.json:1:1: this is not a flow: it has neither "flow" (a flow file) nor "nodes" (a flow)`},
		{"an error of the API", `{"detail":"Not authenticated"}`, `f.json:1:1: this is not a flow: it has neither "flow" (a flow file) nor "nodes" (a flow)`},
		{"package.json", `{"name":"x","version":"1.0.0"}`, `f.json:1:23: version "1.0.0" is not a version, want one such as "1.0"`},
		{"flow of another type", `{"flow": []}`, `f.json:1:10: "flow" must be an object, found an array`},
		{"flow is null", `{"flow": null}`, `f.json:1:10: "flow" must be an object, found null`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			files, err := read(tt.text)
			var e *Error
			if !errors.As(err, &e) || files != nil {
				t.Fatalf("%d files, error %v", len(files), err)
			}
			if err.Error() != tt.want {
				t.Errorf("got  %s\nwant %s", err, tt.want)
			}
		})
	}
}

func TestReadWarnings(t *testing.T) {
	tests := []struct{ name, text, want, extra string }{
		{"newer minor", `{"version":"1.7","flow":{},"hint":1.0}`, `f.json:1:12: version "1.7" is newer than this flowctl knows (1.0); what is new in it is kept but not understood`, `{"hint":1.0}`},
		{"id", "{\"flow\":{},\n\"id\": 5}", "f.json:2:7: id is not a text, and is ignored", `{"id":5}`},
		{"time", `{"exportedAt":"today","flow":{}}`, "f.json:1:15: exportedAt is not a time in seconds, and is ignored", `{"exportedAt":"today"}`},
		{"negative time", `{"exportedAt":-1,"flow":{}}`, "f.json:1:15: exportedAt is not a time in seconds, and is ignored", `{"exportedAt":-1}`},
		{"endless time", `{"exportedAt":1e400,"flow":{}}`, "f.json:1:15: exportedAt is not a time in seconds, and is ignored", `{"exportedAt":1e400}`},
		{"huge time", `{"exportedAt":1e300,"flow":{}}`, "f.json:1:15: exportedAt is not a time in seconds, and is ignored", `{"exportedAt":1e300}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			files, err := read(tt.text)
			if err != nil {
				t.Fatal(err)
			}
			f := files[0]
			if len(f.Warnings) != 1 || f.Warnings[0].Error() != tt.want {
				t.Errorf("warnings %v\nwant %s", f.Warnings, tt.want)
			}
			if got := string(f.Extra.AppendJSON(nil)); got != tt.extra {
				t.Errorf("extra %s, want %s", got, tt.extra)
			}
		})
	}
}

// The flow may have 1,000 levels, whatever stands around it.
func TestReadDepth(t *testing.T) {
	flowOf := func(levels int) string {
		n := levels - 2 // the flow and "nodes"
		return `{"nodes":[` + strings.Repeat("[", n) + strings.Repeat("]", n) + `]}`
	}
	for _, around := range []string{"FLOW", `[FLOW]`, `{"flow":FLOW}`, `[{"flow":FLOW}]`} {
		if _, err := read(strings.Replace(around, "FLOW", flowOf(rawjson.MaxDepth), 1)); err != nil {
			t.Errorf("%s: %v", around, err)
		}
		_, err := read(strings.Replace(around, "FLOW", flowOf(rawjson.MaxDepth+1), 1))
		if err == nil || !strings.Contains(err.Error(), "nested deeper than 1000 levels") {
			t.Errorf("%s, one more: %v", around, err)
		}
	}
}

// endless is a reader that counts what is taken from it.
type endless struct{ n int64 }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	e.n += int64(len(p))
	return len(p), nil
}

func TestReadLimit(t *testing.T) {
	r := &endless{}
	_, err := Read(r, "-")
	if err == nil || err.Error() != "-: read the file: larger than 64 MiB, the limit for this file" {
		t.Errorf("error %v", err)
	}
	if r.n > limits.File+1 {
		t.Errorf("%d bytes were read", r.n)
	}

	// A file is not read at all: this one is 1 TiB of nothing.
	path := filepath.Join(t.TempDir(), "huge.json")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if err := f.Truncate(1 << 40); err != nil {
		t.Skip(err)
	}
	if _, err := ReadFile(t.Context(), path); err == nil || !strings.Contains(err.Error(), "larger than 64 MiB") {
		t.Errorf("error %v", err)
	}
}

func TestReadFileErrors(t *testing.T) {
	dir := t.TempDir()
	missing := filepath.Join(dir, "missing.json")
	_, err := ReadFile(t.Context(), missing)
	if !errors.Is(err, fs.ErrNotExist) || strings.Count(err.Error(), "missing.json") != 1 {
		t.Errorf("missing: %v", err)
	}
	if _, err := ReadFile(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "is a directory") {
		t.Errorf("directory: %v", err)
	}
	secret := filepath.Join(dir, "secret.json")
	if err := os.WriteFile(secret, []byte("{}"), 0); err != nil {
		t.Fatal(err)
	}
	if os.Getuid() > 0 { // root reads everything
		if _, err := ReadFile(t.Context(), secret); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("unreadable: %v", err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ReadFile(ctx, secret); !errors.Is(err, context.Canceled) && !errors.Is(err, fs.ErrPermission) {
		t.Errorf("cancelled: %v", err)
	}
	broken := io.MultiReader(strings.NewReader(`{"nodes":[`), errorReader{})
	if _, err := Read(broken, "-"); !errors.Is(err, errBroken) {
		t.Errorf("broken: %v", err)
	}
}

var errBroken = errors.New("broken")

type errorReader struct{}

func (errorReader) Read([]byte) (int, error) { return 0, errBroken }

func TestReadLarge(t *testing.T) {
	if testing.Short() {
		t.Skip("50 MB")
	}
	path := filepath.Join(t.TempDir(), "large.json")
	size := writeLarge(t, path)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	files, err := ReadFile(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if held := int64(after.HeapAlloc) - int64(before.HeapAlloc); held > 2*size {
		t.Errorf("%d bytes are held of a file of %d", held, size)
	}
	if problems := flow.Validate(files[0].Spec); len(problems) > 0 {
		t.Errorf("%v", problems[0])
	}
	runtime.KeepAlive(files)
}

// writeLarge writes a flow file of 50 MB, all on one line, and returns its size.
func writeLarge(tb testing.TB, path string) int64 {
	tb.Helper()
	var b strings.Builder
	b.WriteString(`{"version":"1.0","flow":{"name":"Large","nodes":[{"id":"input","type":"input","data":{"value":"x"}}`)
	for i := 0; b.Len() < 50_000_000; i++ {
		b.WriteString(`,{"id":"model_`)
		b.WriteString(strings.Repeat("x", i%5))
		b.WriteString(itoa(i))
		b.WriteString(`","type":"model","position":{"x":100,"y":200.5},"data":{"label":"A step","modelId":"llama3","prompt":"Read \"this\" with care:\n\n{{input}}","temperature":0.7}}`)
	}
	b.WriteString(`],"edges":[],"meta":{}},"exportedAt":1697644800}`)
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		tb.Fatal(err)
	}
	return int64(b.Len())
}
