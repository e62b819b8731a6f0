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

// LockEntry is a file and the flow that it belongs to.
type LockEntry struct {
	File   string // the path, as in [Source]
	FileID string // the id that the file contains, "" for none
	ID     string // of the flow; "" removes the file's

	Digest digest.Digest // of the flow on the server; the zero value if it is not known
}

// record is the arguments of a call of [Lock.Record], so that the call can be repeated on a
// lock that another process has written.
type record struct {
	profile string
	files   []LockEntry
	was     []string // the ids of the files before
}

// Record sets the flows of files for a profile. If a file was moved, or took the place of
// another one, its line moves with it, other profiles included. [Lock.Write] writes the lock
// to its file.
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

// Write writes the lock if it has changed. If another process has written the file since
// [ReadLock], perhaps for another profile, its changes stay. If both recorded a new flow for
// the same file and profile, the other's line stays and the error is a *[ConflictError].
// Write waits for others who are writing, unless ctx ends.
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

// replay applies records, which were made on an older version of the lock, to l. It returns
// nil if there are no conflicts.
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
