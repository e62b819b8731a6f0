package cmdutil

import (
	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/digest"
	"github.com/flowctl/flowctl/internal/layout"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// FormFlags are the flags for what is written to flow files.
type FormFlags struct {
	KeepState bool
	layout    string // layoutInline or layoutDrop
}

// The values of --layout.
const (
	layoutInline = "inline"
	layoutDrop   = "drop"
)

// Register adds the flags.
func (c *FormFlags) Register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.BoolVar(&c.KeepState, "keep-state", false, "keep the editor's run-time fields and exact positions")
	EnumVar(cmd, &c.layout, "layout", "", layoutInline, "where the layout goes: inline or drop", layoutInline, layoutDrop)
}

// Of returns f in the form in which it is to be written.
func (c *FormFlags) Of(f flowfile.File) flowfile.File {
	if !c.KeepState {
		f.Spec = digest.WithoutState(f.Spec)
	}
	if c.DropLayout() {
		f.Spec = layout.Without(f.Spec)
	}
	return f
}

// DropLayout reports whether --layout drop is given.
func (c *FormFlags) DropLayout() bool { return c.layout == layoutDrop }
