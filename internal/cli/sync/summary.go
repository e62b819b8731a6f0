package sync

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/render"
	"github.com/flowctl/flowctl/internal/repo"
	"github.com/flowctl/flowctl/internal/secrets"
	"github.com/flowctl/flowctl/internal/sync"
)

// maxSummary is about how many bytes of a job's summary GitHub takes: a MiB for all
// of its steps.
const maxSummary = 900_000

// deletionsFirst returns the indexes of steps, what is deleted first: that is what a
// reviewer must not miss.
func deletionsFirst(steps []sync.Step) []int {
	order := make([]int, 0, len(steps))
	for _, deleted := range []bool{true, false} {
		for i := range steps {
			if deleted == (steps[i].Action == sync.Delete) {
				order = append(order, i)
			}
		}
	}
	return order
}

// addSummary appends a report in Markdown to a file, as GitHub's step summaries
// want it. states says what became of each step, nil for what is planned.
func addSummary(path, title string, p *sync.Plan, states []string) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "## %s\n\n%s\n\n", title, planSum(p))
	if p.Writes() > 0 {
		b.WriteString("| file | flow | action |\n|---|---|---|\n")
	}
	var changed []render.Pair
	for _, i := range deletionsFirst(p.Steps) {
		s := p.Steps[i]
		state := string(s.Action)
		if states != nil {
			state = states[i]
		}
		if s.Why != "" {
			state += ": " + refusal(s)
		}
		if s.Action != sync.Unchanged {
			fmt.Fprintf(&b, "| %s | %s | %s |\n", render.Cell(s.File), render.Cell(secrets.RedactText(s.Name)), render.Cell(secrets.RedactText(state)))
		}
		changed = append(changed, pairs(s)...)
	}
	for i, pair := range changed {
		one := render.Markdown(pair)
		if b.Len()+len(one) > maxSummary {
			fmt.Fprintf(&b, "\nThe differences of %s are left out: GitHub takes no longer summaries.\n", output.Plural(len(changed)-i, "more flow"))
			break
		}
		b.WriteByte('\n')
		b.WriteString(one)
	}
	b.WriteByte('\n')
	err := repo.CheckNamed(path)
	var f *os.File
	if err == nil {
		f, err = os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	}
	if err == nil {
		_, err = f.Write(b.Bytes())
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		return fmt.Errorf("write the summary: %w", err)
	}
	return nil
}
