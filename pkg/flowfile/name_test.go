package flowfile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/flowctl/flowctl/internal/disk"
	"github.com/flowctl/flowctl/pkg/flow"
)

func flowCalled(name, id string) flow.Flow { return flow.Flow{ID: id, Spec: flow.Spec{Name: name}} }

func TestFileName(t *testing.T) {
	const id = "3F2C9A10-6c1e-4a52-9d5e-0b8f6d1f7a11"
	tests := []struct{ name, id, want string }{
		{"Support triage", id, "support-triage-3f2c9a10.json"},
		{"Support triage", "", "support-triage.json"},
		{"  --A  &  B_c.d--  ", "ab", "a-b-c-d-ab.json"},
		{"", id, "flow-3f2c9a10.json"},
		{"", "", "flow.json"},
		{"🙂 !?", "", "flow.json"},
		{"../../etc/passwd", "../../x", "etc-passwd-x.json"},
		{`C:\temp\a`, `..\..`, "c-temp-a.json"},
		{"a\x00b\x1b[31mc\nd", id, "a-b-31mc-d-3f2c9a10.json"},
		{"invoice\u202egnp.exe\u200f", "", "invoice-gnp-exe.json"},
		{"a\u200b\u00adb\u3164", "", "a-b.json"},
		{"CON", "", "flow-con.json"},
		{"con", id, "flow-con-3f2c9a10.json"},
		{"Lpt1", "", "flow-lpt1.json"},
		{"com10", "", "com10.json"},
		{"nul.txt", "", "nul-txt.json"},
		{"trailing...", "", "trailing.json"},
		{"-rf", "", "rf.json"},
		{"~", "", "flow.json"},
		{"知识 问答", id, "知识-问答-3f2c9a10.json"},
		{"Über Cafe\u0301", "", "über-café.json"}, // composed: macOS and Linux see one name
		{"हिन्दी", "", "हिन्दी.json"},
		{"שלום world", "", "שלום-world.json"},
		{"İstanbul STRASSE ß", "", "istanbul-strasse-ß.json"},
		{"\xff\xfebad", "", "bad.json"},
		{strings.Repeat("long ", 60), id, strings.Repeat("long-", 16)[:79] + "-3f2c9a10.json"},
		{strings.Repeat("日", 300), "", strings.Repeat("日", 26) + ".json"},
		{strings.Repeat("ab", 50_000), "", strings.Repeat("ab", 40) + ".json"},
	}
	for _, tt := range tests {
		got := FileName(flowCalled(tt.name, tt.id))
		if got != tt.want {
			t.Errorf("%.40q: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func FuzzFileName(f *testing.F) {
	f.Add("Name", "3f2c9a10-6c1e")
	f.Add("..", "/")
	f.Add("a\u0301\u202e\u3164", "\x00")
	f.Fuzz(func(t *testing.T, name, id string) {
		got := FileName(flowCalled(name, id))
		stem, ok := strings.CutSuffix(got, ".json")
		if !ok || stem == "" || len(got) > 110 || !utf8.ValidString(got) || strings.ContainsAny(got, "/\\:*?\"<>|\x00 ") ||
			strings.ContainsRune(stem, '.') || strings.HasPrefix(stem, "-") || strings.HasSuffix(stem, "-") || disk.IsDeviceName(stem) || filepath.Base(got) != got {
			t.Errorf("FileName(%q, %q) = %q", name, id, got)
		}
		if Slug(name) != Slug(Slug(name)) && !strings.HasPrefix(Slug(name), "flow-") {
			t.Errorf("Slug(%q) = %q, then %q", name, Slug(name), Slug(Slug(name)))
		}
	})
}

func TestFolder(t *testing.T) {
	dir := t.TempDir()
	folder := NewFolder(dir)
	path := func(d *Folder, f flow.Flow) string {
		t.Helper()
		p, err := d.Place(t.Context(), FromFlow(f))
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Dir(p.Path) != dir {
			t.Fatalf("outside: %s", p.Path)
		}
		return filepath.Base(p.Path)
	}
	write := func(name string, f File) {
		t.Helper()
		if _, err := WriteFile(filepath.Join(dir, name), f); err != nil {
			t.Fatal(err)
		}
	}
	first, second := flowCalled("Same", "12345678-aaaa"), flowCalled("SAME", "12345678-bbbb")
	if a, b, again := path(folder, first), path(folder, second), path(folder, first); a != "same-12345678.json" || b != "same-12345678-bbbb.json" || again != a {
		t.Errorf("%s, %s, %s", a, b, again)
	}
	// Flows without an id are never taken for one another.
	if a, b, c := path(folder, flowCalled("x", "")), path(folder, flowCalled("x", "")), path(folder, flowCalled("x", "")); a != "x.json" || b != "x-2.json" || c != "x-3.json" {
		t.Errorf("%s, %s, %s", a, b, c)
	}

	// Another run finds the files of the first one.
	write("same-12345678.json", File{ID: second.ID})
	write("same-12345678-bbbb.json", File{ID: "other"})
	if err := os.WriteFile(filepath.Join(dir, "mine-1.json"), []byte(`{"my":"notes"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	folder = NewFolder(dir)
	for _, tt := range []struct {
		f    flow.Flow
		want string
	}{
		{second, "same-12345678.json"},     // its own file
		{first, "same-12345678-aaaa.json"}, // the short name is another flow's
		{flowCalled("mine", "1"), "mine-1-2.json"},
	} {
		if got := path(folder, tt.f); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.f.ID, got, tt.want)
		}
	}
	// What is there belongs to somebody, even when this run has not named it.
	write("x.json", File{})
	for _, tt := range []struct {
		f    flow.Flow
		want string
	}{
		{flowCalled("Same", "12345678-cccc"), "same-12345678-cccc.json"},
		{flowCalled("x", ""), "x-2.json"},
	} {
		if got := path(NewFolder(dir), tt.f); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.f.ID, got, tt.want)
		}
	}
	if got := path(NewFolder(filepath.Join(dir, ".")), flowCalled("Same", "12345678-bbbb")); got != "same-12345678.json" {
		t.Errorf("again: %s", got)
	}
}

func TestFolderMissing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "not", "there")
	got, err := NewFolder(dir).Place(t.Context(), FromFlow(flowCalled("a", "1")))
	if err != nil || got.Path != filepath.Join(dir, "a-1.json") {
		t.Errorf("%s, %v", got.Path, err)
	}
}
