package sync

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/disk"
	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/internal/repo"
	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// LockName is the name of the lock in its folder.
const LockName = "flowctl.lock"

// Lock records which flow each file belongs to, and the flow's digest when the file was last
// applied, pulled or exported. It is keyed by the path of the file below the folder (with
// slashes) and by the profile of the server or, without one, its address. Its file is to be
// committed. It has one line for each flow file, a JSON object, sorted by path, so that git
// merges it line by line:
//
//	{"file":"review.json","ids":{"prod":"5f1c…","staging":"a41e…"},"digests":{"prod":"9d0e…","staging":"77ab…"}}
//
// The digests are those of [digest.Of]. A line also has the "id" that the file contains, if
// it is none of these ids: a file that was moved is recognised by it.
//
// Lines may be in any order, and several lines of one file are joined, since a union merge
// leaves such locks. If two sides recorded different digests, both are kept as a list until
// the next one is recorded: either may be what the server has. Unknown members are kept.
type Lock struct {
	path    string
	lines   map[string]flow.Object // by file
	was     []byte                 // the text that was read
	records []record               // what is new in lines
}

// FolderOf returns the folder whose lock is responsible for the files in dir: dir itself or
// the nearest folder above it in its repository that has a lock, else "".
func FolderOf(dir string) string {
	dir, err := filepath.Abs(dir)
	for ok := err == nil; ok; dir, ok = repo.Above(dir) {
		if _, err := os.Lstat(filepath.Join(dir, LockName)); err == nil {
			return dir
		}
	}
	return ""
}

// ReadLock reads the lock of a folder; without a file it is empty. The error is a
// *[flowfile.Error], or a *[ConflictError] if a file has two flows for one profile, as after
// a merge of two sides that both recorded one.
func ReadLock(dir string) (*Lock, error) {
	path := filepath.Join(dir, LockName)
	text, err := lockText(path)
	if err != nil {
		return nil, err
	}
	return parseLock(path, text)
}

// maxLock is the size of the largest lock, in bytes: tens of thousands of lines.
const maxLock = 16 << 20

// lockText reads the text of a lock, nil for one that is not there.
func lockText(path string) ([]byte, error) {
	err := disk.CheckInside(filepath.Dir(path), path)
	var text []byte
	if err == nil {
		text, err = disk.ReadRegular(path, maxLock)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, &flowfile.Error{Path: path, Msg: "read the lock", Err: err}
	}
	return text, nil
}

// parseLock is ReadLock of the text at path.
func parseLock(path string, text []byte) (*Lock, error) {
	l := &Lock{path: path, lines: map[string]flow.Object{}, was: text}
	r := lockReader{Lock: l, at: map[[2]string]int{}}
	for line := range bytes.Lines(disk.TrimBOM(text)) {
		r.n++
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		if err := r.add(line); err != nil {
			return nil, &flowfile.Error{Path: l.path, Line: r.n, Col: 1, Msg: err.Error()}
		}
	}
	if r.conflicts != nil {
		return nil, &ConflictError{r.conflicts}
	}
	return l, nil
}

// lockReader fills a Lock line by line.
type lockReader struct {
	*Lock
	n         int               // the line's number
	at        map[[2]string]int // the line that gave a file's id for a profile
	conflicts []Conflict
}

