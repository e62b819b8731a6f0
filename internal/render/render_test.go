package render

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/internal/layout"
	"github.com/flowctl/flowctl/pkg/flow"
)

const review = `{"name":"Review <b>","nodes":[
	{"id":"input_1","type":"input","position":{"x":0,"y":0},"data":{"label":"Text \"quoted\""}},
	{"id":"cond","type":"conditional","position":{"x":300,"y":0},"data":{}},
	{"id":"out","type":"output","position":{"x":600,"y":0},"data":{"label":"a\u001b[31mb"}}],
	"edges":[{"id":"e1","source":"input_1","target":"cond"},{"id":"e2","source":"cond","target":"out","sourceHandle":"true"},{"id":"e3","source":"out","target":"nowhere"}]}`

func spec(t *testing.T, text string) flow.Spec {
	t.Helper()
	s, err := flow.ParseSpec([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTree(t *testing.T) {
	want := `input_1 (input) Text "quoted"
└─ cond (conditional)
   └─ [true] out (output) a\u001b[31mb
      └─ nowhere (missing)
`
	if got := Tree(spec(t, review), false); got != want {
		t.Errorf("got\n%s, want\n%s", got, want)
	}
}

func TestTreeOfACycleEnds(t *testing.T) {
	s := spec(t, `{"nodes":[{"id":"a"},{"id":"b"}],"edges":[{"source":"a","target":"b"},{"source":"b","target":"a"},{"source":"b","target":"b"}]}`)
	want := "a ()\n└─ b ()\n   ├─ → a\n   └─ → b\n"
	if got := Tree(s, false); got != want {
		t.Errorf("got\n%s, want\n%s", got, want)
	}
}

func TestMermaid(t *testing.T) {
	got := Mermaid(spec(t, review))
	for _, want := range []string{
		"flowchart LR\n",
		`  n0(["Text #quot;quoted#quot;<br/><small>input</small>"])` + "\n",
		`  n1{"cond<br/><small>conditional</small>"}` + "\n",
		`  n1 -->|"true"| n2` + "\n",
		"  class n0 input\n",
		"  classDef input stroke:#22c55e,stroke-width:2px\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "\x1b") {
		t.Error("an escape sequence came through")
	}
}

// What authors write is not Mermaid syntax: no directive, no keyword.
func TestMermaidIsOurs(t *testing.T) {
	got := Mermaid(spec(t, `{"name":"n","nodes":[{"id":"a","type":"end","data":{"label":"%%{init: {\"themeCSS\":\"x\"}}%%\n-->"}}],"edges":[]}`))
	want := `  n0["#37;#37;{init: {#quot;themeCSS#quot;:#quot;x#quot;}}#37;#37; --#gt;<br/><small>end</small>"]` + "\n"
	if !strings.Contains(got, want) || strings.Contains(got, "class n0") {
		t.Errorf("no %q in\n%s, or a class", want, got)
	}
}

func TestDot(t *testing.T) {
	got := Dot(spec(t, review))
	for _, want := range []string{
		`digraph "Review <b>" {`,
		`  "input_1" [label="Text \"quoted\"\ninput", color="#22c55e"];`,
		`  "cond" -> "out" [label="true"];`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func TestQuoteDot(t *testing.T) {
	if got, want := quoteDot(`a\"b`), `"a\\\"b"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestSVG(t *testing.T) {
	for name, text := range map[string]string{
		"own positions": review,
		"none":          `{"nodes":[{"id":"a"},{"id":"b"},{"id":"c"}],"edges":[{"source":"a","target":"b"},{"source":"a","target":"c"}]}`,
		"empty":         `{}`,
	} {
		t.Run(name, func(t *testing.T) {
			got := SVG(spec(t, text))
			d := xml.NewDecoder(strings.NewReader(got))
			for {
				if _, err := d.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatalf("no XML: %v\n%s", err, got)
				}
			}
		})
	}
}

// TestSVGLabels: the names of branches are apart, each once, and titles fit into
// their boxes.
func TestSVGLabels(t *testing.T) {
	got := SVG(spec(t, `{"nodes":[{"id":"c","type":"conditional","position":{"x":0,"y":0},"data":{"label":"Is this message urgent enough to wake somebody at night?"}},
			{"id":"a","position":{"x":400,"y":0}},{"id":"b","position":{"x":400,"y":200}}],
			"edges":[{"source":"c","target":"b","sourceHandle":"false"},{"source":"c","target":"a","sourceHandle":"true"},{"source":"c","target":"b","sourceHandle":"true"}]}`))
	for _, want := range []string{
		`<text x="208" y="17" font-size="11" fill="#64748b">true</text>`, `<text x="208" y="39" font-size="11" fill="#64748b">false</text>`,
		`<path d="M200 21C`, `<path d="M200 43C`, ">Is this message</text>", ">urgent enough to…</text>",
	} {
		if strings.Count(got, want) < 1 {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
	if n := strings.Count(got, ">true</text>"); n != 1 {
		t.Errorf("a branch is named %d times", n)
	}
}

func TestPositionsWithoutAny(t *testing.T) {
	at := positions(spec(t, `{"nodes":[{"id":"a"},{"id":"b"},{"id":"c"}],"edges":[{"source":"a","target":"b"},{"source":"a","target":"c"}]}`))
	if want := []layout.Point{{X: 0, Y: 0}, {X: 300, Y: 0}, {X: 300, Y: 120}}; !slices.Equal(at, want) {
		t.Errorf("nodes at %v, want %v", at, want)
	}
}

func pair(t *testing.T) Pair {
	t.Helper()
	before := spec(t, `{"name":"f","nodes":[{"id":"a","type":"input","data":{}},{"id":"m","type":"model","data":{"prompt":"first line\nsecond line","temperature":0.5,"code":"a|b"}}],"edges":[{"source":"a","target":"m"}]}`)
	after := spec(t, `{"name":"g","nodes":[{"id":"m","type":"model","data":{"prompt":"first line\nthird `+"```"+` line","temperature":0.7}},{"id":"o","type":"output","data":{}}],"edges":[{"source":"m","target":"o"}]}`)
	return Pair{Before: "old.json", After: "new.json", BeforeSpec: before, AfterSpec: after, Changes: flow.Diff(before, after)}
}

func TestTextDiff(t *testing.T) {
	want := "--- old.json\n+++ new.json\n" +
		"~ name: \"f\" → \"g\"\n" +
		"~ node m /data/prompt\n    @@ -1,2 +1,2 @@\n     first line\n    -second line\n    +third ``` line\n" +
		"~ node m /data/temperature: 0.5 → 0.7\n" +
		"- node m /data/code: \"a|b\"\n" +
		"+ node o (output)\n- node a (input)\n+ edge m → o\n- edge a → m\n"
	if got := Text(pair(t), false); got != want {
		t.Errorf("got\n%s, want\n%s", got, want)
	}
}

func TestMarkdown(t *testing.T) {
	got := Markdown(pair(t))
	for _, want := range []string{
		"### `new.json`\n",
		"| ✏️ | `node m /data/temperature` | `0.5` | `0.7` |\n",
		"| ➖ | `node m /data/code` | `\"a\\|b\"` |  |\n",
		"| ➕ | `node o` |  | `output` |\n",
		"<summary><code>node m /data/prompt</code></summary>\n\n````diff\n",
		"+third ``` line\n````\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// Names are code wherever they stand, so that they ping nobody.
func TestMarkdownOfNames(t *testing.T) {
	p := pair(t)
	p.After = "a|b @ann.json"
	for i := range p.Changes {
		if p.Changes[i].Node == "m" {
			p.Changes[i].Node = "@everyone <b>"
		}
	}
	got := Markdown(p)
	for _, want := range []string{
		"### `a|b @ann.json`\n",
		"| `node @everyone <b> /data/temperature` |",
		"<summary><code>node @everyone &lt;b&gt; /data/prompt</code></summary>",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// The end of an edge that is not a node is drawn as what it is, once.
func TestMissingEnds(t *testing.T) {
	s := spec(t, `{"nodes":[{"id":"a","type":"input"}],"edges":[{"source":"a","target":"ghost"},{"source":"ghost","target":"a"}]}`)
	for name, test := range map[string]struct {
		draw func(flow.Spec) string
		want string
	}{
		"mermaid": {Mermaid, `n1["ghost<br/><small>missing</small>"]`},
		"dot":     {Dot, `"ghost" [label="ghost\nmissing", style=dashed];`},
	} {
		got := test.draw(s)
		if strings.Count(got, test.want) != 1 {
			t.Errorf("%s: no %q in\n%s", name, test.want, got)
		}
	}
}

func TestMermaidDiff(t *testing.T) {
	got := MermaidDiff(pair(t))
	for _, want := range []string{"class n0 changed\n", "class n1 added\n", "class n2 removed\n", "n0 ==> n1\n", "n2 -.-> n0\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}
