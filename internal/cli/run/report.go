package run

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/internal/record"
	"github.com/flowctl/flowctl/pkg/flow"
)

// report writes what came of the run to stdout, and a line about the whole to stderr.
func (o *runOptions) report(f runFlow, e flow.Execution, shown *runShow) error {
	if err := o.print(f.Spec, e); err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	for _, text := range record.Warnings(e) {
		o.warn(text)
	}
	if shown == nil {
		return nil
	}
	if line := shown.summary(); line != "" {
		fmt.Fprintln(o.app.Err, o.app.Styles().Hint(line))
	}
	return nil
}

// warn warns of what is wrong with the run, for --strict.
func (o *runOptions) warn(text string) {
	o.app.Warn("%s", text)
	o.warnings++
}

// print writes what came of the run to stdout: a single text as it is, several
// values as a JSON object by node id, or under headings for a person.
func (o *runOptions) print(spec flow.Spec, e flow.Execution) error {
	switch o.format {
	case runJSON:
		return o.printValue(executionObject(e))
	case runJSONL: // the events have been written
		return nil
	}
	shown, _ := rawjson.ParseObject(e.Outputs) // null has none
	if len(shown) == 0 {
		if shown = record.Last(e, spec); len(shown) > 0 {
			o.warn(noOutputs)
		}
	}
	switch {
	case len(shown) == 0:
		return nil
	case len(shown) == 1:
		return o.printOutput(shown[0].Value)
	case cmdutil.IsTerminal(o.app.Out):
		return o.printHeadings(spec, shown)
	}
	return o.printValue(shown)
}

// printHeadings writes several outputs for a person: each under the label of its
// node.
func (o *runOptions) printHeadings(spec flow.Spec, outputs flow.Object) error {
	heading := output.NewStyles(o.app.Out, o.app.Color(o.app.Out)).Heading
	for i, m := range outputs {
		if i > 0 {
			fmt.Fprintln(o.app.Out)
		}
		name := m.Key
		if n := spec.Node(m.Key); n != nil {
			name = cmp.Or(n.Label(), name)
		}
		fmt.Fprintln(o.app.Out, heading(output.Text(name)))
		if err := o.printOutput(m.Value); err != nil {
			return err
		}
	}
	return nil
}

// printOutput writes the value of an output node: a text as it is.
func (o *runOptions) printOutput(value json.RawMessage) error {
	var text string
	if json.Unmarshal(value, &text) != nil {
		return o.printValue(value)
	}
	if cmdutil.IsTerminal(o.app.Out) {
		text = output.Lines(text)
	}
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	_, err := io.WriteString(o.app.Out, text)
	return err
}

func (o *runOptions) printValue(v any) error {
	p, err := o.app.Printer(cmdutil.OutputFlags{Format: output.JSON})
	if err != nil {
		return err
	}
	return output.Item(p, output.View[any]{}, v)
}

// rawJSON is JSON that is printed as it came.
type rawJSON json.RawMessage

// AppendJSON appends it as compact JSON.
func (r rawJSON) AppendJSON(dst []byte) []byte { return rawjson.AppendCompact(dst, r) }

// executionObject is an execution as the API returns it, whole. One that is not kept
// has no id. What has no value is null; of the maps of an execution that is over,
// where the API has null or {}, it is always {}, so that a script can look into it.
func executionObject(e flow.Execution) flow.Object {
	for _, m := range []*json.RawMessage{&e.Inputs, &e.Outputs, &e.NodeResults, &e.Errors} {
		switch {
		case !rawjson.IsAbsent(*m):
		case e.Status.Ended():
			*m = json.RawMessage("{}")
		default:
			*m = json.RawMessage("null")
		}
	}
	raw, _ := rawjson.Encode(e)
	o, _ := rawjson.ParseObject(raw)
	return slices.DeleteFunc(o, func(m rawjson.Member) bool { return string(m.Value) == `""` })
}
