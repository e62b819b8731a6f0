package flowfile

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/pkg/flow"
)

func TestLayoutPath(t *testing.T) {
	tests := []struct{ path, layout, flow string }{
		{"a.json", "a.layout.json", ""},
		{"x/y.z/a.JSON", "x/y.z/a.layout.json", ""},
		{"a.txt", "", ""},
		{"-", "", ""},
		{".json", "", ""},
		{"a.layout.json", "", "a.json"},
		{"x/a.Layout.JSON", "", "x/a.json"},
		{".layout.json", ".layout.layout.json", ""},
		{"x/.layout.json", "x/.layout.layout.json", ""},
		{"layout.json", "layout.layout.json", ""},
		{"", "", ""},
	}
	for _, tt := range tests {
		if got := LayoutPath(tt.path); got != tt.layout {
			t.Errorf("LayoutPath(%q) = %q, want %q", tt.path, got, tt.layout)
		}
		if got := FlowPath(tt.path); got != tt.flow {
			t.Errorf("FlowPath(%q) = %q, want %q", tt.path, got, tt.flow)
		}
	}
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// oddities is a flow that tries what could be lost when its layout is kept apart.
const oddities = `{"name":"Odd","nodes":[` +
	`{"id":"z","type":"input","position":{"x":1.50,"y":-0.0,"z":12345678901234567890},"data":{"value":"v"},"sourcePosition":"right","targetPosition":"left"},` +
	`{"id":"b","type":"model","position":{"x":2,"y":2},"data":{},"width":3,"custom":[1.0],"height":4},` +
	`{"id":"c","data":{},"measured":{"width":1},"color":"red"},` +
	`{"id":"double","position":{"x":3,"y":3}},{"id":"double","position":{"x":4,"y":4}},` +
	`{"position":{"x":5,"y":5}},{"id":"","position":null},{"id":7,"position":{"x":6}},` +
	`{"id":"none"},{"id":"null","position":null},{"id":"<\u0022\n\u2028>","position":{"x":7,"y":7}},8],` +
	`"edges":[{"id":"e","source":"z","target":"b","width":1}]}`

const odditiesLayout = `{
  "version": "1.0",
  "nodes": {
    "<\"\n` + "\u2028" + `>": {"position":{"x":7,"y":7}},
    "b": {"position":{"x":2,"y":2}},
    "null": {"position":null},
    "z": {"position":{"x":1.50,"y":-0.0,"z":12345678901234567890},"sourcePosition":"right","targetPosition":"left"}
  }
}
`

// A flow whose layout stands beside it is the same flow, byte for byte.
func TestSidecar(t *testing.T) {
	path := filepath.Join(t.TempDir(), "odd.json")
	files, err := read(oddities)
	if err != nil {
		t.Fatal(err)
	}
	f := files[0]
	canonical := writeAll(t, []File{f})
	f.Form = Sidecar
	if change, err := WriteFile(t.Context(), path, f); change != Created || err != nil {
		t.Fatalf("WriteFile = %q, %v", change, err)
	}
	layout := LayoutPath(path)
	if got := get(t, layout); got != strings.ReplaceAll(odditiesLayout, "\n\u2028", `\n`+"\u2028") {
		t.Errorf("the layout is\n%s", got)
	}
	alone, err := readFlows(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if changes := flow.Diff(f.Spec, alone[0].Spec, flow.DiffOptions{}); len(changes) > 0 {
		t.Errorf("the file alone says something else: %v", changes)
	}
	again, err := ReadFile(t.Context(), path)
	if err != nil || len(again[0].Warnings) > 0 || again[0].Form != Sidecar {
		t.Fatalf("%v, %v, form %q", err, again[0].Warnings, again[0].Form)
	}
	inline := again[0]
	inline.Form = Inline
	if got := writeAll(t, []File{inline}); got != canonical {
		t.Errorf("joined\n%s\nwant\n%s", got, canonical)
	}
	// What is sent of it is what would have been sent of one file.
	want, err := read(canonical)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(inline.Spec.AppendJSON(nil)), string(want[0].Spec.AppendJSON(nil)); got != want {
		t.Errorf("joined  %s\nat once %s", got, want)
	}
	for _, form := range []Form{"", Sidecar} {
		f := again[0]
		f.Form = form
		if change, err := WriteFile(t.Context(), path, f); change != Unchanged || err != nil {
			t.Errorf("WriteFile of form %q = %q, %v", form, change, err)
		}
	}
	if change, err := WriteFile(t.Context(), path, inline); change != Updated || err != nil {
		t.Errorf("inline: %q, %v", change, err)
	}
	if got := get(t, path); got != canonical {
		t.Errorf("inline again:\n%s", got)
	}
	if _, err := os.Stat(layout); err == nil {
		t.Error("the layout is still there")
	}
	dropped := inline
	dropped.Form = Drop
	if change, err := WriteFile(t.Context(), path, dropped); change != Updated || err != nil || strings.Contains(get(t, path), "osition") {
		t.Errorf("dropped: %q, %v\n%s", change, err, get(t, path))
	}
}

func TestJoin(t *testing.T) {
	const file = `{"name":"n","nodes":[{"id":"a","width":9},{"id":"b"},{"id":"d"},{"id":"d"}]}`
	tests := []struct {
		name, layout string
		want         string // nodes a and b, or the error
		warnings     []string
	}{
		{"what the file says wins", `{"nodes":{"a":{"position":{"x":1},"width":2,"height":3}}}`, `{"id":"a","position":{"x":1},"width":9,"height":3}{"id":"b"}`, nil},
		{"no node", "{\"nodes\":{\n\"x\":{},\"b\":{\"position\":{}},\"d\":{}}}", `{"id":"a","width":9}{"id":"b","position":{}}`, []string{
			`f.layout.json:2:5: there is no one node "x" in f.json; 'flowctl fmt' takes its layout out`,
			`f.layout.json:2:32: there is no one node "d" in f.json; 'flowctl fmt' takes its layout out`,
		}},
		{"newer", `{"version":"1.7","nodes":{}}`, `{"id":"a","width":9}{"id":"b"}`,
			[]string{`f.layout.json:1:12: version "1.7" is newer than this flowctl knows (1.0); what is new in it is kept but not understood`}},
		{"much newer", `{"version":"2.0","nodes":{}}`, `f.layout.json:1:12: version "2.0" is newer than this flowctl reads (1.x); upgrade flowctl`, nil},
		{"cut off", "{\"nodes\":{\n\"a\":{", `f.layout.json:2:6: unexpected end of JSON text, want a key in quotes; the file seems to be cut off`, nil},
		{"unmerged", "{\n<<<<<<< ours\n", `f.layout.json:2:1: this is a git conflict marker; finish the merge first: choose what stays, remove the markers, and 'git add' the file`, nil},
		{"empty", "", `f.layout.json:1:1: the file is empty`, nil},
		{"an array", " []", `f.layout.json:1:2: want a layout, which is an object, found an array`, nil},
		{"two", `{"nodes":{}}{}`, `f.layout.json:1:13: a layout file holds one layout, and this is another one`, nil},
		{"a flow", `{"flow":{"nodes":[]}}`, `f.layout.json:1:1: this is no layout: it has no "nodes"`, nil},
		{"a bare flow", `{"nodes":[]}`, `f.layout.json:1:10: "nodes" must be an object, found an array`, nil},
		{"a node", `{"nodes":{"a":1}}`, `f.layout.json:1:15: the layout of node "a" must be an object, found a number`, nil},
		{"a field", `{"nodes":{"a":{"data":{}}}}`, `f.layout.json:1:23: "data" of node "a" is no layout that this flowctl knows`, nil},
		{"twice", `{"nodes":{"a":{},"a":{}}}`, `f.layout.json:1:18: duplicate key "a"`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "f.json")
			put(t, path, file)
			put(t, LayoutPath(path), tt.layout)
			files, err := ReadFile(t.Context(), path)
			got := ""
			var warnings []string
			if err != nil {
				got = strings.TrimPrefix(err.Error(), dir+string(filepath.Separator))
				before := get(t, LayoutPath(path))
				if _, err := WriteFile(t.Context(), path, File{Form: Inline}); err == nil || get(t, path) != file || get(t, LayoutPath(path)) != before {
					t.Errorf("written over: %v", err)
				}
			} else {
				for _, n := range files[0].Spec.Nodes[:2] {
					got += string(n.AppendJSON(nil))
				}
				for _, w := range files[0].Warnings {
					warnings = append(warnings, strings.TrimPrefix(w.Error(), dir+string(filepath.Separator)))
				}
			}
			if got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if strings.Join(warnings, "\n") != strings.Join(tt.warnings, "\n") {
				t.Errorf("warned of %q\nwant %q", warnings, tt.warnings)
			}
		})
	}
}

