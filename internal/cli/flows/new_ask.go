package flows

import (
	"context"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/internal/template"
	"github.com/flowctl/flowctl/pkg/flow"
)

// questions are those that 'flowctl new' asks on a terminal.
type questions struct {
	o      *newOptions
	t      *template.Template
	models []cmdutil.Choice // that the server has; see list
	listed bool
}

// values asks for the values of parameters that were not given.
func (q *questions) values(ctx context.Context, values map[string]string) error {
	for _, p := range q.t.Parameters {
		if _, given := values[p.Name]; given {
			continue
		}
		question := p.Name
		if p.Description != "" {
			question += " (" + p.Description + ")"
		}
		def := rawjson.Plain(p.Default)
		ask := q.o.app.AskFor
		if p.Type == template.Model {
			ask = q.askModel
		}
		value, err := ask(ctx, question, def, p.Check)
		if err != nil {
			return err
		}
		if value != def || p.Default == nil {
			values[p.Name] = value
		}
	}
	return nil
}

// rest asks for the name, with name as the default, and for models that replace those of the
// template's flow.
func (q *questions) rest(ctx context.Context, name string) (err error) {
	if q.o.name == "" {
		q.o.name, err = q.o.app.AskFor(ctx, "Name of the flow", name, checkName)
	}
	if err != nil || len(q.o.models) > 0 {
		return err
	}
	var seen []string
	for _, n := range q.t.Spec.Nodes {
		was := n.Text("modelId")
		if n.Type != flow.Model || slices.Contains(seen, was) || strings.Contains(was, "{{") {
			continue
		}
		seen = append(seen, was)
		question := "Model"
		if was != "" {
			question += " in place of " + was
		}
		now, err := q.askModel(ctx, question, was, func(string) error { return nil })
		if err != nil {
			return err
		}
		if now != was {
			q.o.models = append(q.o.models, was+"="+now)
		}
	}
	return nil
}

// askModel asks for a model: one of the server's, if it has a list of them.
func (q *questions) askModel(ctx context.Context, question, def string, check func(string) error) (string, error) {
	if !q.listed {
		q.models, q.listed = q.list(ctx), true
	}
	if len(q.models) == 0 {
		return q.o.app.AskFor(ctx, question, def, check)
	}
	return q.o.app.Choose(ctx, question, def, q.models)
}

// list lists the models of the server, if it has a list.
func (q *questions) list(ctx context.Context) []cmdutil.Choice {
	t, err := q.o.app.Target()
	if err != nil || t.Local() {
		return nil
	}
	c, err := q.o.app.Connect(ctx)
	if err != nil {
		return nil
	}
	models, err := c.Directory.Models(ctx)
	if err != nil {
		return nil // creating the flow reports a server that does not answer
	}
	var choices []cmdutil.Choice
	for _, m := range models {
		choices = append(choices, cmdutil.Choice{Name: m.ID, Note: m.Name})
	}
	return choices
}
