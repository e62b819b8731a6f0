package main

import (
	"context"
	"fmt"

	"github.com/flowctl/flowctl/internal/lint"
)

// askServer finds out what the server has that flows name.
func (o *validateOptions) askServer(ctx context.Context) error {
	c, err := o.app.connect(ctx)
	if err != nil {
		return err
	}
	models, err := c.Models.List(ctx)
	if err != nil {
		return fmt.Errorf("find out what the server has: %w", err)
	}
	bases, err := c.Directory.KnowledgeBases(ctx)
	if err != nil {
		return fmt.Errorf("find out what the server has: %w", err)
	}
	o.server = &lint.Server{}
	for _, m := range models {
		o.server.Models = append(o.server.Models, lint.Named{ID: m.ID, Name: m.Name})
	}
	for _, b := range bases {
		o.server.KnowledgeBases = append(o.server.KnowledgeBases, lint.Named{ID: b.ID, Name: b.Name})
	}
	return nil
}
