package files

import (
	"io"
	"strings"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/render"
	"github.com/flowctl/flowctl/pkg/flow"
)

func (o *diffOptions) print(pairs []render.Pair) error {
	if o.format == "json" {
		return o.printJSON(pairs)
	}
	drawn := make([]string, len(pairs))
	for i, p := range pairs {
		drawn[i] = o.draw(p)
	}
	_, err := io.WriteString(o.app.Out, strings.Join(drawn, "\n"))
	return err
}

func (o *diffOptions) draw(p render.Pair) string {
	switch o.format {
	case "markdown":
		return render.Markdown(p)
	case "mermaid":
		return render.MermaidDiff(p)
	}
	return render.Text(p, o.app.Color(o.app.Out))
}

// flowDiff is one pair in `diff -o json`.
type flowDiff struct {
	Before  string        `json:"before"`
	After   string        `json:"after"`
	Changes []flow.Change `json:"changes"`
}

func (o *diffOptions) printJSON(pairs []render.Pair) error {
	diffs := make([]flowDiff, len(pairs))
	for i, p := range pairs {
		diffs[i] = flowDiff{p.Before, p.After, p.Changes}
	}
	p, err := o.app.Printer(cmdutil.OutputFlags{Format: output.JSON})
	if err != nil {
		return err
	}
	_, err = output.List(p, output.View[flowDiff]{}, output.Seq(diffs))
	return err
}