// Members that are not known stay; the layout of nodes that are gone does not.
func TestLayoutKeepsMembers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.json")
	put(t, path, `{"nodes":[{"id":"a"}]}`)
	put(t, LayoutPath(path), `{"$schema":"s","nodes":{"gone":{},"a":{"position":{"x":1}}},"version":"1.0","more":[1.0]}`)
	files, err := ReadFile(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := WriteFile(t.Context(), path, files...); err != nil {
		t.Fatal(err)
	}
	want := "{\n  \"version\": \"1.0\",\n  \"nodes\": {\n    \"a\": {\"position\":{\"x\":1}}\n  },\n  \"$schema\": \"s\",\n  \"more\": [\n    1.0\n  ]\n}\n"
	if got := get(t, LayoutPath(path)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Under the name of a link a flow has the layout that it has under its own.
func TestLinkedLayout(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "real"), 0o755); err != nil {
		t.Fatal(err)
	}
	file, path := filepath.Join(dir, "real", "f.json"), filepath.Join(dir, "link.json")
	if err := os.Symlink(filepath.Join("real", "f.json"), path); err != nil {
		t.Skip(err)
	}
	f := parse(t, `{"nodes":[{"id":"a","position":{"x":1}}]}`)
	check := func(form Form) {
		t.Helper()
		for _, at := range []string{file, path} {
			files, err := ReadFile(t.Context(), at)
			if err != nil || !sameFlow(files[0].Spec, f.Spec) || files[0].Form != form {
				t.Errorf("%s is %s in form %q, %v", at, files[0].Spec.AppendJSON(nil), files[0].Form, err)
			}
		}
	}
	for _, form := range []Form{Sidecar, Inline, Sidecar} {
		f.Form = form
		if _, err := WriteFile(t.Context(), path, f); err != nil {
			t.Fatal(err)
		}
		check(form)
	}
	if got := entries(t, dir); got != "link.json real" {
		t.Errorf("beside the link: %s", got)
	}
	// A link to the layout is as good, and may lead anywhere.
	if err := os.Rename(LayoutPath(file), filepath.Join(dir, "elsewhere")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("elsewhere", LayoutPath(path)); err != nil {
		t.Fatal(err)
	}
	f.Spec.Nodes[0].Position = []byte(`{"x":2}`)
	if _, err := WriteFile(t.Context(), path, f); err != nil {
		t.Fatal(err)
	}
	if got := get(t, filepath.Join(dir, "elsewhere")); !strings.Contains(got, `{"x":2}`) {
		t.Errorf("the layout is %s", got)
	}
}

func TestLayoutNodes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.layout.json")
	if _, err := LayoutNodes(t.Context(), path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("of no file: %v", err)
	}
	put(t, path, odditiesLayout)
	ids, err := LayoutNodes(t.Context(), path)
	if want := []string{"<\"\n\u2028>", "b", "null", "z"}; err != nil || !slices.Equal(ids, want) {
		t.Errorf("%q, %v; want %q", ids, err, want)
	}
	put(t, path, `{"nodes":[]}`)
	if _, err := LayoutNodes(t.Context(), path); !errors.As(err, new(*Error)) {
		t.Errorf("of no layout: %v", err)
	}
}

