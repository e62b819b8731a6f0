package httpx

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

func TestEvents(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string // NAME=DATA, with a ! where it was cut
	}{
		{"one", "data: a\n\n", []string{"=a"}},
		{"no blank", "data:a\n\n", []string{"=a"}},
		{"line ends of Windows", "data: a\r\n\r\ndata: b\r\n\r\n", []string{"=a", "=b"}},
		{"several lines", "data: a\ndata: b\n\n", []string{"=a\nb"}},
		{"other fields", ": hello\nid: 1\nretry: 3\ndata: a\n\n\n\n", []string{"=a"}},
		{"names", "event: x\ndata: a\n\ndata: b\n\n", []string{"x=a", "=b"}},
		{"a name without data", "event: x\n\ndata: b\n\n", []string{"=b"}},
		{"no data", "data:\n\n", []string{"="}},
		{"no last line end", "data: a\n\ndata: b", []string{"=a", "=b!"}},
		{"no last blank line", "data: a\n\ndata: b\n", []string{"=a", "=b!"}},
		{"nothing", "\n\n: only comments\n\n", nil},
		{"llama.cpp's error", "error: {\"code\":400}\n\ndata: [DONE]\n", []string{`error={"code":400}`, "=[DONE]!"}},
		{"a bare object", "data: a\n\n{\"error\":\"b: c\"}\n", []string{"=a", `={"error":"b: c"}!`}},
	} {
		r := NewEventReader(strings.NewReader(c.text), 100)
		var got []string
		for {
			e, err := r.Next()
			if err != nil {
				if !errors.Is(err, io.EOF) {
					t.Errorf("%s: %v", c.name, err)
				}
				break
			}
			text := e.Name + "=" + string(e.Data)
			if e.Cut {
				text += "!"
			}
			got = append(got, text)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestEventsAreBounded reads events without an end.
func TestEventsAreBounded(t *testing.T) {
	for _, text := range []string{"data: " + strings.Repeat("x", 200_000), strings.Repeat("data: x\n", 100_000)} {
		if _, err := NewEventReader(strings.NewReader(text), 1000).Next(); err == nil || !strings.Contains(err.Error(), "larger than 1000 bytes") {
			t.Errorf("the error is %v", err)
		}
	}
}

func FuzzEvents(f *testing.F) {
	f.Add("event: x\r\ndata:\r\n\r\nerror: {}\n{\"a\":1}")
	f.Fuzz(func(t *testing.T, text string) {
		for r := NewEventReader(strings.NewReader(text), 1<<20); ; {
			e, err := r.Next()
			if err != nil {
				return
			}
			if e.Data == nil {
				t.Errorf("%q has an event without data", text)
			}
		}
	})
}
