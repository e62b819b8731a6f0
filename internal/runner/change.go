package runner

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

// ChangeSpec makes the changes that --set (NODE.FIELD=VALUE) and --model ([A=]B) ask for.
// It returns why they may not do what is meant, where that is so.
func ChangeSpec(spec *flow.Spec, sets, models []string) (doubts []string, err error) {
	spec.Nodes = slices.Clone(spec.Nodes)
	var made []setting
	for _, arg := range sets {
		s, err := parseSetting(*spec, arg)
		if err == nil {
			made = append(made, s)
			err = s.apply(spec)
		}
		if err != nil {
			return nil, fmt.Errorf("--set %s: %w", output.Quoted(arg), err)
		}
	}
	for _, s := range made {
		if doubt := s.doubt(*spec); doubt != "" {
			doubts = append(doubts, fmt.Sprintf("--set %s: %s", output.Quoted(s.arg), doubt))
		}
	}
	return doubts, replaceModels(spec, models)
}

// likeBefore is a value as JSON: a text where the field was a text, else the JSON
// that it is, else a text.
func likeBefore(was json.RawMessage, value string) json.RawMessage {
	isText := len(was) > 0 && was[0] == '"'
	if !isText && rawjson.Check([]byte(value)) == nil {
		return json.RawMessage(value)
	}
	raw, _ := json.Marshal(value) // a text can always be written
	return raw
}

// apply sets the field in all nodes with this id.
func (s setting) apply(spec *flow.Spec) error {
	for i := range spec.Nodes {
		n := &spec.Nodes[i]
		if n.ID != s.node.ID {
			continue
		}
		if err := n.Set(s.field, likeBefore(n.Field(s.field), s.value)); err != nil {
			return err
		}
	}
	return nil
}

// replaceModels carries out A=B and B, all at once.
func replaceModels(spec *flow.Spec, args []string) error {
	used := modelsOf(*spec)
	for _, arg := range args {
		if len(used) == 0 {
			return fmt.Errorf("--model %s: the flow has no model node", output.Quoted(arg))
		}
		if from, _, ok := strings.Cut(arg, "="); ok && !slices.Contains(used, from) {
			return fmt.Errorf("--model %s: no node uses the model %s; the flow uses %s", output.Quoted(arg), output.Quoted(from), QuotedList(used))
		}
	}
	for i := range spec.Nodes {
		n := &spec.Nodes[i]
		was := n.Text("modelId")
		for _, arg := range args {
			from, to, ok := strings.Cut(arg, "=")
			if !ok {
				from, to = was, arg
			}
			if n.Type != flow.Model || from != was {
				continue
			}
			if err := n.Set("modelId", to); err != nil {
				return err
			}
			if ok {
				break
			}
		}
	}
	return nil
}

// modelsOf lists the models that a flow uses.
func modelsOf(spec flow.Spec) []string {
	var ids []string
	for _, n := range spec.Nodes {
		if id := n.Text("modelId"); n.Type == flow.Model && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}
