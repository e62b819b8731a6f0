package sync

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/flowctl/flowctl/internal/digest"
	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// item is a file and what is known of its flow.
type item struct {
	Source
	ids    []candidate // that its flow may have, best first
	match  *stored     // nil for a new flow
	how    Match
	hidden candidate // its flow, if the caller may not see it
	wants  []*stored // flows of its name, one of which it would be if it were to adopt it

	chosen string // the id that a new flow is to have, "" for any

	replaced bool // of an export: the file is replaced by that of another flow

	// Of an import:
	earlier *item  // an earlier one that is the same flow
	skip    bool   // the flow, or its twin, is left as it is
	clash   string // why it is not imported
}

type candidate struct {
	id  string
	how Match
}

// stored is what is kept in memory of a flow on the server.
type stored struct {
	id, name string
	owner    string // the user's id, "" if the server did not say
	access   json.RawMessage
	listed   bool          // among the flows that the caller may change
	updated  int64         // epoch seconds
	digest   digest.Digest // the zero value if it is not known
	same     bool          // it is what the file says whose best id it has
	read     bool          // the rest is known, too: it was read, not only listed
	revision string
	spec     flow.Spec // none if same
}

// matcher finds the flow of each file. A flow belongs to at most one file.
type matcher struct {
	traits
	Options
	c       *client.Client
	lock    *Lock
	items   []*item
	seen    map[string]*stored   // by id: the flows that somebody may want
	asked   map[string]bool      // the ids that were asked for by themselves
	hidden  map[string]bool      // those of them that the caller may not see
	taken   map[string]bool      // the ids of all flows in the list, and those that new ones get
	named   map[string][]*stored // the caller's own of these by name, in the order of the list
	others  []*stored            // the flows in the list that nobody wants, if they are asked for
	idSpace uuid.UUID            // of newIDs, zero until it is needed

	best  map[string]*item  // by the first of an item's ids
	ids   map[string]bool   // all ids that somebody may want
	names map[string]int    // how many files have a name
	files map[string]bool   // those that are there
	noted map[string]string // the lock's file by the id of its flow for the profile

	bases func(id string) []digest.Digest // see [Lock.Bases]
}

// fewFlows is the largest number of flows that are read one by one instead of from the list.
const fewFlows = 16

// match finds the flows of files.
func match(ctx context.Context, c *client.Client, files []Source, lock *Lock, opts Options) (*matcher, error) {
	can, err := c.Capabilities(ctx)
	if err != nil {
		return nil, err
	}
	m := &matcher{
		traits: traits{lossless: can.Lossless, versions: can.Versions}, Options: opts, c: c, lock: lock,
		seen: map[string]*stored{}, asked: map[string]bool{}, hidden: map[string]bool{},
		taken: map[string]bool{}, named: map[string][]*stored{}, best: map[string]*item{},
		ids: map[string]bool{}, names: map[string]int{}, files: map[string]bool{}, noted: map[string]string{},
		bases: lock.Bases(opts.Profile),
	}
	for _, f := range files {
		m.files[f.Path] = true
	}
	for _, file := range lock.Files(m.Profile) {
		id := lock.ID(file, m.Profile)
		m.ids[id], m.noted[id] = true, file
		m.files[file] = m.files[file] || m.Excluded != nil && m.Excluded(file)
	}
	if err := m.addAll(files); err != nil {
		return nil, err
	}
	switch {
	case m.Exists != "":
		if err := m.importing(ctx); err != nil {
			return nil, err
		}
		return m, m.read(ctx)
	case m.Export != nil:
		return m, m.exporting(ctx)
	}
	few := m.Picked != nil && !m.Others && len(m.picked()) <= fewFlows
	if few {
		if err := m.get(ctx); err != nil {
			return nil, err
		}
	}
	if !few || slices.ContainsFunc(m.picked(), func(it *item) bool { return m.find(it) == candidate{} }) {
		if err := m.list(ctx); err != nil {
			return nil, err
		}
	}
	if err := m.get(ctx); err != nil {
		return nil, err
	}
	if err := m.shared(ctx); err != nil {
		return nil, err
	}
	if err := m.resolve(ctx); err != nil {
		return nil, err
	}
	return m, m.read(ctx)
}

