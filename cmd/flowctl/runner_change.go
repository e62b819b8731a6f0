package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

// changeSpec makes the changes that --set (NODE.FIELD=VALUE) and --model ([A=]B) ask for.
// It returns why they may not do what is meant, where that is so.
func changeSpec(spec *flow.Spec, sets, models []string) (doubts []string, err error) {
	spec.Nodes = slices.Clone(spec.Nodes)
	var made []setting
	for _, arg := range sets {
		s, err := parseSetting(*spec, arg)
		if err == nil {
			made = append(made, s)
			err = changeNodes(spec, s.node.ID, s.path, func(was json.RawMessage) json.RawMessage { return likeBefore(was, s.value) })
		}
		if err != nil {
			return nil, fmt.Errorf("--set %s: %w", quoted(arg), err)
		}
	}
	for _, s := range made {
		if doubt := s.doubt(*spec); doubt != "" {
			doubts = append(doubts, fmt.Sprintf("--set %s: %s", quoted(s.arg), doubt))
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
	return jsonText(value)
}

// jsonText is a text as JSON.
func jsonText(text string) json.RawMessage {
	raw, _ := json.Marshal(text) // a string always can be
	return raw
}

// changeNodes changes a field in the data of all nodes with this id.
func changeNodes(spec *flow.Spec, id string, path []string, change func(was json.RawMessage) json.RawMessage) error {
	for i := range spec.Nodes {
		n := &spec.Nodes[i]
		if n.ID != id {
			continue
		}
		data, err := changed(n.Data, path, change)
		if err != nil {
			return err
		}
		n.Data = data
	}
	return nil
}

// changed gives the JSON object doc with the value at path changed; what is not
// there is made.
func changed(doc json.RawMessage, path []string, change func(was json.RawMessage) json.RawMessage) (json.RawMessage, error) {
	if len(path) == 0 {
		return change(doc), nil
	}
	var o flow.Object
	if doc != nil {
		var err error
		if o, err = flow.ParseObject(doc); err != nil {
			return nil, fmt.Errorf("there is no %s to set: what holds it is no object", quoted(path[0]))
		}
		o = slices.Clone(o)
	}
	was, _ := o.Get(path[0])
	now, err := changed(was, path[1:], change)
	if err != nil {
		return nil, err
	}
	o.Set(path[0], now)
	return o.AppendJSON(nil), nil
}

// replaceModels carries out A=B and B, all at once.
func replaceModels(spec *flow.Spec, args []string) error {
	used := modelsOf(*spec)
	for _, arg := range args {
		if len(used) == 0 {
			return fmt.Errorf("--model %s: the flow has no model node", quoted(arg))
		}
		if from, _, ok := strings.Cut(arg, "="); ok && !slices.Contains(used, from) {
			return fmt.Errorf("--model %s: no node uses the model %s; the flow uses %s", quoted(arg), quoted(from), quotedList(used))
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
			data, err := changed(n.Data, []string{"modelId"}, func(json.RawMessage) json.RawMessage { return jsonText(to) })
			if err != nil {
				return err
			}
			n.Data = data
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
