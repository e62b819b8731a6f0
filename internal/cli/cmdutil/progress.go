package cmdutil

import (
	"time"

	"github.com/flowctl/flowctl/internal/output"
)

// GraceToFinish is how long a write that was begun before Ctrl-C may take still.
const GraceToFinish = 10 * time.Second

// Progress returns a bar on a terminal's stderr; elsewhere, and where a single step
// is not worth one, it is nil and draws nothing.
func (a *App) Progress(label string, steps int) *output.Progress {
	if steps < 2 || a.Flags.Quiet || !IsTerminal(a.Err) {
		return nil
	}
	return output.NewProgress(a.Err, label, steps)
}
