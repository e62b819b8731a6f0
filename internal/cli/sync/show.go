package sync

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"time"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/render"
	"github.com/flowctl/flowctl/internal/secrets"
	"github.com/flowctl/flowctl/internal/sync"
)

// showPlan writes a plan for people: a line for each flow that changes, the
// differences of updates, a sum.
func showPlan(a *cmdutil.App, w io.Writer, p *sync.Plan) error {
	var b bytes.Buffer
	styles := output.NewStyles(w, a.Color(w))
	for _, s := range p.Steps {
		line := func(style func(...string) string, sign string) {
			fmt.Fprintln(&b, style(output.Text(fmt.Sprintf("%s %s %s %q%s", sign, s.Action, s.File, secrets.RedactText(s.Name), foundBy(s)))))
		}
		switch s.Action {
		case sync.Create:
			line(styles.Success, "+")
		case sync.Delete:
			line(styles.Error, "-")
		case sync.Update, sync.Merge:
			line(styles.Warning, "~")
		case sync.Refuse:
			line(styles.Error, "!")
		default:
			continue
		}
		if s.Why != "" {
			fmt.Fprintln(&b, output.Text("  "+secrets.RedactText(refusal(s))))
		}
		for _, pair := range pairs(s) {
			b.WriteString(render.Text(pair, a.Color(w)))
		}
	}
	fmt.Fprintln(&b, planSum(p))
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write the plan: %w", err)
	}
	for _, s := range p.Steps {
		if s.Action == sync.Unchanged && s.Why != "" {
			a.Warn("%s: %s", s.File, s.Why)
		}
		if len(s.Dropped) > 0 {
			a.Warn("%s: this server does not keep %s", s.File, cmdutil.Join(s.Dropped))
		}
		if s.Action == sync.Create && s.ID != "" && s.FileID != "" && s.ID != s.FileID {
			a.Warn("%s: the flow cannot have the id %.80q, and gets another one, which %s remembers", s.File, s.FileID, sync.LockName)
		}
	}
	return nil
}

// pairs returns what a step changes: the server's flow, and the file.
func pairs(s sync.Step) []render.Pair {
	var list []render.Pair
	if s.Changes != nil {
		list = append(list, render.Pair{Before: "on the server", After: s.File, Changes: s.Changes})
	}
	if s.Incoming != nil {
		list = append(list, render.Pair{Before: s.File, After: "on the server", Changes: s.Incoming})
	}
	return list
}

// foundBy names the flow on the server, and how it was found if not by the lock.
func foundBy(s sync.Step) string {
	switch {
	case s.ID == "", s.Action == sync.Create && s.ID != s.FileID: // one that nobody has seen yet
		return ""
	case s.Match == sync.ByName || s.Match == sync.ByID:
		return fmt.Sprintf(" (%s, found by its %s)", s.ID, s.Match)
	}
	return " (" + s.ID + ")"
}

// refusal returns why a flow is left alone, or what else there is to know of the step.
func refusal(s sync.Step) string {
	if s.Updated == 0 {
		return s.Why
	}
	return s.Why + " (" + time.Unix(s.Updated, 0).UTC().Format(time.RFC3339) + ")"
}

func planSum(p *sync.Plan) string {
	sum := fmt.Sprintf("%d to create, %d to update, %d to delete, %d unchanged",
		p.Count(sync.Create), p.Count(sync.Update), p.Count(sync.Delete), p.Count(sync.Unchanged))
	if n := p.Count(sync.Merge); n > 0 {
		sum += fmt.Sprintf(", %d to merge", n)
	}
	if n := p.Count(sync.Refuse); n > 0 {
		sum += fmt.Sprintf(", %d refused", n)
	}
	return sum
}

// stepRow is what became of a flow, as apply and pull print it.
type stepRow struct {
	ID      string   `json:"id"` // on the server; "" if it is not there
	Name    string   `json:"name"`
	File    string   `json:"file"`
	Action  string   `json:"action"`
	Dropped []string `json:"dropped,omitempty"` // fields that the server does not keep
	Changed []string `json:"changed,omitempty"` // what the server made something else of
	Error   string   `json:"error,omitempty"`
}

func stepRowView() output.View[stepRow] {
	type column = output.Column[stepRow]
	return output.View[stepRow]{
		Columns: []column{
			{Title: "NAME", Whole: true, Text: func(_ *output.Printer, r stepRow) string { return secrets.RedactText(r.Name) }},
			{Title: "ID", ID: true, Text: func(_ *output.Printer, r stepRow) string { return cmp.Or(r.ID, "-") }},
			{Title: "FILE", Text: func(_ *output.Printer, r stepRow) string { return r.File }},
			{Title: "ACTION", Text: func(_ *output.Printer, r stepRow) string { return r.Action }},
		},
		Name: func(r stepRow) string { return cmp.Or(r.ID, r.Name) },
	}
}