func TestSeveralFlowsHaveNoLayout(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.json")
	put(t, path, `{"nodes":[]}{"nodes":[]}`)
	if _, err := WriteFile(t.Context(), path, File{Form: Sidecar}, File{}); err == nil || !strings.Contains(err.Error(), "a layout is for one flow, and the file beside it is to hold 2") {
		t.Errorf("WriteFile: %v", err)
	}
	if _, err := WriteFile(t.Context(), filepath.Join(t.TempDir(), "f"), File{Form: Sidecar}); err == nil || !strings.Contains(err.Error(), "does not end in .json") {
		t.Errorf("WriteFile: %v", err)
	}
	put(t, LayoutPath(path), `{"nodes":{}}`)
	if _, err := ReadFile(t.Context(), path); err == nil || !strings.Contains(err.Error(), "f.layout.json:1:1: a layout is for one flow, and the file beside it holds 2") {
		t.Errorf("ReadFile: %v", err)
	}
	if _, err := ReadFile(t.Context(), LayoutPath(path)); err == nil || !strings.Contains(err.Error(), "this is a layout; name the flow file that it belongs to, f.json") {
		t.Errorf("ReadFile of the layout: %v", err)
	}
	// No flow takes the place of a layout.
	if _, err := WriteFile(t.Context(), LayoutPath(path), File{}); err == nil || !strings.Contains(err.Error(), "f.layout.json: this is the name of a layout") || get(t, LayoutPath(path)) != `{"nodes":{}}` {
		t.Errorf("WriteFile over the layout: %v", err)
	}
	// Who writes several there takes the layout away.
	if change, err := WriteFile(t.Context(), path, File{}, File{}); change != Updated || err != nil {
		t.Errorf("WriteFile = %q, %v", change, err)
	}
	if files, err := ReadFile(t.Context(), path); len(files) != 2 || err != nil {
		t.Errorf("%d flows, %v", len(files), err)
	}
}

