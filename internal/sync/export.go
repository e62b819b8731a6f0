package sync

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/flowctl/flowctl/internal/digest"
	"github.com/flowctl/flowctl/internal/layout"
	"github.com/flowctl/flowctl/internal/lookup"
	"github.com/flowctl/flowctl/internal/slug"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// Export makes [Pull] an export: of these flows alone, also to new files. A file that was
// changed since its flow was recorded in the lock stays as it is.
type Export struct {
	Flows      iter.Seq2[flow.Flow, error] // whole, or with their digests
	Below      string                      // the folder for new files below [Options.Dir], with slashes
	File       string                      // the file for the only flow below [Options.Dir], "" for one named after each flow
	KeepState  bool                        // the editor's run-time state, too
	DropLayout bool                        // no positions and sizes of nodes
}

// exporting finds the file of each exported flow: by the lock, else by the id in the file,
// else by name and content, as for files that were imported. A file that the lock has for a
// flow is not used for another one.
func (m *matcher) exporting(ctx context.Context) (err error) {
	for f, err := range m.Export.Flows {
		if err != nil {
			return err
		}
		if m.taken[f.ID] {
			continue
		}
		at, err := m.remember(f, f.Nodes != nil)
		if err != nil {
			return err
		}
		if at == nil {
			if at = brief(f); f.Nodes != nil {
				at.spec, at.read = f.Spec, true
			}
		} else if m.names[at.name] > 0 {
			m.named[at.name] = append(m.named[at.name], at)
		}
		m.taken[at.id] = true
		m.others = append(m.others, at)
	}
	if err := m.readWhole(ctx, m.others); err != nil {
		return err
	}
	claims, conflicts := m.claim()
	if conflicts != nil {
		return &ConflictError{conflicts}
	}
	for _, it := range m.items {
		if m.Export.File == "" {
			err = m.sameContent(ctx, it, claims)
		} else if it.match == nil { // to see whether it may be replaced
			it.match, it.replaced = m.others[0], true
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// sameContent finds the flow of a file without a known id: one with its name and content,
// whatever the layout.
func (m *matcher) sameContent(ctx context.Context, it *item, claims map[*stored]*item) error {
	if it.match != nil || m.lock.ID(it.Path, m.Profile) != "" {
		return nil
	}
	for _, at := range m.named[it.Name] {
		if claims[at] != nil {
			continue
		}
		file, err := it.Spec()
		if err != nil {
			return err
		}
		if !m.agree(at.spec, file) {
			continue
		}
		if lookup.IsID(it.ID) && !it.several {
			if _, err := m.c.Flows.Get(ctx, it.ID); !isGone(err) && !errors.Is(err, client.ErrForbidden) {
				return err
			}
		}
		it.match, it.how, claims[at] = at, ByName, it
		return nil
	}
	return nil
}

// exported returns what the files of an export should contain.
func (m *matcher) exported(ctx context.Context) ([]Pulled, error) {
	var out []Pulled
	claimed := map[string]bool{}
	for _, it := range m.items {
		if it.match == nil {
			continue
		}
		p, err := m.pull(ctx, it)
		if err != nil {
			return nil, err
		}
		if claimed[it.match.id] = true; it.replaced && p.Refused == "" {
			p = m.created(it.match, it.Path)
		} else if p.Refused == "" {
			p.renamed, p.keepState = m.renamedTo(it), m.Export.KeepState
		}
		out = append(out, p)
	}
	for _, at := range m.others {
		if !claimed[at.id] {
			out = append(out, m.created(at, m.Export.File))
		}
	}
	return out, nil
}

// created returns a new file for a flow, at a path or, if that is "", under a name made of
// the flow's.
func (m *matcher) created(at *stored, file string) Pulled {
	if file == "" {
		file = m.newName(at, "")
	}
	p := Pulled{Source: Source{Path: file, ID: at.id, Name: at.name}, FlowID: at.id, State: OnlyThere, Updated: at.updated}
	p.Digest = digest.Of(at.spec)
	p.Next = m.formed(flowfile.FromFlow(flow.Flow{ID: at.id, Spec: at.spec}).Spec)
	p.keepState = m.Export.KeepState
	return p
}

// formed returns a flow in the form that the export asks for: without state or layout.
func (m *matcher) formed(s flow.Spec) flow.Spec {
	if m.Export == nil || !m.Export.KeepState {
		s = digest.WithoutState(s)
	}
	if m.Export != nil && m.Export.DropLayout {
		s = layout.Without(s)
	}
	return s
}

// newName returns an unused path for the file of a flow; now, the path that the file has,
// counts as unused.
func (m *matcher) newName(at *stored, now string) string {
	for n := 1; ; n++ {
		name := slug.File(at.name, at.id, slug.Short)
		if n > 1 {
			name = slug.File(at.name, at.id, slug.Most)
		}
		if n > 2 {
			name = fmt.Sprintf("%s-%d.json", strings.TrimSuffix(name, ".json"), n-1)
		}
		file := path.Join(m.Export.Below, name)
		_, err := os.Lstat(filepath.Join(m.Dir, filepath.FromSlash(file)))
		if file == now || os.IsNotExist(err) && !m.files[file] || err != nil && !os.IsNotExist(err) {
			m.files[file] = true
			return file
		}
	}
}

// renamedTo returns the new path of a file whose flow was renamed and whose name an earlier
// export chose, "" if the file keeps its path.
func (m *matcher) renamedTo(it *item) string {
	dir, base := path.Split(it.Path)
	lastPart := base[strings.LastIndexByte(base, '-')+1:]
	named := false
	for _, length := range []int{slug.Short, slug.Most} {
		name := slug.File(it.match.name, it.match.id, length)
		named = named || lastPart == name[strings.LastIndexByte(name, '-')+1:]
	}
	if it.ID != it.match.id || !named || path.Clean(dir) != m.Export.Below || m.Export.File != "" {
		return ""
	}
	if name := m.newName(it.match, it.Path); name != it.Path {
		return name
	}
	return ""
}
