package files

import (
	"context"
	"fmt"

	"github.com/flowctl/flowctl/internal/lint"
)

// askServer finds out what the server has that flows name.
func (o *validateOptions) askServer(ctx context.Context) error {
	c, err := o.app.Connect(ctx)
	if err != nil {
		return err
	}
	models, err := c.Directory.Models(ctx)
	if err != nil {
		return fmt.Errorf("find out what the server has: %w", err)
	}
	bases, err := c.Directory.KnowledgeBases(ctx)
	if err != nil {
		return fmt.Errorf("find out what the server has: %w", err)
	}
	o.Server = &lint.Server{}
	for _, m := range models {
		o.Server.Models = append(o.Server.Models, lint.Named{ID: m.ID, Name: m.Name})
	}
	for _, b := range bases {
		o.Server.KnowledgeBases = append(o.Server.KnowledgeBases, lint.Named{ID: b.ID, Name: b.Name})
	}
	return nil
}
