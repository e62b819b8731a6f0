package record

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

func spec(t *testing.T, text string) flow.Spec {
	t.Helper()
	s, err := flow.ParseSpec([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// kept is a record as the editor makes it.
func kept(nodes, errs string) flow.Execution {
	return flow.Execution{Status: flow.RunSuccess, Outputs: []byte(nodes), NodeResults: []byte(nodes), Errors: []byte(errs), Meta: []byte(`{}`)}
}

func TestNormal(t *testing.T) {
	const nodes = `{"nodes":[{"id":"m","type":"model","data":{"prompt":"p"}},{"id":"t","type":"transform","data":{"operation":"extract","config":{}}},` +
		`{"id":"g","type":"merge","data":{}},{"id":"w","type":"websearch","data":{"query":"q"}},{"id":"l","type":"loop","data":{}},{"id":"o","type":"output","data":{}}],"edges":[]}`
	for name, c := range map[string]struct {
		nodes, errs                string
		status                     flow.RunStatus
		outputs, results, failures string
	}{
		"a text of many scripts": {`{"m":{"0":"a","1":"ö","2":"\ud83d","3":"\ude00","prompt":"p","status":"success"}}`, `null`,
			flow.RunSuccess, `{}`, `{"m":"aö😀"}`, `null`},
		"a list":                     {`{"g":{"0":"ab","1":{"x":1.0},"status":"success"}}`, `null`, flow.RunSuccess, `{}`, `{"g":["ab",{"x":1.0}]}`, `null`},
		"an object":                  {`{"t":{"a":{"b":2},"operation":"extract","config":{},"label":"T","status":"success"}}`, `null`, flow.RunSuccess, `{}`, `{"t":{"a":{"b":2}}}`, `null`},
		"a number, which is lost":    {`{"t":{"operation":"extract","status":"success"}}`, `null`, flow.RunSuccess, `{}`, `{}`, `null`},
		"rounds":                     {`{"o":{"value":"b","iterationResults":["a","b"],"status":"success"}}`, `null`, flow.RunSuccess, `{"o":["a","b"]}`, `{"o":{"value":"b","iterationResults":["a","b"]}}`, `null`},
		"a file":                     {`{"o":{"fileId":"f","fileType":"image","format":"file","status":"success"}}`, `null`, flow.RunSuccess, `{"o":{"fileId":"f","fileType":"image"}}`, `{"o":{"fileId":"f","fileType":"image"}}`, `null`},
		"the type of a file alone":   {`{"o":{"fileType":"image","format":"file"}}`, `null`, flow.RunSuccess, `{}`, `{}`, `null`},
		"a query alone":              {`{"w":{"query":"q"},"l":{"results":[]}}`, `null`, flow.RunSuccess, `{}`, `{}`, `null`},
		"an error in the data alone": {`{"m":{"status":"error","error":"no"}}`, `null`, flow.RunError, `{}`, `{}`, `{"m":"no"}`},
		"an error of the run":        {`{"m":{"prompt":"p"}}`, `{"global":"Circular dependency detected in flow"}`, flow.RunError, `{}`, `{}`, `{"global":"Circular dependency detected in flow"}`},
		"a node that was stopped":    {`{"m":{"status":"error","error":"Aborted"}}`, `{"m":"Execution aborted"}`, flow.RunAborted, `{}`, `{}`, `{"m":"Execution aborted"}`},
		"a node that is gone":        {`{"x":{"0":"h","1":"i","status":"success"},"y":{"value":"v","format":"text"}}`, `null`, flow.RunSuccess, `{"y":"v"}`, `{"x":"hi","y":{"value":"v"}}`, `null`},
		"what is not an object":      {`{"x":5}`, `null`, flow.RunSuccess, `{}`, `{}`, `null`},
	} {
		e := Normal(kept(c.nodes, c.errs), spec(t, nodes))
		if e.Status != c.status || string(e.Outputs) != c.outputs || string(e.NodeResults) != c.results || string(e.Errors) != c.failures {
			t.Errorf("%s: %s %s %s %s", name, e.Status, e.Outputs, e.NodeResults, e.Errors)
		}
	}
	ours := flow.Execution{Status: flow.RunSuccess, Outputs: []byte(`{"o":{"fileId":"f"}}`), NodeResults: []byte(`{"o":{"fileId":"f"}}`), Meta: []byte(`{"nodes":{"o":{"status":"success"}}}`)}
	if FromEditor(ours) || string(Normal(ours, spec(t, nodes)).Meta) != string(ours.Meta) {
		t.Error("a record of flowctl's is taken for the editor's")
	}
}

// TestNormalIsLinear has a text of a size that answers may have.
func TestNormalIsLinear(t *testing.T) {
	members := flow.Object{}
	for i := range 200_000 {
		key, _ := json.Marshal(i)
		members = append(members, rawjson.Member{Key: string(key), Value: json.RawMessage(`"x"`)})
	}
	nodes := flow.Object{{Key: "m", Value: members.AppendJSON(nil)}}
	start := time.Now()
	e := Normal(kept(string(nodes.AppendJSON(nil)), "null"), spec(t, `{"nodes":[{"id":"m","type":"model"}],"edges":[]}`))
	if len(e.NodeResults) < 200_000 || time.Since(start) > time.Minute {
		t.Errorf("%d bytes in %v", len(e.NodeResults), time.Since(start))
	}
}

func TestFiles(t *testing.T) {
	e := flow.Execution{Outputs: []byte(`{"a":{"fileId":"1","fileType":"image"},"b":[{"fileId":"2"},{"fileId":"1"},"x"],"c":"text","files":[{"type":"image","url":"/api/v1/files/3/content"}]}`)}
	files := Files(e)
	if len(files) != 3 || files[0] != (File{"1", "a"}) || files[1] != (File{"2", "b"}) || files[2] != (File{"3", ""}) {
		t.Errorf("files are %v", files)
	}
}

// TestSave has names and types that a server may give.
func TestSave(t *testing.T) {
	for _, c := range []struct {
		node, name, kind, want string
	}{
		{"out", "flow-output.png", "image/png", "out.png"},
		{"../../x", "", "image/jpeg", "x.jpg"},
		{"CON", "a.PNG", "", "flow-con.png"},
		{"", "../My picture.webp", "", "my-picture.webp"},
		{"", "", "", "flow.bin"},
		{"o", "x.tar gz", "application/../x", "o.bin"},
		{"o", "x.html\x00", "text/plain", "o.txt"},
	} {
		dir := t.TempDir()
		open := func(context.Context, string) (string, string, io.ReadCloser, error) {
			return c.name, c.kind, io.NopCloser(strings.NewReader("data")), nil
		}
		var saved []string
		err := Save(t.Context(), filepath.Join(dir, "d"), []File{{"1", c.node}, {"2", c.node}}, open, func(path string) { saved = append(saved, filepath.Base(path)) })
		if err != nil || len(saved) != 2 || saved[0] != c.want || saved[1] == c.want {
			t.Errorf("%+v: saved %q, %v", c, saved, err)
		}
		if all, _ := os.ReadDir(filepath.Join(dir, "d")); len(all) != 2 {
			t.Errorf("%+v: the folder has %v", c, all)
		}
	}
}

// TestSaveBrokenOff leaves nothing of a file that does not come whole.
func TestSaveBrokenOff(t *testing.T) {
	dir := t.TempDir()
	lost := errors.New("lost")
	open := func(context.Context, string) (string, string, io.ReadCloser, error) {
		return "a.png", "", io.NopCloser(io.MultiReader(strings.NewReader("half"), failing{lost})), nil
	}
	if err := Save(t.Context(), dir, []File{{"1", "o"}}, open, func(string) {}); !errors.Is(err, lost) {
		t.Errorf("got %v", err)
	}
	if all, _ := os.ReadDir(dir); len(all) != 0 {
		t.Errorf("the folder has %v", all)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
