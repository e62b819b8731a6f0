package progress

import (
	"fmt"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/pkg/flow"
)

// minTreeHeight is the lowest terminal that the tree is drawn on: a node, how many
// more there are, and the cursor's line.
const minTreeHeight = 3

// draw shows the nodes, as many as fit.
func (t *Tree) draw() {
	t.mu.Lock()
	defer t.mu.Unlock()
	width, height := t.size()
	if t.start.IsZero() || width < output.MinLiveWidth || height < minTreeHeight {
		return
	}
	t.frame++
	shown := t.choose(height - 2)
	room := height - 2 - len(shown) // for growing answers
	var lines []output.LiveLine
	for _, n := range shown {
		lines = append(lines, t.line(n))
		if n.running > 0 && n.answer != "" && room > 0 {
			room--
			lines = append(lines, t.answerLine(n, width))
		}
	}
	if hidden := len(t.list) - len(shown); hidden > 0 {
		lines = append(lines, output.LiveLine{Text: fmt.Sprintf("  … and %d more", hidden), Style: t.styles.Hint})
	}
	t.live.Draw(width, lines)
}

// answerLine returns the end of the last line that a model has answered so far.
func (t *Tree) answerLine(n *node, width int) output.LiveLine {
	indent := strings.Repeat(" ", n.indent()+2)
	last := n.answer[strings.LastIndexByte(strings.TrimSpace(n.answer), '\n')+1:]
	return output.LiveLine{Text: indent + output.Tail(last, width-len(indent)-2), Style: t.styles.Hint}
}

// choose picks at most limit nodes: those that run or failed first, then those
// that were started, all in their order.
func (t *Tree) choose(limit int) []*node {
	if len(t.list) <= limit {
		return t.list
	}
	ranked := slices.Clone(t.list)
	slices.SortStableFunc(ranked, func(a, b *node) int { return a.rank() - b.rank() })
	picked := make(map[*node]bool)
	for _, n := range ranked[:max(limit-1, 1)] {
		picked[n] = true
	}
	return slices.DeleteFunc(slices.Clone(t.list), func(n *node) bool { return !picked[n] })
}

func (n *node) rank() int {
	switch {
	case n.running > 0:
		return 0
	case n.status == flow.NodeError, n.status == flow.NodeAborted:
		return 1
	case n.status == flow.NodePending:
		return 2
	}
	return 3
}

func (n *node) indent() int { return 2 * min(n.depth, treeDepth) }

// line returns a node's own line: state, name, and what else is known.
func (t *Tree) line(n *node) output.LiveLine {
	const spinner = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
	lead, style := "·", t.styles.Hint
	switch {
	case n.running > 0 && t.spins:
		frames := []rune(spinner)
		lead, style = string(frames[t.frame%len(frames)]), nil
	case n.running > 0:
		lead, style = "▸", nil
	case n.status == flow.NodeSuccess:
		lead, style = t.styles.Success("✓"), nil
	case n.status == flow.NodeError:
		lead, style = t.styles.Error("✗"), nil
	case n.status == flow.NodeAborted:
		lead, style = t.styles.Warning("✗"), nil
	case n.status == flow.NodeSkipped:
		lead = "-"
	}
	return output.LiveLine{Lead: lead + " ", Text: strings.Repeat(" ", n.indent()) + n.name, Tail: n.facts(), Style: style}
}
