package flowfile

import (
	"path/filepath"
	"strings"

	"github.com/flowctl/flowctl/pkg/flow"
)

// Form says where the layout of a flow file stands (see [flow.IsLayoutKey]).
type Form string

// The forms.
const (
	Inline  Form = "inline"  // in the file itself, with its nodes
	Sidecar Form = "sidecar" // in a file of its own beside it, see [LayoutPath]
	Drop    Form = "drop"    // nowhere
)

const (
	fileExt   = ".json"
	layoutExt = ".layout.json"
)

// LayoutPath gives the path of the file that can hold the layout of the flow file
// at path: review.layout.json for review.json. It is "" if there can be none,
// because the file's name does not end in .json.
func LayoutPath(path string) string {
	ext := filepath.Ext(path)
	name := strings.TrimSuffix(path, ext)
	if !strings.EqualFold(ext, fileExt) || filepath.Base(path) == ext || FlowPath(path) != "" {
		return ""
	}
	return name + layoutExt
}

// FlowPath gives the path of the flow file whose layout the file at path holds,
// going by its name: review.json for review.layout.json. It is "" for other names.
func FlowPath(path string) string {
	at := len(path) - len(layoutExt)
	if base := filepath.Base(path); len(base) <= len(layoutExt) || !strings.EqualFold(path[at:], layoutExt) {
		return ""
	}
	return path[:at] + fileExt
}

// bare gives what stays of a node in a flow file of the form; nil is all of it.
func (form Form) bare(s flow.Spec) func(flow.Node) flow.Node {
	switch form {
	case Sidecar:
		split := newSplitter(s)
		return func(n flow.Node) flow.Node {
			n, _ = split.node(n)
			return n
		}
	case Drop:
		return func(n flow.Node) flow.Node {
			n.SetLayout(nil)
			return n
		}
	}
	return nil
}

// splitter takes the layout out of a flow's nodes, so that [layout.join] can put it
// back where it was.
type splitter struct{ count map[string]int } // nodes by id

func newSplitter(s flow.Spec) splitter {
	count := make(map[string]int, len(s.Nodes))
	for _, n := range s.Nodes {
		count[n.ID]++
	}
	return splitter{count}
}

// node splits one node. One that its id does not tell from others keeps its layout;
// so does one, but for the position, whose other layout stands before fields that
// are none: nobody would know where to put it back.
func (sp splitter) node(n flow.Node) (flow.Node, flow.Object) {
	layout := n.Layout()
	if layout == nil || n.ID == "" || sp.count[n.ID] > 1 {
		return n, nil
	}
	bare := n
	bare.SetLayout(nil)
	joined := bare
	joined.SetLayout(layout)
	if string(joined.AppendSorted(nil)) == string(n.AppendSorted(nil)) {
		return bare, layout
	}
	if n.Position == nil {
		return n, nil
	}
	n.Position = nil
	return n, layout[:1]
}
