package slug

import (
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/flowctl/flowctl/internal/disk"
)

func TestFile(t *testing.T) {
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
		got := File(tt.name, tt.id, Short)
		if got != tt.want {
			t.Errorf("%.40q: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func FuzzFile(f *testing.F) {
	f.Add("Name", "3f2c9a10-6c1e")
	f.Add("..", "/")
	f.Add("a\u0301\u202e\u3164", "\x00")
	f.Fuzz(func(t *testing.T, name, id string) {
		got := File(name, id, Short)
		stem, ok := strings.CutSuffix(got, ".json")
		if !ok || stem == "" || len(got) > 110 || !utf8.ValidString(got) || strings.ContainsAny(got, "/\\:*?\"<>|\x00 ") ||
			strings.ContainsRune(stem, '.') || strings.HasPrefix(stem, "-") || strings.HasSuffix(stem, "-") || disk.IsDeviceName(stem) || filepath.Base(got) != got {
			t.Errorf("File(%q, %q) = %q", name, id, got)
		}
		if Of(name) != Of(Of(name)) && !strings.HasPrefix(Of(name), "flow-") {
			t.Errorf("Of(%q) = %q, then %q", name, Of(name), Of(Of(name)))
		}
	})
}
