package run

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/engine/browser"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/rawjson"
)

// printExplanation returns how the flow would run.
func (o *runOptions) printExplanation(f runFlow, e browser.Explanation) error {
	if o.format != runText {
		raw, err := rawjson.Encode(e)
		if err != nil {
			return err
		}
		return o.printValue(rawJSON(raw))
	}
	var b bytes.Buffer
	if len(e.Refused) > 0 {
		b.WriteString("Refused, and so not run:\n")
		for _, p := range e.Refused {
			fmt.Fprintf(&b, "  %s\n", f.line(p))
		}
	} else {
		writeOrder(&b, e.Explanation)
		writeCalls(&b, e.Calls)
	}
	writeDifferences(&b, e.Differences)
	if _, err := o.app.Out.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write the explanation: %w", err)
	}
	return nil
}

func writeOrder(b *bytes.Buffer, e *engine.Explanation) {
	fmt.Fprintf(b, "Order (engine %s):\n", e.Semantics)
	for i, turn := range e.Order {
		fmt.Fprintf(b, "  %d. %s (%s)", i+1, output.Text(turn.Node), output.Text(string(turn.Type)))
		if turn.Loop != "" {
			fmt.Fprintf(b, " in each round of %s", output.Text(turn.Loop))
		}
		if len(turn.After) > 0 {
			fmt.Fprintf(b, " after %s", names(turn.After))
		}
		b.WriteByte('\n')
	}
	if len(e.Branches) > 0 {
		b.WriteString("\nBranches:\n")
	}
	for _, branch := range e.Branches {
		only := names(branch.Only)
		if only == "" {
			only = "nothing"
		}
		fmt.Fprintf(b, "  %s %s: only then %s\n", output.Text(branch.Node), output.Text(branch.Handle), only)
	}
}

// writeCalls writes the most model calls that a run can make and what leads there.
func writeCalls(b *bytes.Buffer, c engine.Calls) {
	fmt.Fprintf(b, "\nModel calls: at most %d\n", c.Most)
	for _, step := range c.Path {
		fmt.Fprintf(b, "  %s (%s)", output.Text(step.Node), output.Text(string(step.Type)))
		switch {
		case step.Branch != "":
			fmt.Fprintf(b, " is assumed to choose %s: no other choice makes more calls", output.Text(step.Branch))
		case step.Rounds > 0:
			fmt.Fprintf(b, " goes round %s", times(step.Rounds))
		case step.Calls > 0:
			fmt.Fprintf(b, " is called %s", times(step.Calls))
		}
		b.WriteByte('\n')
	}
	if len(c.Unbounded) > 0 {
		fmt.Fprintf(b, "  How often %s goes round depends on the data; the limit of rounds was taken.\n", names(c.Unbounded))
	}
	if c.Rough {
		b.WriteString("  There are too many conditionals to try all choices; every branch was taken to run.\n")
	}
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

func writeDifferences(b *bytes.Buffer, differences []browser.Difference) {
	if len(differences) == 0 {
		b.WriteString("\nThe two semantics do not differ on this flow.\n")
		return
	}
	b.WriteString("\nWhere the semantics standard and browser may differ:\n")
	for _, d := range differences {
		at := ""
		if d.Node != "" {
			at = output.Text(d.Node) + ": "
		}
		fmt.Fprintf(b, "  %s%s (%s)\n", at, output.Text(d.Message), d.Rule)
	}
}

// names lists node ids.
func names(ids []string) string {
	shown := make([]string, len(ids))
	for i, id := range ids {
		shown[i] = output.Text(id)
	}
	return strings.Join(shown, ", ")
}
