package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/output"
)

// minTreeHeight is the lowest terminal that the tree is drawn on: a node, how many
// more there are, and the cursor's line.
const minTreeHeight = 3

// draw shows the nodes, as many as fit.
func (t *runTree) draw() {
	t.mu.Lock()
	defer t.mu.Unlock()
	width, height := terminalSize(t.file)
	if !t.begun || width < output.MinLiveWidth || height < minTreeHeight {
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
	if hidden := len(t.nodes) - len(shown); hidden > 0 {
		lines = append(lines, output.LiveLine{Text: fmt.Sprintf("  … and %d more", hidden), Style: t.styles.Hint})
	}
	t.live.Draw(width, lines)
}

// answerLine is the end of the last line that a model has said so far.
func (t *runTree) answerLine(n *treeNode, width int) output.LiveLine {
	indent := strings.Repeat(" ", n.indent()+2)
	last := n.answer[strings.LastIndexByte(strings.TrimSpace(n.answer), '\n')+1:]
	return output.LiveLine{Text: indent + output.Tail(last, width-len(indent)-2), Style: t.styles.Hint}
}

// choose picks at most limit nodes: those that run or failed first, then those
// that were started, all in their order.
func (t *runTree) choose(limit int) []*treeNode {
	if len(t.nodes) <= limit {
		return t.nodes
	}
	ranked := slices.Clone(t.nodes)
	slices.SortStableFunc(ranked, func(a, b *treeNode) int { return a.rank() - b.rank() })
	picked := make(map[*treeNode]bool)
	for _, n := range ranked[:max(limit-1, 1)] {
		picked[n] = true
	}
	return slices.DeleteFunc(slices.Clone(t.nodes), func(n *treeNode) bool { return !picked[n] })
}

func (n *treeNode) rank() int {
	switch {
	case n.running > 0:
		return 0
	case n.status == engine.NodeError, n.status == engine.NodeAborted:
		return 1
	case n.status == engine.NodePending:
		return 2
	}
	return 3
}

func (n *treeNode) indent() int { return 2 * min(n.depth, treeDepth) }

// line is a node's own line: state, name, and what there is to tell.
func (t *runTree) line(n *treeNode) output.LiveLine {
	const spinner = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
	lead, style := "·", t.styles.Hint
	switch {
	case n.running > 0 && t.spins:
		frames := []rune(spinner)
		lead, style = string(frames[t.frame%len(frames)]), nil
	case n.running > 0:
		lead, style = "▸", nil
	case n.status == engine.NodeSuccess:
		lead, style = t.styles.Success("✓"), nil
	case n.status == engine.NodeError:
		lead, style = t.styles.Error("✗"), nil
	case n.status == engine.NodeAborted:
		lead, style = t.styles.Warning("✗"), nil
	case n.status == engine.NodeSkipped:
		lead = "-"
	}
	return output.LiveLine{Lead: lead + " ", Text: strings.Repeat(" ", n.indent()) + n.name, Tail: n.told(), Style: style}
}

// told is what stands behind a node's name.
func (n *treeNode) told() string {
	var b strings.Builder
	took := n.took
	if n.running > 0 {
		took += time.Since(n.began)
	}
	if n.runs > 0 {
		fmt.Fprintf(&b, "  %.1fs", took.Seconds())
	}
	if n.runs > 1 {
		fmt.Fprintf(&b, "  ×%d", n.runs)
	}
	if n.tokens > 0 {
		fmt.Fprintf(&b, "  %s", plural(n.tokens, "token"))
	}
	if n.running > 0 && n.attempt > 1 {
		fmt.Fprintf(&b, "  attempt %d", n.attempt)
	}
	if n.detail != "" && n.running == 0 {
		b.WriteString("  " + n.detail)
	}
	return b.String()
}
