package sync

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"

	"github.com/flowctl/flowctl/internal/digest"
	"github.com/flowctl/flowctl/internal/disk"
	"github.com/flowctl/flowctl/internal/rawjson"
)

// LockEntry is a file of which it is known which flow it is.
type LockEntry struct {
	File   string // as in [Source]
	FileID string // the id that the file itself has, "" without
	ID     string // of the flow for the profile in question; "" for none any more

	Digest digest.Digest // of the flow there; the zero value if it is not known
}

// record is what was noted at once, so that it can be noted again in a lock that
// somebody else has written meanwhile.
type record struct {
	profile string
	files   []LockEntry
	was     []string // the ids that these files had in the lock
}

// Record notes which flow each of the files is for a profile. The line of a file that
// was moved, or that took the place of another, moves along with all that it says
// of other profiles. [Lock.Write] keeps it.
func (l *Lock) Record(profile string, files []LockEntry) {
	n := record{profile: profile, files: files}
	for _, k := range files {
		n.was = append(n.was, l.ID(k.File, profile))
	}
	l.records = append(l.records, n)
	l.apply(n)
}

func (l *Lock) apply(n record) {
	before := map[string]string{}
	for _, file := range l.Files(n.profile) {
		before[l.ID(file, n.profile)] = file
	}
	moves := map[string]string{} // the file as the lock has it, by what it is now
	for _, k := range n.files {
		if was := before[k.ID]; was != "" && l.ID(k.File, n.profile) != k.ID {
			moves[k.File] = was
		}
	}
	l.move(moves)
	for _, k := range n.files {
		l.set(k.File, n.profile, k.ID)
		if k.ID != "" && k.Digest != (digest.Digest{}) {
			l.setDigest(k.File, n.profile, k.Digest)
		}
		if k.ID != "" && k.FileID != "" && !l.Holds(k.File, k.FileID) {
			line := l.lines[k.File]
			line.Set("id", rawjson.AppendString(nil, k.FileID))
			l.lines[k.File] = line
		}
	}
}

// Write writes the lock, unless its file says the same already. If the file is not
// what [ReadLock] read, somebody else has written it meanwhile, for another profile
// perhaps: then it keeps what they noted. Where both noted something new of the same
// file and profile the error is a *[ConflictError], and their line stays. Others who are
// writing are waited for, though not after the end of ctx.
func (l *Lock) Write(ctx context.Context) error {
	if len(l.records) == 0 {
		return nil
	}
	unlock := lockFolder(ctx, filepath.Dir(l.path))
	defer unlock()
	disk.Sweep(filepath.Dir(l.path))
	text, err := lockText(l.path)
	if err != nil {
		return err
	}
	var conflict *ConflictError
	if !bytes.Equal(text, l.was) {
		now, err := parseLock(l.path, text)
		if err != nil {
			return fmt.Errorf("the lock has changed meanwhile and does not have what was done now; fix it and do the same again: %w", err)
		}
		conflict = now.replay(l.records)
		*l = *now
	}
	var b []byte
	for _, file := range slices.Sorted(maps.Keys(l.lines)) {
		b = append(l.lines[file].AppendJSON(b), '\n')
	}
	if !bytes.Equal(b, l.was) {
		if err := disk.Replace(l.path, func(w io.Writer) error {
			_, err := w.Write(b)
			return err
		}); err != nil {
			return err
		}
	}
	l.was, l.records = b, nil
	if conflict != nil {
		return conflict
	}
	return nil
}

// replay notes in l what was noted in an older reading, nil for no conflicts.
func (l *Lock) replay(records []record) *ConflictError {
	var conflicts []Conflict
	for _, n := range records {
		todo := record{profile: n.profile}
		for i, k := range n.files {
			switch now := l.ID(k.File, n.profile); {
			case now == n.was[i], now == k.ID, now == "" && k.ID != n.was[i]:
				todo.files = append(todo.files, k)
			case now == "", k.ID == "" || k.ID == n.was[i]: // theirs is newer
			default:
				conflicts = append(conflicts, Conflict{
					File:       k.File,
					Reason:     fmt.Sprintf("is one flow for %q in %s by now, and was another one here; put the right one there", n.profile, l.path),
					Candidates: []Candidate{{ID: now}, {ID: k.ID}},
				})
			}
		}
		l.apply(todo)
	}
	if conflicts == nil {
		return nil
	}
	return &ConflictError{conflicts}
}
