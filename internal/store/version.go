package store

import (
	"bytes"
	"compress/flate"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/flowctl/flowctl/internal/digest"
)

// Version is what a flow was, or is, between two changes of what its author wrote. The
// newest is the flow itself. Who may see the flow is not a part of it.
type Version struct {
	Number    int64    // from 1
	UserID    string   // who wrote it
	CreatedAt int64    // epoch seconds
	Message   string   // "" is none
	Digest    string   // [Flow.Digest] without access; "" of a stored flow's own
	Size      int64    // bytes of the flow without access control; 0 of a stored flow's own
	UserName  string   // read in lists; "" of an account that is gone
	Labels    []string // in order; read in lists
}

const versionColumns = "number, user_id, created_at, message, digest, size"

func (v *Version) columns() []any {
	return []any{&v.Number, &v.UserID, &v.CreatedAt, &v.Message, &v.Digest, &v.Size}
}

// A version is kept as its text: its parts with a byte between them that none of them can
// have. As most changes are small, only what differs from the text of the next version is
// kept of it, except that every wholeEvery-th and those with a label are whole, so that few
// have to be read for one, and others can go.
const (
	partEnd    = 0
	wholeEvery = 32

	isDifference = 1 << 0 // bits of the first byte of what is kept
	isCompressed = 1 << 1

	minCompress = 512 // bytes that are worth it
)

// versionText returns the text of a flow.
func (f *Flow) versionText() []byte {
	description := []byte(nil)
	if f.Description != nil {
		description = []byte("=" + *f.Description)
	}
	return bytes.Join([][]byte{[]byte(f.Name), description, f.Meta, f.Nodes, f.Edges, f.Extra}, []byte{partEnd})
}

// isSameVersion reports whether what the author wrote of f and was is the same.
func (f *Flow) isSameVersion(was *Flow) bool {
	now, ok := digest.Parse(f.Digest)
	before, had := digest.Parse(was.Digest)
	if !ok || !had {
		return bytes.Equal(f.versionText(), was.versionText())
	}
	return now.Content == before.Content && now.Empty == before.Empty
}

// versionDigest is the digest of a version.
func (f *Flow) versionDigest() string {
	d, ok := digest.Parse(f.Digest)
	if d.Access = ""; !ok {
		return ""
	}
	return d.String()
}

// versionSize is how many bytes a version counts for in a list.
func (f *Flow) versionSize() int { return f.Size() - len(f.AccessControl) }

var errDamaged = errors.New("the version is damaged in the database")

// setVersion makes f what a text has.
func (f *Flow) setVersion(text []byte) error {
	parts := bytes.Split(text, []byte{partEnd})
	if len(parts) != 6 {
		return errDamaged
	}
	f.Name, f.Description, f.Extra = string(parts[0]), nil, nil
	if len(parts[1]) > 0 {
		description := string(parts[1][1:])
		f.Description = &description
	}
	f.Meta, f.Nodes, f.Edges = parts[2], parts[3], parts[4]
	if len(parts[5]) > 0 {
		f.Extra = parts[5]
	}
	return nil
}

// packer compresses texts. The zero value is ready to use.
type packer struct{ writers sync.Pool }

// pack returns what is kept of a text: as the difference from base, unless that is nil.
func (p *packer) pack(text, base []byte) []byte {
	kind, head := byte(0), []byte{0}
	if base != nil {
		kind = isDifference
		begin := commonPrefix(text, base)
		end := commonSuffix(text[begin:], base[begin:])
		head = binary.AppendUvarint(head, uint64(begin)) //nolint:gosec // not negative
		head = binary.AppendUvarint(head, uint64(end))   //nolint:gosec // not negative
		text = text[begin : len(text)-end]
	}
	if len(text) < minCompress {
		head[0] = kind
		return append(head, text...)
	}
	head[0] = kind | isCompressed
	buf := bytes.NewBuffer(head)
	w, _ := p.writers.Get().(*flate.Writer)
	if w == nil {
		w, _ = flate.NewWriter(buf, flate.DefaultCompression) // fails for a bad level only
	} else {
		w.Reset(buf)
	}
	_, _ = w.Write(text) // a buffer takes everything
	_ = w.Close()
	p.writers.Put(w)
	return buf.Bytes()
}

