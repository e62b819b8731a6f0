package output

import (
	"slices"
	"strings"
	"testing"
)

func TestTableWidths(t *testing.T) {
	tests := []struct {
		name  string
		width int
		items []string
		want  string
	}{
		{"wide characters take two cells", 0,
			[]string{`{"id":"流れ","name":"x"}`, `{"id":"ab","name":"y"}`},
			"ID    NAME\n流れ  x\nab    y\n"},
		{"combining marks take none", 0,
			[]string{"{\"id\":\"e\u0301fg\",\"name\":\"x\"}", `{"id":"abc","name":"y"}`},
			"ID   NAME\ne\u0301fg  x\nabc  y\n"},
		{"emoji of several characters", 0,
			[]string{"{\"id\":\"👨\u200d👩\u200d👧\",\"name\":\"x\"}"},
			"ID  NAME\n👨\u200d👩\u200d👧  x\n"},
		{"cut to the terminal", 14,
			[]string{`{"id":"abc","name":"0123456789abcdef"}`},
			"ID   NAME\nabc  01234567…\n"},
		{"cut between wide characters", 14,
			[]string{`{"id":"abc","name":"流れ流れ流れ流れ"}`},
			"ID   NAME\nabc  流れ流れ…\n"},
		{"too narrow: the least widths stay", 4,
			[]string{`{"id":"0123456789","name":"0123456789"}`},
			"ID        NAME\n0123456…  0123456…\n"},
		{"nothing is cut off a terminal", 0,
			[]string{`{"id":"` + strings.Repeat("x", 90) + `","name":"y"}`},
			"ID" + strings.Repeat(" ", 80) + "NAME\n" + strings.Repeat("x", 90) + "  y\n"},
		{"cells of up to 80 are aligned", 0,
			[]string{`{"id":"` + strings.Repeat("流", 40) + `","name":"y"}`, `{"id":"a","name":"z"}`},
			"ID" + strings.Repeat(" ", 80) + "NAME\n" + strings.Repeat("流", 40) + "  y\na" + strings.Repeat(" ", 81) + "z\n"},
		{"no blanks at the end of a line", 0,
			[]string{`{"id":"a","name":""}`, `{"id":"bb","name":"y"}`},
			"ID  NAME\na\nbb  y\n"},
		{"an endless cell stretches no other row", 0,
			[]string{`{"id":"` + strings.Repeat("x", 5000) + `","name":"y"}`, `{"id":"a","name":"z"}`},
			"ID" + strings.Repeat(" ", 80) + "NAME\n" + strings.Repeat("x", 5000) + "  y\na" + strings.Repeat(" ", 81) + "z\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, buf := newPrinter(t, Options{Width: tt.width})
			if _, err := List(p, objects(), raws(tt.items...)); err != nil {
				t.Fatal(err)
			}
			if got := buf.String(); got != tt.want {
				t.Errorf("got\n%s, want\n%s", got, tt.want)
			}
		})
	}
}

func TestFit(t *testing.T) {
	tests := []struct {
		name   string
		widths []int
		order  []cutting
		total  int
		want   []int
	}{
		{"it fits", []int{10, 20}, []cutting{first, first}, 32, []int{10, 20}},
		{"the widest gives first", []int{10, 20}, []cutting{first, first}, 26, []int{10, 14}},
		{"then both", []int{10, 20}, []cutting{first, first}, 20, []int{9, 9}},
		{"an id stays", []int{36, 30, 12}, []cutting{never, first, first}, 80, []int{36, 28, 12}},
		{"a name goes last", []int{30, 36, 12}, []cutting{last, never, first}, 70, []int{22, 36, 8}},
		{"nobody goes below the least", []int{36, 30, 3}, []cutting{last, first, first}, 5, []int{8, 8, 3}},
		{"ids may make it too wide", []int{30, 36}, []cutting{last, never}, 20, []int{8, 36}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := slices.Clone(tt.widths)
			fit(got, tt.order, tt.total)
			if !slices.Equal(got, tt.want) {
				t.Errorf("fit(%v, %v, %d) = %v, want %v", tt.widths, tt.order, tt.total, got, tt.want)
			}
		})
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text  string
		lines int
		want  []string
	}{
		{"", 2, []string{""}},
		{"short", 2, []string{"short"}},
		{"two short words", 2, []string{"two short", "words"}},
		{"a text that is much too long", 2, []string{"a text", "that is…"}},
		{"a text that is much too long", 1, []string{"a text…"}},
		{"averylongwordalone", 1, []string{"averylong…"}},
		{"漢字漢字漢字漢字", 2, []string{"漢字漢字漢", "字漢字"}},
		{"an \x1b[2J escape", 2, []string{"an", `\u001b[2J…`}},
	} {
		got := Wrap(c.text, 10, c.lines)
		if !slices.Equal(got, c.want) {
			t.Errorf("%q in %d lines is %q, want %q", c.text, c.lines, got, c.want)
		}
	}
}