// Whatever step of writing two files is the last one that happens, what is there is
// the old flow or the new one, and each of its nodes has the layout that it had there;
// one that is in both may have that of the other.
func TestSidecarSteps(t *testing.T) {
	const (
		before = `{"nodes":[{"id":"moved","position":{"x":1},"width":7},{"id":"gone","position":{"x":2}},{"id":"kept","position":{"x":3}}]}`
		after  = `{"nodes":[{"id":"moved","position":{"x":4},"data":{}},{"id":"kept","position":{"x":3}},{"id":"made","position":{"x":5}}]}`
		moved  = `{"nodes":[{"id":"moved","position":{"x":4},"width":7},{"id":"kept","position":{"x":3}}]}`
	)
	tests := []struct {
		name          string
		before, after string
		steps         map[Form]map[Form]int
	}{
		{"a node is gone and one is made", before, after, map[Form]map[Form]int{Inline: {Inline: 1, Sidecar: 2}, Sidecar: {Inline: 2, Sidecar: 3}}},
		{"a node is gone", before, moved, map[Form]map[Form]int{Inline: {Inline: 1, Sidecar: 2}, Sidecar: {Inline: 2, Sidecar: 3}}},
		{"a node is made", moved, before, map[Form]map[Form]int{Inline: {Inline: 1, Sidecar: 2}, Sidecar: {Inline: 2, Sidecar: 2}}},
		{"a node is gone and the rest is as it was", before, strings.Replace(before, `{"id":"gone","position":{"x":2}},`, "", 1), map[Form]map[Form]int{Inline: {Inline: 1, Sidecar: 2}, Sidecar: {Inline: 2, Sidecar: 2}}},
		{"nothing is gone but a layout", before, strings.Replace(before, `,"position":{"x":2}`, "", 1), map[Form]map[Form]int{Inline: {Inline: 1, Sidecar: 2}, Sidecar: {Inline: 2, Sidecar: 1}}},
	}
	for _, tt := range tests {
		for _, from := range []Form{Inline, Sidecar} {
			for _, to := range []Form{Inline, Sidecar} {
				t.Run(fmt.Sprintf("%s, %s to %s", tt.name, from, to), func(t *testing.T) {
					path := filepath.Join(t.TempDir(), "f.json")
					old, next := parse(t, tt.before), parse(t, tt.after)
					old.Form, next.Form = from, to
					if _, err := WriteFile(t.Context(), path, old); err != nil {
						t.Fatal(err)
					}
					parts, err := newParts(t.Context(), path, []File{next})
					if err != nil {
						t.Fatal(err)
					}
					_, steps, err := compareParts(parts)
					if want := tt.steps[from][to]; err != nil || len(steps) != want {
						t.Errorf("%d steps, %v; want %d", len(steps), err, want)
					}
					for i, p := range steps {
						if _, err := p.replace(); err != nil {
							t.Fatal(err)
						}
						files, err := ReadFile(t.Context(), path)
						if err != nil {
							t.Fatalf("after step %d: %v", i+1, err)
						}
						if last := i == len(steps)-1; last && (!sameFlow(files[0].Spec, next.Spec) || files[0].Form != to || len(files[0].Warnings) > 0) {
							t.Errorf("in the end it is %s in form %q, %v", files[0].Spec.AppendJSON(nil), files[0].Form, files[0].Warnings)
						} else if !isWhole(files[0].Spec, old.Spec, next.Spec) && !isWhole(files[0].Spec, next.Spec, old.Spec) {
							t.Errorf("after step %d it is neither the old flow nor the new one: %s", i+1, files[0].Spec.AppendJSON(nil))
						}
					}
				})
			}
		}
	}
}

func sameFlow(a, b flow.Spec) bool { return len(flow.Diff(a, b, flow.DiffOptions{Layout: true})) == 0 }

