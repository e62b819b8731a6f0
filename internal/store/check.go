package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// The kinds of [Fault].
const (
	FaultFile      = "file"      // SQLite cannot read its file
	FaultReference = "reference" // rows that belong to nothing
	FaultFlow      = "flow"
	FaultVersion   = "version"
	FaultLabel     = "label"
)

// Fault is something that is wrong in a database.
type Fault struct {
	Kind    string `json:"kind"`
	ID      string `json:"id"` // of the flow; "" of file and reference
	Problem string `json:"problem"`
}

// Checked is what [Store.Check] has looked at.
type Checked struct{ Flows, Versions int64 }

// Check reads the whole database and reports what is wrong: what SQLite finds in its file, rows
// without what they refer to, flows that do not have their digest, and versions that cannot
// be read or do not have theirs. Others may write meanwhile.
func (s *Store) Check(ctx context.Context, report func(Fault)) (done Checked, err error) {
	if err := s.checkFile(ctx, report); err != nil {
		return done, s.checkFailed(err, report)
	}
	const some = 1000
	for last, ids := "", []string(nil); len(ids) > 0 || last == ""; last = ids[len(ids)-1] {
		ids, err = all(ctx, s.db, value[string], "SELECT id FROM flow WHERE id > $1 ORDER BY id LIMIT $2", last, some)
		for _, id := range ids {
			if err == nil {
				err = s.checkFlow(ctx, id, &done, report)
			}
		}
		if err != nil || len(ids) == 0 {
			break
		}
	}
	return done, s.checkFailed(err, report)
}

// checkFailed makes a fault of the error of a database that cannot be read.
func (s *Store) checkFailed(err error, report func(Fault)) error {
	if errors.Is(err, ErrDamaged) {
		report(Fault{Kind: FaultFile, Problem: err.Error()})
		return nil
	}
	return wrap("check database", err)
}

func (s *Store) checkFile(ctx context.Context, report func(Fault)) error {
	d := s.db.dialect()
	if d.integrity != "" {
		err := each(ctx, s.db, value[string], func(problems *string) error {
			for line := range strings.SplitSeq(strings.TrimSpace(*problems), "\n") {
				report(Fault{Kind: FaultFile, Problem: line})
			}
			return nil
		}, d.integrity)
		if err != nil {
			return err
		}
	}
	type reference struct{ table, column, parent, key string }
	dest := func(r *reference) []any { return []any{&r.table, &r.column, &r.parent, &r.key} }
	list, err := all(ctx, s.db, dest, d.references)
	if err != nil {
		return err
	}
	for _, r := range list {
		n, err := one(ctx, s.db, value[int64], fmt.Sprintf("SELECT count(*) FROM %s a WHERE a.%s IS NOT NULL AND NOT EXISTS (SELECT 1 FROM %s b WHERE b.%s = a.%s)",
			r.table, r.column, r.parent, r.key, r.column))
		if err != nil {
			return err
		}
		if *n > 0 {
			report(Fault{Kind: FaultReference, Problem: fmt.Sprintf("rows of %s whose %s is not in %s: %d", r.table, r.column, r.parent, *n)})
		}
	}
	return nil
}

// checkFlow checks a flow and its versions, again if somebody writes it meanwhile.
func (s *Store) checkFlow(ctx context.Context, id string, done *Checked, report func(Fault)) error {
	const tries = 100
	for range tries {
		f, err := one(ctx, s.db, (*Flow).whole, "SELECT "+flowColumns+" FROM flow WHERE id = $1", id)
		if errors.Is(err, ErrNotFound) {
			return nil // it was deleted
		}
		if err != nil {
			return err
		}
		var faults []Fault
		add := func(kind, format string, args ...any) {
			faults = append(faults, Fault{Kind: kind, ID: id, Problem: fmt.Sprintf(format, args...)})
		}
		if f.sum() != f.Digest {
			add(FaultFlow, "its digest is not that of its contents: write the flow again")
		}
		versions, err := s.checkVersions(ctx, f, add)
		if err != nil {
			return err
		}
		now, err := one(ctx, s.db, value[string], "SELECT revision FROM flow WHERE id = $1", id)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if len(faults) > 0 && (err != nil || *now != f.Revision) {
			continue
		}
		for _, fault := range faults {
			report(fault)
		}
		done.Flows++
		done.Versions += versions + 1
		return nil
	}
	return fmt.Errorf("flow %s is written all the time: check again when the server is less busy", id)
}

// checkVersions reads the earlier versions of f, newest first, and returns how many there are.
func (s *Store) checkVersions(ctx context.Context, f *Flow, add func(kind, format string, args ...any)) (versions int64, err error) {
	type row struct {
		Version
		text []byte
	}
	dest := func(r *row) []any { return append(r.columns(), &r.text) }
	number, text := f.Version.Number, f.versionText() // of the version after
	there := map[int64]bool{number: true}
	err = each(ctx, s.db, dest, func(r *row) error {
		base := text
		if r.Number != number-1 {
			base = nil
		}
		versions++
		there[r.Number] = true
		number, text = r.Number, nil
		if base == nil && len(r.text) > 0 && r.text[0]&isDifference != 0 {
			add(FaultVersion, "version %d cannot be read, as it is the difference from one that cannot", number)
			return nil
		}
		was := *f
		t, err := unpack(r.text, base)
		if err == nil {
			err = was.setVersion(t)
		}
		if err != nil {
			add(FaultVersion, "version %d cannot be read", number) // the error has no more
			return nil                                             //nolint:nilerr // it was reported
		}
		text = t
		if was.Digest = was.sum(); r.Digest != "" && was.versionDigest() != r.Digest {
			add(FaultVersion, "version %d does not have its digest: it is not what was written", number)
		}
		return nil
	}, "SELECT "+versionColumns+", text FROM flow_version WHERE flow_id = $1 ORDER BY number DESC", f.ID)
	if err != nil {
		return versions, err
	}
	type label struct {
		name   string
		number int64
	}
	labels, err := all(ctx, s.db, func(l *label) []any { return []any{&l.name, &l.number} },
		"SELECT name, number FROM flow_label WHERE flow_id = $1 ORDER BY name", f.ID)
	for _, l := range labels {
		if !there[l.number] {
			add(FaultLabel, "label %q is on version %d, which is not there", l.name, l.number)
		}
	}
	return versions, err
}
