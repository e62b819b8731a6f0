package reconcile

import (
	"maps"

	"github.com/flowctl/flowctl/pkg/flow"
)

// Known is a file of which it is known which flow it is.
type Known struct {
	File   string // as in [Source]
	FileID string // the id that the file itself gives, "" without
	ID     string // of the flow at the place in question
}

// Note notes which flow each of the files is at a place. The line of a file that
// was moved, or that took the place of another, moves along with all that it says
// of other places.
func (l *Lock) Note(place string, files []Known) {
	before := map[string]string{}
	for _, file := range l.Files(place) {
		before[l.ID(file, place)] = file
	}
	moves := map[string]string{} // the file as the lock has it, by what it is now
	for _, k := range files {
		if was := before[k.ID]; was != "" && was != k.File {
			moves[k.File] = was
		}
	}
	l.move(moves)
	for _, k := range files {
		l.Set(k.File, place, k.ID)
		if k.FileID != "" && !l.holds(k.File, k.FileID) {
			line := l.lines[k.File]
			line.Set("id", flow.AppendString(nil, k.FileID))
			l.lines[k.File] = line
		}
	}
}

// move gives files the lines that others have; those lose theirs.
func (l *Lock) move(moves map[string]string) {
	was := maps.Clone(l.lines)
	taken := map[string]bool{}
	for _, from := range moves {
		taken[from] = true
		delete(l.lines, from)
	}
	for to, from := range moves {
		line := append(flow.Object(nil), was[from]...)
		line.Set("file", flow.AppendString(nil, to))
		l.lines[to] = line
		if taken[to] {
			continue
		}
		for _, m := range idsOf(was[to]) {
			if l.ID(to, m.Key) == "" {
				l.Set(to, m.Key, unquote(m.Value))
			}
		}
	}
}

// holds tells whether the line of a file has an id: the file's own, or that of its
// flow somewhere.
func (l *Lock) holds(file, id string) bool {
	line := l.lines[file]
	if text(line, "id") == id {
		return true
	}
	for _, m := range idsOf(line) {
		if unquote(m.Value) == id {
			return true
		}
	}
	return false
}

// origins tells under which names the lock knows files that were moved: a file
// whose own id is not in its line but in one other's is that file.
func (l *Lock) origins(files []Source) map[string]string {
	var holders map[string]string // the only file whose line has an id, "" if several have
	hold := func(id, file string) {
		if other, ok := holders[id]; ok && other != file {
			file = ""
		}
		holders[id] = file
	}
	origins := map[string]string{}
	for _, f := range files {
		if f.ID == "" || len(l.lines) == 0 || l.holds(f.Path, f.ID) {
			continue
		}
		if holders == nil {
			holders = map[string]string{}
			for file, line := range l.lines {
				hold(text(line, "id"), file)
				for _, m := range idsOf(line) {
					hold(unquote(m.Value), file)
				}
			}
		}
		if file := holders[f.ID]; file != "" {
			origins[f.Path] = file
		}
	}
	return origins
}