func (r *lockReader) add(line []byte) error {
	for _, mark := range []string{"<<<<<<<", "=======", ">>>>>>>", "|||||||"} {
		if bytes.HasPrefix(line, []byte(mark)) {
			return errors.New("git could not merge this; keep the lines of both sides and take out the marks")
		}
	}
	doc, err := rawjson.ParseObject(line)
	if err != nil {
		return fmt.Errorf("this is not a line of a lock: %w", err)
	}
	file := text(doc, "file")
	if file == "" {
		return errors.New(`this line has no "file"`)
	}
	there := r.lines[file]
	ids := idsOf(there)
	for _, m := range idsOf(doc) {
		key := [2]string{file, m.Key}
		if has, ok := ids.Get(m.Key); ok && !rawjson.Equal(has, m.Value) {
			r.conflicts = append(r.conflicts, Conflict{
				File:       file,
				Reason:     fmt.Sprintf("is two flows for %q, in lines %d and %d of %s; take the wrong one out there", m.Key, r.at[key], r.n, r.path),
				Candidates: []Candidate{{ID: rawjson.Text(has)}, {ID: rawjson.Text(m.Value)}},
			})
			continue
		}
		ids.Set(m.Key, m.Value)
		r.at[key] = r.n
	}
	digests := digestsOf(there)
	for _, m := range doc {
		if _, ok := there.Get(m.Key); !ok {
			there.Set(m.Key, m.Value)
		}
	}
	for profile, texts := range digestsOf(doc) {
		setDigests(&there, profile, append(digests[profile], texts...))
	}
	there.Set("ids", ids.AppendJSON(nil))
	r.lines[file] = there
	return nil
}

// text returns the value of key if it is a string, else "".
func text(doc flow.Object, key string) string {
	raw, _ := doc.Get(key)
	return rawjson.Text(raw)
}

func idsOf(line flow.Object) flow.Object {
	raw, _ := line.Get("ids")
	ids, err := rawjson.ParseObject(raw)
	if err != nil {
		return nil
	}
	return ids
}

// ID returns the id of a file's flow for a profile, "" if it is not known.
func (l *Lock) ID(file, profile string) string { return text(idsOf(l.lines[file]), profile) }

// otherIDs returns the ids of a file's flow for all other profiles, in their order.
func (l *Lock) otherIDs(file, profile string) []string {
	var ids []string
	for _, m := range idsOf(l.lines[file]) {
		if id := rawjson.Text(m.Value); m.Key != profile && id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

// Add adds the lines of another lock; name returns the name of one of its files in l. l must
// not be written afterwards.
func (l *Lock) Add(other *Lock, name func(file string) string) {
	if l.lines == nil {
		l.lines = map[string]flow.Object{}
	}
	for file, line := range other.lines {
		l.lines[name(file)] = line
	}
}

// Empty reports whether the lock has no files.
func (l *Lock) Empty() bool { return len(l.lines) == 0 }

// Profiles returns the profiles that have a flow in the lock, sorted.
func (l *Lock) Profiles() []string {
	profiles := map[string]bool{}
	for _, line := range l.lines {
		for _, m := range idsOf(line) {
			profiles[m.Key] = true
		}
	}
	return slices.Sorted(maps.Keys(profiles))
}

// All returns the files in the lock, sorted.
func (l *Lock) All() []string { return slices.Sorted(maps.Keys(l.lines)) }

// Files returns the files that have a flow for a profile, sorted.
func (l *Lock) Files(profile string) []string {
	var files []string
	for file := range l.lines {
		if l.ID(file, profile) != "" {
			files = append(files, file)
		}
	}
	slices.Sort(files)
	return files
}

// set sets the id of a file's flow for a profile. "" removes it, and the line of the file if
// it has no other id.
func (l *Lock) set(file, profile, id string) {
	if l.ID(file, profile) == id {
		return
	}
	line := l.lines[file]
	if line == nil {
		line.Set("file", rawjson.AppendString(nil, file))
	}
	ids := idsOf(line)
	if id == "" {
		ids = slices.DeleteFunc(ids, func(m rawjson.Member) bool { return m.Key == profile })
	} else {
		ids.Set(profile, rawjson.AppendString(nil, id))
		slices.SortFunc(ids, func(a, b rawjson.Member) int { return strings.Compare(a.Key, b.Key) })
	}
	if len(ids) == 0 {
		delete(l.lines, file)
		return
	}
	setDigests(&line, profile, nil) // they were those of another flow
	line.Set("ids", ids.AppendJSON(nil))
	l.lines[file] = line
}
