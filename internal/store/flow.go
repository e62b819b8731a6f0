package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"
	"unsafe"

	"github.com/google/uuid"

	"github.com/flowctl/flowctl/internal/digest"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Flow is a stored flow, a row of the table. JSON fields are compact text, as it is sent.
type Flow struct {
	ID            string
	UserID        string // the owner
	Name          string
	Description   *string // nil is null
	CreatedAt     int64   // epoch seconds
	UpdatedAt     int64   // epoch seconds
	Meta          []byte  // never nil when read: {} by default
	Nodes         []byte  // array; nil in lists without graph
	Edges         []byte  // array; nil in lists without graph
	AccessControl []byte  // nil is null: everybody may read; not read in lists without graph
	Extra         []byte  // object of top-level fields that the API does not know, nil if none; not read in lists without graph
	Revision      string  // opaque, new on every write; "" in lists without graph
	Version       Version // the one that the flow is now; zero in lists without graph
	OwnerName     string  // read in lists with owner; "" of an account that is gone
	Digest        string  // see [digest.Digest]; not read in lists without graph or digest, "" of a flow that it cannot be made of

	seq   int64 // its number in the order of creation; read in lists without graph
	bytes int64 // as Size; read in lists before the rest is
}

// NewID returns a new random id, a version 4 UUID.
func NewID() string { return uuid.NewString() }

// now returns the time in epoch seconds.
func now() int64 { return time.Now().Unix() }

// Fill sets id, times, revision and the JSON that cannot be null of a new flow, where it has
// none. CreateFlow calls it.
func (f *Flow) Fill() {
	if f.ID == "" {
		f.ID = NewID()
	}
	if f.CreatedAt == 0 {
		f.CreatedAt = now()
	}
	if f.UpdatedAt == 0 {
		f.UpdatedAt = f.CreatedAt
	}
	if f.Revision == "" {
		f.Revision = rand.Text()
	}
	f.Version.Number, f.Version.UserID, f.Version.CreatedAt = 1, f.UserID, f.UpdatedAt
	f.fillJSON()
}

func (f *Flow) fillJSON() {
	if f.Meta == nil {
		f.Meta = []byte("{}")
	}
	if f.Nodes == nil {
		f.Nodes = []byte("[]")
	}
	if f.Edges == nil {
		f.Edges = []byte("[]")
	}
	if string(f.AccessControl) == "null" {
		f.AccessControl = nil
	}
}

// Size returns for how many bytes the flow counts: those of its texts. It is also in the
// column bytes.
func (f *Flow) Size() int {
	n := len(f.Name) + len(f.Meta) + len(f.Nodes) + len(f.Edges) + len(f.AccessControl) + len(f.Extra)
	if f.Description != nil {
		n += len(*f.Description)
	}
	return n
}

func (f *Flow) check() error {
	if err := checkID("id", f.ID); err != nil {
		return err
	}
	if err := checkID("user_id", f.UserID); err != nil {
		return err
	}
	if err := checkText("name", f.Name); err != nil {
		return err
	}
	if f.Description != nil {
		if err := checkText("description", *f.Description); err != nil {
			return err
		}
	}
	for _, json := range [][]byte{f.Meta, f.Nodes, f.Edges, f.AccessControl, f.Extra} {
		// a column of type JSON has the affinity of numbers in SQLite: it would store
		// the text 1.0 as the number 1.
		if len(json) > 0 && (json[0] == '-' || '0' <= json[0] && json[0] <= '9') {
			return fmt.Errorf("number %.40q where an object or array belongs: %w", json, ErrBadText)
		}
	}
	return nil
}

const (
	versionByColumns = "coalesce(version_by, user_id), coalesce(version_at, updated_at), coalesce(message, '')"
	// summaryColumns are before the big columns in the table.
	summaryColumns = "id, user_id, name, description, created_at, updated_at, meta"
	contentColumns = summaryColumns + ", nodes, edges, access_control, extra, revision, version"
	flowColumns    = contentColumns + ", digest, " + versionByColumns
	insertFlow     = "INSERT INTO flow (" + contentColumns + ", digest, version_by, version_at, message)" +
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)"
)

// summary returns the variables that summaryColumns are read to.
func (f *Flow) summary() []any {
	return []any{&f.ID, &f.UserID, &f.Name, &f.Description, &f.CreatedAt, &f.UpdatedAt, &f.Meta}
}

// content returns the variables that contentColumns are read to.
func (f *Flow) content() []any {
	return append(f.summary(), &f.Nodes, &f.Edges, &f.AccessControl, &f.Extra, &f.Revision, &f.Version.Number)
}

// whole returns the variables that flowColumns are read to.
func (f *Flow) whole() []any {
	return append(f.content(), &f.Digest, &f.Version.UserID, &f.Version.CreatedAt, &f.Version.Message)
}

// values returns the values for the columns of insertFlow.
func (f *Flow) values() []any {
	return []any{f.ID, f.UserID, f.Name, f.Description, f.CreatedAt, f.UpdatedAt, text(f.Meta),
		text(f.Nodes), text(f.Edges), text(f.AccessControl), text(f.Extra), f.Revision, f.Version.Number,
		f.Digest, f.Version.UserID, f.Version.CreatedAt, f.Version.Message}
}

// sum returns the value of the column digest: the digest of the flow as the API returns it, ""
// if that cannot be parsed.
func (f *Flow) sum() string {
	var spec flow.Spec
	if f.Extra != nil {
		var err error
		if spec, err = flow.ParseSpec(f.Extra); err != nil {
			return ""
		}
	}
	spec.Name, spec.Meta, spec.AccessControl = f.Name, f.Meta, f.AccessControl
	if f.Description != nil {
		spec.Description = *f.Description
	}
	if spec.AccessControl == nil {
		spec.AccessControl = []byte("null")
	}
	d, err := digest.OfText(spec, f.Nodes, f.Edges)
	if err != nil {
		return ""
	}
	return d.String()
}