// unpack is the reverse of pack. base is not looked at for a whole text.
func unpack(packed, base []byte) ([]byte, error) {
	if len(packed) == 0 {
		return nil, errDamaged
	}
	kind, rest := packed[0], packed[1:]
	var begin, end uint64
	if kind&isDifference != 0 {
		var n, m int
		begin, n = binary.Uvarint(rest)
		end, m = binary.Uvarint(rest[max(n, 0):])
		if n <= 0 || m <= 0 || begin > uint64(len(base)) || end > uint64(len(base))-begin {
			return nil, errDamaged
		}
		rest = rest[n+m:]
	} else {
		base = nil
	}
	if kind&isCompressed != 0 {
		var err error
		if rest, err = io.ReadAll(flate.NewReader(bytes.NewReader(rest))); err != nil {
			return nil, fmt.Errorf("%w: %w", errDamaged, err)
		}
	}
	return bytes.Join([][]byte{base[:begin], rest, base[uint64(len(base))-end:]}, nil), nil
}

func commonPrefix(a, b []byte) (n int) {
	const step = 64
	for len(a)-n >= step && len(b)-n >= step && string(a[n:n+step]) == string(b[n:n+step]) {
		n += step
	}
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func commonSuffix(a, b []byte) (n int) {
	const step = 64
	for len(a)-n >= step && len(b)-n >= step && string(a[len(a)-n-step:len(a)-n]) == string(b[len(b)-n-step:len(b)-n]) {
		n += step
	}
	for n < len(a) && n < len(b) && a[len(a)-n-1] == b[len(b)-n-1] {
		n++
	}
	return n
}

// keepVersion keeps what was if f, which was written in its place, is a new version. packed
// is its difference from f, or its whole text. Otherwise what the version before differs in
// is rewritten, as its base is another now.
func (s *Store) keepVersion(ctx context.Context, tx queryer, was, f *Flow, packed []byte) error {
	v := &was.Version
	if f.Version.Number == v.Number {
		return s.rebase(ctx, tx, was, f)
	}
	if packed[0]&isDifference != 0 {
		labels, err := one(ctx, tx, value[int64], "SELECT count(*) FROM flow_label WHERE flow_id = $1 AND number = $2", was.ID, v.Number)
		if err != nil {
			return err
		}
		if *labels > 0 {
			packed = s.packer.pack(was.versionText(), nil)
		}
	}
	_, err := tx.exec(ctx, "INSERT INTO flow_version (flow_id, "+versionColumns+", bytes, text)"+
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		was.ID, v.Number, v.UserID, v.CreatedAt, v.Message, was.versionDigest(), was.versionSize(), len(packed), packed)
	if err != nil || s.KeepVersions <= 0 || f.Version.Number <= int64(s.KeepVersions) {
		return err
	}
	_, err = tx.exec(ctx, "DELETE FROM flow_version WHERE flow_id = $1 AND number <= $2"+
		" AND number NOT IN (SELECT number FROM flow_label WHERE flow_id = $1)", was.ID, f.Version.Number-int64(s.KeepVersions))
	return err
}

// packVersion returns what keepVersion needs of was.
func (s *Store) packVersion(was, f *Flow) []byte {
	switch {
	case f.Version.Number == was.Version.Number:
		return nil
	case was.Version.Number%wholeEvery == 0:
		return s.packer.pack(was.versionText(), nil)
	}
	return s.packer.pack(was.versionText(), f.versionText())
}

// rebase writes the version before was anew, as the difference from f.
func (s *Store) rebase(ctx context.Context, tx queryer, was, f *Flow) error {
	number, text, next := was.Version.Number-1, was.versionText(), f.versionText()
	if number < 1 || bytes.Equal(text, next) {
		return nil
	}
	packed, err := one(ctx, tx, value[[]byte], "SELECT text FROM flow_version WHERE flow_id = $1 AND number = $2", was.ID, number)
	if errors.Is(err, ErrNotFound) || err == nil && (*packed)[0]&isDifference == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	before, err := unpack(*packed, text)
	if err != nil {
		return err
	}
	return s.setText(ctx, tx, was.ID, number, s.packer.pack(before, next))
}

func (s *Store) setText(ctx context.Context, tx queryer, flowID string, number int64, packed []byte) error {
	_, err := tx.exec(ctx, "UPDATE flow_version SET text = $1, bytes = $2 WHERE flow_id = $3 AND number = $4", packed, len(packed), flowID, number)
	return err
}

// FlowVersion returns the flow f as it was in a version, or [ErrNotFound]. Its revision and
// rights are those of f.
func (s *Store) FlowVersion(ctx context.Context, f *Flow, number int64) (*Flow, error) {
	v, err := s.flowVersion(ctx, s.db, f, number)
	for errors.Is(err, errMoved) {
		if f, err = s.flow(ctx, inUse, f.ID); err == nil {
			v, err = s.flowVersion(ctx, s.db, f, number)
		}
	}
	return v, wrap("get a version of a flow", err)
}

// flowVersion is FlowVersion. It may see the versions as somebody has changed them after f
// was read, which is errMoved if it matters.
func (s *Store) flowVersion(ctx context.Context, q reader, f *Flow, number int64) (*Flow, error) {
	if number == f.Version.Number {
		return f, nil
	}
	type row struct {
		Version
		text []byte
	}
	dest := func(r *row) []any { return append(r.columns(), &r.text) }
	rows, err := all(ctx, q, dest, "SELECT "+versionColumns+", text FROM flow_version WHERE flow_id = $1 AND number >= $2 AND number < $3 ORDER BY number",
		f.ID, number, number+wholeEvery)
	switch {
	case err != nil:
		return nil, err
	case len(rows) == 0 || rows[0].Number != number:
		return nil, ErrNotFound
	}
	last := 0
	for last < len(rows) && rows[last].text[0]&isDifference != 0 {
		last++
	}
	text := []byte(nil)
	if last == len(rows) {
		now, err := one(ctx, q, value[string], "SELECT revision FROM flow WHERE id = $1", f.ID)
		if err != nil {
			return nil, err
		}
		if *now != f.Revision {
			return nil, errMoved
		}
		last--
		text = f.versionText()
	}
	for ; last >= 0; last-- {
		if text, err = unpack(rows[last].text, text); err != nil {
			return nil, err
		}
	}
	was := *f
	was.Version, was.UpdatedAt = rows[0].Version, rows[0].CreatedAt
	return &was, was.setVersion(text)
}

// Versions lists the versions of f, newest first: at most limit with numbers below before,
// 0 for all, and whether there are more.
func (s *Store) Versions(ctx context.Context, f *Flow, before int64, limit int) (list []Version, more bool, err error) {
	const name = "coalesce((SELECT coalesce(nullif(name, ''), email) FROM users WHERE id = "
	newest := before <= 0 || before > f.Version.Number
	if newest {
		dest := func(v *Version) []any {
			return []any{&v.Number, &v.Digest, &v.UserID, &v.CreatedAt, &v.Message, &v.UserName}
		}
		v, err := one(ctx, s.db, dest, "SELECT version, digest, "+versionByColumns+", "+name+"coalesce(version_by, user_id)), '') FROM flow WHERE id = $1", f.ID)
		if err != nil {
			return nil, false, fmt.Errorf("list versions: %w", err)
		}
		before, v.Digest, v.Size = v.Number, (&Flow{Digest: v.Digest}).versionDigest(), int64(f.versionSize())
		list = append(list, *v)
	}
	dest := func(v *Version) []any { return append(v.columns(), &v.UserName) }
	older, err := all(ctx, s.db, dest, "SELECT "+versionColumns+", "+name+"user_id), '') FROM flow_version"+
		" WHERE flow_id = $1 AND number < $2 ORDER BY number DESC LIMIT $3", f.ID, before, limit+1-len(list))
	if err == nil {
		list = append(list, older...)
		if more = len(list) > limit; more {
			list = list[:limit]
		}
		err = s.addLabels(ctx, f.ID, list)
	}
	if err != nil {
		return nil, false, fmt.Errorf("list versions: %w", err)
	}
	return list, more, nil
}

func (s *Store) addLabels(ctx context.Context, flowID string, list []Version) error {
	return s.db.query(ctx, func(rows *sql.Rows) error {
		var number int64
		var name string
		err := rows.Scan(&number, &name)
		if i := slices.IndexFunc(list, func(v Version) bool { return v.Number == number }); i >= 0 {
			list[i].Labels = append(list[i].Labels, name)
		}
		return err
	}, "SELECT number, name FROM flow_label WHERE flow_id = $1 ORDER BY name", flowID)
}

// LabelledVersion returns the number of the version with a label, or [ErrNotFound].
func (s *Store) LabelledVersion(ctx context.Context, flowID, label string) (int64, error) {
	return s.versionNumber(ctx, "SELECT number FROM flow_label WHERE flow_id = $1 AND name = $2", flowID, label)
}

// VersionAt returns the number of the version of a flow that was the newest at a time, in
// epoch seconds, or [ErrNotFound].
func (s *Store) VersionAt(ctx context.Context, flowID string, at int64) (int64, error) {
	return s.versionNumber(ctx, "SELECT version AS number FROM flow WHERE id = $1 AND coalesce(version_at, updated_at) <= $2"+
		" UNION ALL SELECT number FROM flow_version WHERE flow_id = $1 AND created_at <= $2 ORDER BY number DESC LIMIT 1", flowID, at)
}

func (s *Store) versionNumber(ctx context.Context, query string, args ...any) (int64, error) {
	n, err := one(ctx, s.db, value[int64], query, args...)
	if err != nil {
		return 0, wrap("find a version", err)
	}
	return *n, nil
}

// MaxLabels is how many labels a flow may have: labelled versions are kept for good.
const MaxLabels = 100

// SetLabel puts a label on a version of a flow, which another version loses. A version that
// is not there is [ErrNotFound], a label too many [ErrExists].
func (s *Store) SetLabel(ctx context.Context, flowID, name string, number int64) error {
	audit := s.auditor(ctx)
	return wrap("label a version", s.db.write(ctx, func(ctx context.Context, tx queryer) error {
		// From here on no version is kept without a look at its labels.
		if err := found(tx.exec(ctx, "UPDATE flow SET version = version WHERE id = $1 AND "+inUse, flowID)); err != nil {
			return err
		}
		f, err := one(ctx, tx, (*Flow).whole, "SELECT "+flowColumns+" FROM flow WHERE id = $1", flowID)
		if err != nil {
			return err
		}
		v, err := s.flowVersion(ctx, tx, f, number)
		if err != nil {
			return err
		}
		if number != f.Version.Number {
			if err := s.setText(ctx, tx, flowID, number, s.packer.pack(v.versionText(), nil)); err != nil {
				return err
			}
		}
		others, err := one(ctx, tx, value[int64], "SELECT count(*) FROM flow_label WHERE flow_id = $1 AND name <> $2", flowID, name)
		if err != nil {
			return err
		}
		if *others >= MaxLabels {
			return ErrExists
		}
		_, err = tx.exec(ctx, "INSERT INTO flow_label (flow_id, name, number) VALUES ($1, $2, $3)"+
			" ON CONFLICT (flow_id, name) DO UPDATE SET number = excluded.number", flowID, name, number)
		if err != nil {
			return err
		}
		return audit.add(ctx, tx, AuditLabel, f, fmt.Sprintf("%s on version %d", name, number))
	}))
}

// RemoveLabel removes a label, or returns [ErrNotFound].
func (s *Store) RemoveLabel(ctx context.Context, flowID, name string) error {
	audit := s.auditor(ctx)
	return wrap("remove label", s.db.writeLess(ctx, func(ctx context.Context, tx queryer) error {
		if err := found(tx.exec(ctx, "DELETE FROM flow_label WHERE flow_id = $1 AND name = $2", flowID, name)); err != nil {
			return err
		}
		return audit.byID(ctx, tx, AuditUnlabel, flowID, name)
	}))
}
