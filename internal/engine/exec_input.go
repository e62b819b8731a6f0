package engine

import (
	"context"

	"github.com/flowctl/flowctl/internal/engine/js"
)

// input returns the node's value and its files: nothing is "", one thing is
// itself, several are an array.
func input(_ context.Context, c *call) (js.Value, error) {
	var list js.Array
	if v := c.node.field("value"); js.Truthy(v) {
		list = append(list, v)
	}
	if ids, ok := c.node.field("fileIds").(js.Array); ok {
		for _, id := range ids {
			list = append(list, c.file(id))
		}
	} else if id := c.node.field("mediaFileId"); js.Truthy(id) {
		list = append(list, c.file(id))
	}
	switch len(list) {
	case 0:
		return js.String(""), nil
	case 1:
		return list[0], nil
	}
	return list, nil
}

// file marks an id as that of a file, in standard.
func (c *call) file(id js.Value) js.Value {
	if s, ok := js.AsString(id); ok && c.rules.Files {
		return js.File(s)
	}
	return id
}
