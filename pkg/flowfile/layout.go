package flowfile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/flowctl/flowctl/pkg/flow"
)

// layout is what a layout file says: where and how large the editor draws the
// nodes of the flow in the file beside it. It has a line for each node, in the
// order of their ids, so that git compares and merges it node by node:
//
//	{
//	  "version": "1.0",
//	  "nodes": {
//	    "input_1": {"position":{"x":0,"y":0}},
//	    "model_1": {"position":{"x":300,"y":0}}
//	  }
//	}
type layout struct {
	nodes    []placed
	extra    flow.Object // members that are not known
	warnings []*Error

	text *text
}

// placed is the layout of one node.
type placed struct {
	id     string
	layout flow.Object
	at     int // where it stands in the text
}

// layoutBeside is [LayoutPath] of a flow file, or of the one that a link at path leads
// to: the flow is the same under either name, and has one layout. What stands beside
// the link itself comes first.
func layoutBeside(path string) string {
	beside := LayoutPath(path)
	if info, err := os.Lstat(path); beside == "" || err != nil || info.Mode()&fs.ModeSymlink == 0 {
		return beside
	}
	if _, err := os.Lstat(beside); err == nil {
		return beside
	}
	if file, err := followLinks(path); err == nil && LayoutPath(file) != "" {
		return LayoutPath(file)
	}
	return beside
}

// readLayout reads the layout file at path, nil if there is none. The error is an
// *[Error].
func readLayout(ctx context.Context, path string) (*layout, error) {
	if path == "" {
		return nil, nil
	}
	if err := CheckInside(filepath.Dir(path), path); err != nil {
		return nil, &Error{Path: path, Msg: "read the layout", Err: err}
	}
	f, err := OpenRegular(path)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.ENAMETOOLONG):
		return nil, nil
	case err != nil:
		return nil, &Error{Path: path, Msg: "read the layout", Err: withoutPath(err)}
	}
	defer func() { _ = f.Close() }()
	return decodeLayout(ctx, f, path)
}

// ReadTexts is [ReadFile] of texts that are no files any more: that of a flow file, and
// that of its layout, nil if there was none.
func ReadTexts(ctx context.Context, name string, flows, layout []byte) ([]File, error) {
	files, err := readFrom(ctx, bytes.NewReader(flows), name)
	if err != nil || layout == nil {
		return files, err
	}
	beside, err := decodeLayout(ctx, bytes.NewReader(layout), LayoutPath(name))
	if err == nil {
		err = beside.join(files)
	}
	if err != nil {
		return nil, err
	}
	return files, nil
}

// LayoutNodes gives the ids of the nodes that a layout file names, in its order; see
// [LayoutPath]. The error is an *[Error].
func LayoutNodes(ctx context.Context, path string) ([]string, error) {
	l, err := readLayout(ctx, path)
	if err == nil && l == nil {
		err = &Error{Path: path, Msg: "open the layout", Err: fs.ErrNotExist}
	}
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(l.nodes))
	for i, p := range l.nodes {
		ids[i] = strings.Clone(p.id)
	}
	return ids, nil
}

func decodeLayout(ctx context.Context, r io.Reader, name string) (*layout, error) {
	t, err := readText(ctx, r, name)
	if err != nil {
		return nil, err
	}
	values, err := flow.Values(t.data)
	switch {
	case err != nil:
		return nil, t.syntaxError(0, err)
	case t.data[values[0].Start] != '{':
		return nil, t.errorAt(values[0].Start, "want a layout, which is an object, found "+kindOf(t.data[values[0].Start]))
	case len(values) > 1:
		return nil, t.errorAt(values[1].Start, "a layout file holds one layout, and this is another one")
	}
	return t.layout(t.document(values[0]))
}

func (t *text) layout(doc document) (*layout, error) {
	var head File
	if err := t.version(&head, doc.get("version")); err != nil {
		return nil, err
	}
	nodes := doc.get("nodes")
	if nodes == nil {
		return nil, t.errorAt(doc.at.Start, `this is no layout: it has no "nodes"`)
	}
	if first := t.data[nodes.Start]; first != '{' {
		return nil, t.errorAt(nodes.Start, `"nodes" must be an object, found `+kindOf(first))
	}
	l := &layout{text: t, warnings: head.Warnings}
	for _, at := range t.document(*nodes).members {
		p, err := t.placed(at)
		if err != nil {
			return nil, err
		}
		l.nodes = append(l.nodes, p)
	}
	for _, m := range doc.members {
		if m.Key != "version" && m.Key != "nodes" {
			l.extra = append(l.extra, m.Member(t.data))
		}
	}
	return l, nil
}

