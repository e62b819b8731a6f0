package output

import "testing"

func TestSummary(t *testing.T) {
	fields := []Field{
		{"Name", "Review\x1b[2J"},
		{"Nothing", ""},
		{"Description", "First line.\n\nSecond one is longer.\n"},
	}
	tests := []struct {
		name string
		opts Options
		want string
	}{
		{"piped", Options{},
			"Name         Review\\u001b[2J\nDescription  First line.\n\n             Second one is longer.\n"},
		{"wrapped", Options{Width: 25},
			"Name         Review\\u001b\n             [2J\nDescription  First line.\n\n             Second one\n             is longer.\n"},
		{"colour", Options{Color: true, Width: 80},
			"\x1b[1mName\x1b[0m         Review\\u001b[2J\n\x1b[1mDescription\x1b[0m  First line.\n\n             Second one is longer.\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, buf := newPrinter(t, tt.opts)
			if err := Summary(p, fields); err != nil {
				t.Fatal(err)
			}
			if got := buf.String(); got != tt.want {
				t.Errorf("got\n%q, want\n%q", got, tt.want)
			}
		})
	}
}