// addAll adds the files, each with its name in the lock, which is an older one if it moved.
func (m *matcher) addAll(files []Source) error {
	origins := m.lock.origins(files)
	if err := m.renamed(files, origins); err != nil {
		return err
	}
	stay := map[string]bool{} // the files that are what the lock calls so
	for _, f := range files {
		stay[f.Path] = f.ID == "" || m.lock.Holds(f.Path, f.ID)
	}
	for _, f := range files {
		origin := origins[f.Path]
		m.add(f, cmp.Or(origin, f.Path), stay[origin])
	}
	return nil
}

// add adds a file and the ids that its flow may have; origin is its name in the lock. If
// besides is set, the file of that name exists as well: then f is a copy of it, unless the
// server has a flow with the id in f.
func (m *matcher) add(f Source, origin string, besides bool) {
	it := &item{Source: f}
	want := func(id string, how Match) {
		if id != "" {
			it.ids = append(it.ids, candidate{id, how})
			m.ids[id] = true
		}
	}
	if besides {
		want(f.ID, ByID)
	}
	want(m.lock.ID(origin, m.Profile), ByLock)
	if !besides {
		want(f.ID, ByID)
	}
	// A server may be known by its address to one and as a profile to another.
	for _, id := range m.lock.otherIDs(origin, m.Profile) {
		want(id, ByLock)
	}
	if m.Export != nil && f.several {
		it.ids = nil // such a file is not written
	}
	if id := cmp.Or(m.lock.ID(f.Path, m.Profile), m.lock.ID(origin, m.Profile)); id != "" && m.Export != nil {
		it.ids = []candidate{{id, ByLock}} // of an export that is of other flows, too
	}
	if len(it.ids) > 0 {
		m.best[it.ids[0].id] = it
	}
	m.names[f.Name]++
	m.items = append(m.items, it)
}

// picked returns the files that [Options.Picked] picks.
func (m *matcher) picked() []*item {
	return slices.DeleteFunc(slices.Clone(m.items), func(it *item) bool { return !m.picks(it.Path) })
}

// remember keeps what may be needed of a flow, nothing if it cannot belong to a file. whole
// reports that f is a whole flow, not a row of a list with a digest.
func (m *matcher) remember(f flow.Flow, whole bool) (*stored, error) {
	if at := m.seen[f.ID]; at != nil {
		return at, nil
	}
	if !m.ids[f.ID] && m.names[f.Name] == 0 {
		return nil, nil
	}
	at := brief(f)
	m.seen[at.id] = at
	if whole && m.compares() {
		return at, m.keep(at, f)
	}
	at.digest, _ = listedDigest(f)
	it := m.fileFor(at)
	at.same = it != nil && it.hasDigest(at.digest)
	return at, nil
}

// listedDigest returns the digest in a row of a list of flowctl's server.
func listedDigest(f flow.Flow) (digest.Digest, bool) {
	raw, _ := f.Unknown().Get("digest")
	return digest.Parse(rawjson.Text(raw))
}

// fileFor returns the file that the flow most likely belongs to. It is nil if there is none,
// or if the flow's content is needed even if the file has the same.
func (m *matcher) fileFor(at *stored) *item {
	it := m.best[at.id]
	if it == nil || !m.picks(it.Path) || m.Export != nil && (m.Export.KeepState || m.Export.DropLayout) { // which rewrites the file
		return nil
	}
	return it
}

// keep adds a flow that was read, without the content if its file has the same.
func (m *matcher) keep(at *stored, f flow.Flow) (err error) {
	*at = stored{
		id: at.id, name: at.name, owner: strings.Clone(f.UserID), access: bytes.Clone(f.AccessControl), listed: at.listed,
		updated: f.UpdatedAt, digest: digest.Of(f.Spec), read: true, revision: f.Revision(),
	}
	if it := m.fileFor(at); it != nil {
		at.same, err = m.isSame(it, at.digest, f.Spec)
	}
	if !at.same {
		at.spec = f.Spec
	}
	return err
}

// brief returns a flow's id, name, owner, access and time.
func brief(f flow.Flow) *stored {
	return &stored{id: strings.Clone(f.ID), name: strings.Clone(f.Name), owner: strings.Clone(f.UserID), access: bytes.Clone(f.AccessControl), updated: f.UpdatedAt}
}

// isSame reports whether the file's flow and a stored one, with the digest d, are equal.
func (m *matcher) isSame(it *item, d digest.Digest, stored flow.Spec) (bool, error) {
	if it.hasDigest(d) {
		return true, nil
	}
	file, err := it.Spec()
	return err == nil && len(m.differences(stored, file)) == 0, err
}
