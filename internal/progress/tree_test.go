package progress

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/creack/pty"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/flow"
)

// TestTreeFits draws a deep and wide flow in windows of all sizes: no more than
// the window holds, or nothing, and nothing of a flow raw.
func TestTreeFits(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no pseudo-terminal")
	}
	var nodes, edges []string
	for i := range 30 {
		nodes = append(nodes, fmt.Sprintf(`{"id":"m%d","type":"model","data":{"label":"a label \\u001b[2J that is long, 漢字漢字漢字 and has no end %d"}}`, i, i))
		if i > 0 {
			edges = append(edges, fmt.Sprintf(`{"id":"e%d","source":"m%d","target":"m%d"}`, i, i-1, i))
		}
	}
	spec, err := flow.ParseSpec(fmt.Appendf(nil, `{"nodes":[%s],"edges":[%s]}`, strings.Join(nodes, ","), strings.Join(edges, ",")))
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []pty.Winsize{{Rows: 1, Cols: 80}, {Rows: 2, Cols: 80}, {Rows: 3, Cols: 11}, {Rows: 8, Cols: 5}, {Rows: 8, Cols: 12}, {Rows: 24, Cols: 80}, {Rows: 100, Cols: 30}} {
		t.Run(fmt.Sprintf("%dx%d", size.Cols, size.Rows), func(t *testing.T) {
			drawn := drawRun(t, spec, size)
			if size.Rows < 3 || size.Cols < 11 {
				if drawn != "" {
					t.Errorf("drawn is %q, want nothing", drawn)
				}
				return
			}
			want := "… and"
			if size.Rows == 100 {
				want = "m29 f"
			}
			if !strings.Contains(drawn, want) {
				t.Errorf("drawn is %q, want %q in it", drawn, want)
			}
			if strings.Contains(drawn, "\x1b[2J") {
				t.Error("a label reached the terminal raw")
			}
			lines := strings.Split(strings.ReplaceAll(drawn, "\r", ""), "\n")
			if len(lines) > int(size.Rows) {
				t.Errorf("%d lines are drawn", len(lines))
			}
			for _, line := range lines {
				if w := ansi.StringWidth(line); w > int(size.Cols) {
					t.Errorf("a line takes %d cells: %q", w, line)
				}
			}
		})
	}
}

// drawRun draws once what a run looks like while most nodes have answered at
// length and the last one has failed.
func drawRun(t *testing.T, spec flow.Spec, size pty.Winsize) string {
	t.Helper()
	master, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = master.Close() }()
	if err := pty.Setsize(tty, &size); err != nil {
		t.Fatal(err)
	}
	tree := NewTree(spec, output.NewStyles(tty, true), true, tty)
	close(tree.quit)
	<-tree.done
	for _, n := range spec.Nodes {
		tree.Event(flow.Event{Type: flow.EventNodeStarted, Time: time.Now(), Node: n.ID, Attempt: 1})
		tree.Event(flow.Event{Type: flow.EventNodeDelta, Time: time.Now(), Node: n.ID, Attempt: 1, Delta: strings.Repeat("\x1b[2J words and 漢字\n", 10_000)})
	}
	last := spec.Nodes[len(spec.Nodes)-1].ID
	tree.Event(flow.Event{Type: flow.EventNodeFinished, Time: time.Now(), Node: last, Attempt: 1, Status: string(flow.NodeError), Error: last + " failed"})
	read := make(chan string)
	go func() {
		var b bytes.Buffer
		_, _ = io.Copy(&b, master) // ends with an error when nobody has the terminal any more
		read <- b.String()
	}()
	tree.draw()
	if err := tty.Close(); err != nil {
		t.Fatal(err)
	}
	return <-read
}