// text returns JSON as a string without copying it, which may be 50 MB: SQLite would store
// bytes as a BLOB.
func text(json []byte) any {
	if json == nil {
		return nil
	}
	return unsafe.String(unsafe.SliceData(json), len(json)) //nolint:gosec // see above
}

// CreateFlow adds f, after [Flow.Fill]. The error is [ErrExists] if the id is taken.
func (s *Store) CreateFlow(ctx context.Context, f *Flow) error {
	f.Fill()
	grants, err := f.grants()
	if err == nil {
		err = f.check()
	}
	if err != nil {
		return fmt.Errorf("create flow: %w", err)
	}
	f.Digest = f.sum()
	values, audit := f.values(), s.auditor(ctx)
	err = s.db.write(ctx, func(ctx context.Context, tx queryer) error {
		if _, err := tx.exec(ctx, insertFlow, values...); err != nil {
			return err
		}
		if err := addGrants(ctx, tx, f.ID, grants); err != nil {
			return err
		}
		return audit.add(ctx, tx, AuditCreate, f, f.accessWord())
	})
	if err != nil {
		return fmt.Errorf("create flow: %w", err)
	}
	return nil
}

// Flow returns a flow, or [ErrNotFound].
func (s *Store) Flow(ctx context.Context, id string) (*Flow, error) {
	f, err := s.flow(ctx, inUse, id)
	if err != nil {
		return nil, fmt.Errorf("get flow: %w", err)
	}
	return f, nil
}

// SmallFlow is [Store.Flow] for a flow of at most most bytes, without its digest, and of its
// version only the number. For a larger one the error is [ErrNotFound], too.
func (s *Store) SmallFlow(ctx context.Context, id string, most int64) (*Flow, error) {
	if !findable(id) {
		return nil, ErrNotFound
	}
	f, err := one(ctx, s.db, (*Flow).content, "SELECT "+contentColumns+" FROM flow WHERE id = $1 AND bytes <= $2 AND "+inUse, id, most)
	if err != nil {
		return nil, fmt.Errorf("get flow: %w", err)
	}
	return f, nil
}

func (s *Store) flow(ctx context.Context, where, id string) (*Flow, error) {
	if !findable(id) {
		return nil, ErrNotFound
	}
	return one(ctx, s.db, (*Flow).whole, "SELECT "+flowColumns+" FROM flow WHERE id = $1 AND "+where, id)
}

// errMoved is the error if the flow was written since it was read.
var errMoved = errors.New("flow has changed meanwhile")

// Touch sets the update time and a new revision.
func (f *Flow) Touch() { f.UpdatedAt, f.Revision = now(), rand.Text() }

// UpdateFlow lets change modify the stored flow and writes it. If change returns an error,
// nothing is written and UpdateFlow returns that error. If fields that an author writes have
// changed, the flow becomes a new version, with the user and message that change sets, and
// the version before is kept. Nothing is locked meanwhile: if somebody else writes the flow,
// change is called again with theirs.
func (s *Store) UpdateFlow(ctx context.Context, id string, change func(*Flow) error) (*Flow, error) {
	return s.updateFlow(ctx, inUse, id, change)
}

func (s *Store) updateFlow(ctx context.Context, where, id string, change func(*Flow) error) (*Flow, error) {
	for {
		f, err := s.flow(ctx, where, id)
		if err != nil {
			return nil, fmt.Errorf("update flow: %w", err)
		}
		was := *f
		if err := change(f); err != nil {
			return nil, err
		}
		f.Touch()
		f.ID, f.CreatedAt = was.ID, was.CreatedAt
		f.fillJSON()
		if f.Digest = f.sum(); f.isSameVersion(&was) {
			f.Version = was.Version
		} else {
			f.Version.Number, f.Version.CreatedAt = was.Version.Number+1, f.UpdatedAt
		}
		switch err := s.replace(ctx, &was, f); {
		case err == nil:
			return f, nil
		case !errors.Is(err, errMoved):
			return nil, fmt.Errorf("update flow: %w", err)
		}
	}
}

// replace writes f over was.
func (s *Store) replace(ctx context.Context, was, f *Flow) error {
	if err := f.check(); err != nil {
		return err
	}
	grants, err := f.grants()
	if err != nil {
		return err
	}
	granted := !flow.EqualAccess(f.AccessControl, was.AccessControl)
	packed, audit := s.packVersion(was, f), s.auditor(ctx)
	return s.db.write(ctx, func(ctx context.Context, tx queryer) error {
		n, err := tx.exec(ctx, "UPDATE flow SET user_id = $1, name = $2, description = $3, updated_at = $4, meta = $5,"+
			" nodes = $6, edges = $7, access_control = $8, extra = $9, revision = $10, digest = $11,"+
			" version = $12, version_by = $13, version_at = $14, message = $15 WHERE id = $16 AND revision = $17",
			f.UserID, f.Name, f.Description, f.UpdatedAt, text(f.Meta),
			text(f.Nodes), text(f.Edges), text(f.AccessControl), text(f.Extra), f.Revision, f.Digest,
			f.Version.Number, f.Version.UserID, f.Version.CreatedAt, f.Version.Message, was.ID, was.Revision)
		if err != nil {
			return err
		}
		if n == 0 {
			return errMoved
		}
		if err := s.keepVersion(ctx, tx, was, f, packed); err != nil {
			return err
		}
		if granted {
			if err := replaceGrants(ctx, tx, f.ID, grants); err != nil {
				return err
			}
		}
		return audit.replaced(ctx, tx, was, f, granted)
	})
}
