package main

import (
	"slices"

	"github.com/flowctl/flowctl/internal/lint"
	"github.com/flowctl/flowctl/internal/render"
)

// redacted is a pair as it may be shown in the log of a CI job or in a comment: with
// the kinds of secrets in the place of secrets. What is data (JSON, a kept plan) has
// them as they are.
func redacted(p render.Pair) render.Pair {
	p.Changes = slices.Clone(p.Changes)
	for i := range p.Changes {
		c := &p.Changes[i]
		c.Old, c.New = lint.Redact(c.Old), lint.Redact(c.New)
	}
	return p
}
