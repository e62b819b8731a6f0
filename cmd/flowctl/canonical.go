package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// canonicalFlags say what is part of the canonical form of flow files.
type canonicalFlags struct {
	keepState bool
	layout    string // a [flowfile.Form], "" without --layout
}

// layoutHelp explains --layout in the help of the commands that have it.
const layoutHelp = `The layout of a flow (positions, sizes and handle sides) stands with its nodes,
or in a file of its own beside the flow file, review.layout.json beside
review.json. All commands that read review.json read both. --layout sidecar
moves it there, --layout inline brings it back, --layout drop leaves it out.
Without the flag a flow file that has a layout file keeps it, and any other has
its layout with its nodes. What a file does not say of its layout 'flowctl
apply' leaves to the server.`

func (c *canonicalFlags) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.BoolVar(&c.keepState, "keep-state", false, "keep the editor's run-time fields and exact positions")
	f.StringVar(&c.layout, "layout", "", "where the layout goes: inline, sidecar or drop")
	_ = cmd.RegisterFlagCompletionFunc("layout", cobra.FixedCompletions(layoutForms(), cobra.ShellCompDirectiveNoFileComp))
}

func layoutForms() []string {
	return []string{string(flowfile.Inline), string(flowfile.Sidecar), string(flowfile.Drop)}
}

// check refuses a --layout that does not exist.
func (c *canonicalFlags) check() error {
	if c.layout != "" && !slices.Contains(layoutForms(), c.layout) {
		return fmt.Errorf("unknown layout %q; use one of inline, sidecar, drop", c.layout)
	}
	return nil
}

// sidecar tells whether the layout is to go into a file of its own.
func (c *canonicalFlags) sidecar() bool { return flowfile.Form(c.layout) == flowfile.Sidecar }

// of gives a flow file as it is to be written.
func (c *canonicalFlags) of(f flowfile.File) flowfile.File {
	f.Spec = c.spec(f.Spec)
	if c.layout != "" {
		f.Form = flowfile.Form(c.layout)
	}
	return f
}

// spec gives a flow as it is to be written.
func (c *canonicalFlags) spec(s flow.Spec) flow.Spec {
	if c.keepState {
		return s
	}
	return flowfile.WithoutState(s)
}
