package files

import (
	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/digest"
	"github.com/flowctl/flowctl/internal/layout"
	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// canonicalFlags say what is part of the canonical form of flow files.
type canonicalFlags struct {
	keepState bool
	layout    string // layoutInline or layoutDrop
}

// The values of --layout.
const (
	layoutInline = "inline"
	layoutDrop   = "drop"
)

func (c *canonicalFlags) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.BoolVar(&c.keepState, "keep-state", false, "keep the editor's run-time fields and exact positions")
	cmdutil.EnumVar(cmd, &c.layout, "layout", "", layoutInline, "where the layout goes: inline or drop", layoutInline, layoutDrop)
}

// of returns a flow file as it is to be written.
func (c *canonicalFlags) of(f flowfile.File) flowfile.File {
	f.Spec = c.spec(f.Spec)
	if c.layout == layoutDrop {
		f.Spec = layout.Without(f.Spec)
	}
	return f
}

// spec returns a flow as it is to be written.
func (c *canonicalFlags) spec(s flow.Spec) flow.Spec {
	if c.keepState {
		return s
	}
	return digest.WithoutState(s)
}