// placed reads the layout of one node. What is no layout is refused: there would be
// no place to keep it.
func (t *text) placed(at flow.Span) (placed, error) {
	if first := t.data[at.Start]; first != '{' {
		return placed{}, t.errorAt(at.Start, fmt.Sprintf("the layout of node %.80q must be an object, found %s", at.Key, kindOf(first)))
	}
	p := placed{id: at.Key, at: at.Start}
	for _, m := range t.document(at).members {
		if !flow.IsLayoutKey(m.Key) {
			return placed{}, t.errorAt(m.Start, fmt.Sprintf("%.80q of node %.80q is no layout that this flowctl knows", m.Key, at.Key))
		}
		p.layout = append(p.layout, m.Member(t.data))
	}
	return p, nil
}

// join gives the nodes of a flow the layout that they do not say themselves.
func (l *layout) join(files []File) error {
	if len(files) != 1 {
		return l.text.errorAt(0, fmt.Sprintf("a layout is for one flow, and the file beside it holds %d", len(files)))
	}
	f := &files[0]
	f.Form = Sidecar
	f.Warnings = append(f.Warnings, l.warnings...)
	index := make(map[string]int, len(f.Spec.Nodes))
	for i, n := range f.Spec.Nodes {
		if _, double := index[n.ID]; double {
			i = -1
		}
		index[n.ID] = i
	}
	for _, p := range l.nodes {
		i, ok := index[p.id]
		if !ok || i < 0 || p.id == "" {
			f.Warnings = append(f.Warnings, l.text.errorAt(p.at,
				fmt.Sprintf("there is no one node %.80q in %s; 'flowctl fmt' takes its layout out", p.id, filepath.Base(f.Path))))
			continue
		}
		n := &f.Spec.Nodes[i]
		all := n.Layout()
		for _, m := range p.layout {
			if _, own := all.Get(m.Key); !own {
				all = append(all, m)
			}
		}
		n.SetLayout(all)
	}
	return nil
}

// fits tells whether the layout names no node but those of a flow. What was left over
// when that was written does; the layout of another flow does not.
func (l *layout) fits(s flow.Spec) bool {
	ids := make(map[string]bool, len(s.Nodes))
	for _, n := range s.Nodes {
		ids[n.ID] = true
	}
	return !slices.ContainsFunc(l.nodes, func(p placed) bool { return !ids[p.id] })
}

// placedNodes gives what of a flow stands in its layout file.
func placedNodes(s flow.Spec) []placed {
	split := newSplitter(s)
	var nodes []placed
	for _, n := range s.Nodes {
		if _, layout := split.node(n); layout != nil {
			nodes = append(nodes, placed{id: n.ID, layout: layout})
		}
	}
	return nodes
}

// with adds to nodes what the layout says and they do not, and tells whether that
// is anything.
func (l *layout) with(nodes []placed) (all []placed, more bool) {
	all = slices.Clone(nodes)
	index := make(map[string]int, len(nodes))
	for i, p := range nodes {
		index[p.id] = i
	}
	for _, p := range l.nodes {
		i, ok := index[p.id]
		if !ok {
			all, more = append(all, p), true
			continue
		}
		for _, m := range p.layout {
			if _, ok := all[i].layout.Get(m.Key); !ok {
				all[i].layout, more = append(slices.Clip(all[i].layout), m), true
			}
		}
	}
	return all, more
}

// printLayout writes a layout file, with the members that it has beside.
func printLayout(w io.Writer, nodes []placed, extra flow.Object) error {
	slices.SortFunc(nodes, func(a, b placed) int { return strings.Compare(a.id, b.id) })
	p := &printer{w: w}
	p.open('{')
	p.member("version", flow.AppendString(nil, current))
	p.key("nodes")
	p.open('{')
	for _, n := range nodes {
		p.key(n.id)
		text := n.layout.AppendJSON(nil)
		if err := flow.Check(text); err != nil {
			return fmt.Errorf("encode the layout of node %.80q: %w", n.id, err)
		}
		p.buf = append(p.buf, text...)
	}
	p.close('}')
	for _, m := range extra {
		p.members(flow.Object{m})
	}
	p.close('}')
	p.buf = append(p.buf, '\n')
	p.flush(0)
	return p.err
}

// MergeLayouts merges what two sides made of a layout file, node by node. Where
// both changed the same, ours wins; nothing conflicts. An empty base is what both
// sides added. The error is that of a text that is no layout.
func MergeLayouts(base, ours, theirs []byte) ([]byte, error) {
	var specs [3]flow.Spec
	var extra flow.Object
	for i, text := range [][]byte{ours, base, theirs} {
		if i == 1 && len(text) == 0 {
			continue
		}
		l, err := decodeLayout(context.Background(), bytes.NewReader(text), "layout")
		if err != nil {
			return nil, err
		}
		for _, m := range l.extra {
			if _, ok := extra.Get(m.Key); !ok {
				extra = append(extra, m)
			}
		}
		for _, p := range l.nodes {
			n := flow.Node{ID: p.id}
			n.SetLayout(p.layout)
			specs[i].Nodes = append(specs[i].Nodes, n)
		}
	}
	merged, _ := flow.MergeSpecs(specs[1], specs[0], specs[2], flow.Ours)
	var b bytes.Buffer
	err := printLayout(&b, placedNodes(merged), extra)
	return b.Bytes(), err
}
