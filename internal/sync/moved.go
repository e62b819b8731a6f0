package sync

import (
	"maps"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/flow"
)

// move moves lines: moves has the old file by the new one.
func (l *Lock) move(moves map[string]string) {
	was := maps.Clone(l.lines)
	taken := map[string]bool{}
	for _, from := range moves {
		taken[from] = true
		delete(l.lines, from)
	}
	for to, from := range moves {
		line := append(flow.Object(nil), was[from]...)
		line.Set("file", rawjson.AppendString(nil, to))
		l.lines[to] = line
		if taken[to] {
			continue
		}
		for _, m := range idsOf(was[to]) {
			if l.ID(to, m.Key) == "" {
				l.set(to, m.Key, rawjson.Text(m.Value))
				line := l.lines[to]
				setDigests(&line, m.Key, digestsOf(was[to])[m.Key])
				l.lines[to] = line
			}
		}
	}
}

// Holds reports whether the line of a file has the id: the file's own, or its flow's for
// some profile.
func (l *Lock) Holds(file, id string) bool {
	line := l.lines[file]
	if text(line, "id") == id {
		return true
	}
	for _, m := range idsOf(line) {
		if rawjson.Text(m.Value) == id {
			return true
		}
	}
	return false
}

// origins returns the former names, as in the lock, of files that were moved: the id that
// such a file contains is in exactly one line, that of another name.
func (l *Lock) origins(files []Source) map[string]string {
	var holders map[string]string // the only file whose line has an id, "" if several have
	add := func(id, file string) {
		if other, ok := holders[id]; ok && other != file {
			file = ""
		}
		holders[id] = file
	}
	origins := map[string]string{}
	for _, f := range files {
		if f.ID == "" || len(l.lines) == 0 || l.Holds(f.Path, f.ID) {
			continue
		}
		if holders == nil {
			holders = map[string]string{}
			for file, line := range l.lines {
				add(text(line, "id"), file)
				for _, m := range idsOf(line) {
					add(rawjson.Text(m.Value), file)
				}
			}
		}
		if file := holders[f.ID]; file != "" {
			origins[f.Path] = file
		}
	}
	return origins
}