// isWhole tells whether a flow is the one that is wanted but for layouts that the
// other one has for the same nodes.
func isWhole(got, want, other flow.Spec) bool {
	layouts := map[string]flow.Object{}
	for _, n := range other.Nodes {
		layouts[n.ID] = n.Layout()
	}
	for i, n := range got.Nodes {
		if i >= len(want.Nodes) || n.ID != want.Nodes[i].ID {
			return false
		}
		wanted := want.Nodes[i].Layout()
		for _, m := range n.Layout() {
			here, _ := wanted.Get(m.Key)
			there, _ := layouts[n.ID].Get(m.Key)
			if !flow.Equal(m.Value, here) && !flow.Equal(m.Value, there) {
				return false
			}
		}
		for _, m := range wanted { // nothing is missing
			if _, ok := n.Layout().Get(m.Key); !ok {
				return false
			}
		}
	}
	return len(flow.Diff(got, want, flow.DiffOptions{})) == 0
}

func parse(t *testing.T, text string) File {
	t.Helper()
	files, err := read(text)
	if err != nil {
		t.Fatal(err)
	}
	return files[0]
}

func TestMergeLayouts(t *testing.T) {
	tests := []struct{ name, base, ours, theirs, want string }{
		{"both move one", `"a":{"position":{"x":0}},"b":{"position":{"x":0}}`, `"a":{"position":{"x":1}},"b":{"position":{"x":0}}`, `"a":{"position":{"x":2}},"b":{"position":{"x":3}}`,
			`"a":{"position":{"x":1}},"b":{"position":{"x":3}}`},
		{"both add", `"a":{"position":{}}`, `"a":{"position":{}},"z":{"position":{"x":1}}`, `"a":{"position":{}},"b":{"position":{"x":2}},"z":{"position":{"x":9}}`,
			`"a":{"position":{}},"b":{"position":{"x":2}},"z":{"position":{"x":1}}`},
		{"one takes out what the other moves", `"a":{"position":{"x":0}},"b":{"width":1}`, `"b":{"width":1}`, `"a":{"position":{"x":1}},"b":{"width":1,"height":2}`, `"b":{"width":1,"height":2}`},
		{"no base", ``, `"a":{"position":{"x":1}}`, `"a":{"position":{"x":2}},"b":{"width":1}`, `"a":{"position":{"x":1}},"b":{"width":1}`},
	}
	doc := func(nodes string) []byte { return []byte(`{"version":"1.0","nodes":{` + nodes + `},"$schema":"s"}`) }
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			base := doc(tt.base)
			if tt.base == "" {
				base = nil
			}
			got, err := MergeLayouts(base, doc(tt.ours), doc(tt.theirs))
			if err != nil {
				t.Fatal(err)
			}
			if compact := flow.AppendCompact(nil, bytes.TrimSpace(got)); string(compact) != string(doc(tt.want)) {
				t.Errorf("got  %s\nwant %s", compact, doc(tt.want))
			}
		})
	}
	if _, err := MergeLayouts(nil, doc(""), []byte(`{"name":"package"}`)); err == nil {
		t.Error("took what is no layout")
	}
}

// Whatever a layout file holds, reading it ends in an error with a place, or in a
// layout that is written the same again.
func FuzzLayout(f *testing.F) {
	for _, seed := range []string{odditiesLayout, `{"nodes":{"a":{"width":1}},"x":1}`, `{"version":1,"nodes":{"a":[]}}`, `{"nodes":{"\ud800":{"position":{}}}}`, "<", `{"nodes":{"":{}}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := decodeLayout(t.Context(), bytes.NewReader(data), "f.layout.json")
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Line < 1 || e.Col < 1 {
				t.Fatalf("error %#v", err)
			}
			return
		}
		var once, twice bytes.Buffer
		if err := printLayout(&once, l.nodes, l.extra); err != nil {
			t.Fatal(err)
		}
		again, err := decodeLayout(t.Context(), bytes.NewReader(once.Bytes()), "f.layout.json")
		if err != nil {
			if strings.Contains(err.Error(), "duplicate key") {
				return // ids that are no Unicode become the same
			}
			t.Fatalf("%v in\n%s", err, &once)
		}
		if err := printLayout(&twice, again.nodes, again.extra); err != nil || once.String() != twice.String() {
			t.Fatalf("%v\n%s\n%s", err, &once, &twice)
		}
		var file File
		for _, p := range again.nodes {
			file.Spec.Nodes = append(file.Spec.Nodes, flow.Node{ID: p.id})
		}
		if err := again.join([]File{file}); err != nil {
			t.Fatal(err)
		}
	})
}
