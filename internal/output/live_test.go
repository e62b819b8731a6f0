package output

import (
	"bytes"
	"testing"
)

func TestLive(t *testing.T) {
	var b bytes.Buffer
	l := NewLive(&b)
	for _, c := range []struct {
		lines []LiveLine
		want  string
	}{
		{[]LiveLine{{Lead: "* ", Text: "one"}, {Text: "two"}}, "\r\x1b[2K* one\r\n\r\x1b[2Ktwo\r\n"},
		{[]LiveLine{{Lead: "* ", Text: "one"}, {Text: "two"}}, ""},
		{[]LiveLine{{Lead: "* ", Text: "ONE"}, {Text: "two"}}, "\x1b[A\x1b[A\r\x1b[2K* ONE\r\n\r\x1b[2Ktwo\r\n"},
		{[]LiveLine{{Lead: "* ", Text: "a long line, cut"}}, "\x1b[A\x1b[A\r\x1b[2K* a long…\r\n"},
		{[]LiveLine{{Text: "a long name", Tail: "  1.5s"}}, "\x1b[A\r\x1b[2Ka long…  1.5s\r\n"},
		{[]LiveLine{{Text: "a long name", Tail: "  and \x1b why"}}, "\x1b[A\r\x1b[2Ka lon…  and…\r\n"},
		{[]LiveLine{{Text: "\x1b[2J\nx", Style: func(s ...string) string { return "<" + s[0] + ">" }}}, "\x1b[A\r\x1b[2K<\\u001b[2J x>\r\n"},
		{nil, "\x1b[A"},
	} {
		b.Reset()
		if c.want != "" {
			c.want = "\x1b[?25l" + c.want + "\x1b[J"
		}
		if l.Draw(14, c.lines); b.String() != c.want {
			t.Errorf("%+v is drawn as %q, want %q", c.lines, b.String(), c.want)
		}
	}
	b.Reset()
	l.Close()
	if b.String() != "\x1b[?25h" {
		t.Errorf("at the end %q is written", b.String())
	}
}

func TestTail(t *testing.T) {
	for _, c := range []struct {
		text, want string
		width      int
	}{
		{"short", "short", 10},
		{"0123456789abcdef", "abcdef", 6},
		{"the end of a sentence", "sentence", 10},
		{"the end of a sentence", "of a sentence", 14},
		{"日本語のテキスト", "キスト", 6},
		{"a\x1b[2J", `\u001b[2J`, 9},
		{"abc", "", 0},
		{"abc", "", -10},
	} {
		if got := Tail(c.text, c.width); got != c.want {
			t.Errorf("the last %d cells of %q are %q, want %q", c.width, c.text, got, c.want)
		}
	}
}
