package server

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/internal/store"
)

const (
	versionRows = 30      // in a page that was not asked for with a limit
	maxMessage  = 1 << 10 // bytes of what is written of a version
)

// sentMessage returns the parameter message of a write: one line.
func (c *call) sentMessage() (string, error) {
	message := c.r.URL.Query().Get("message")
	bad := func(kind, msg string) (string, error) {
		return "", invalid(fault{kind: kind, loc: []any{"query", "message"}, msg: msg, input: rawjson.AppendString(nil, message)})
	}
	switch {
	case !utf8.ValidString(message) || strings.ContainsFunc(message, unicode.IsControl):
		return bad("string_unicode", "Input should be one line of UTF-8 without control characters")
	case len(message) > maxMessage:
		return bad("string_too_long", "String should have at most "+byteSize(maxMessage))
	}
	return message, nil
}

// authored returns what the author wrote of a flow, without access.
func authored(f *store.Flow) []byte {
	a := answer{buf: make([]byte, 0, f.Size()+len(`{"name":,"description":,"nodes":,"edges":,"meta":,}`)+64)}
	a.text(`{`)
	a.title("", f)
	a.graph(f)
	a.value(`,"meta":`, f.Meta)
	a.extra(f)
	a.text(`}`)
	return a.buf
}

// saneLabel returns the pattern of labels. Their first character differs from those of
// numbers and times.
//
//nolint:gochecknoglobals // compiled once
var saneLabel = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z][A-Za-z0-9._-]{0,63}$`) })

// versionNumber finds the number of the version of f that ref names: a number, a label, -1
// for the one before the newest and so on, or a time, for the newest at that time; a day
// ends in UTC.
func (c *call) versionNumber(f *store.Flow, ref string) (int64, error) {
	ctx := c.r.Context()
	if n, err := strconv.ParseInt(ref, 10, 64); err == nil && !strings.HasPrefix(ref, "+") {
		if n < 0 {
			n = max(f.Version.Number+n, 0)
		}
		return n, nil
	}
	n, err := int64(0), error(nil)
	at, ok := parseVersionTime(ref)
	switch {
	case ok:
		n, err = c.s.st.VersionAt(ctx, f.ID, at)
	case saneLabel().MatchString(ref):
		n, err = c.s.st.LabelledVersion(ctx, f.ID, ref)
	default:
		err = store.ErrNotFound
	}
	if errors.Is(err, store.ErrNotFound) {
		return 0, noVersion(ref)
	}
	return n, err
}

func noVersion(ref string) error {
	return &problem{status: http.StatusNotFound, detail: fmt.Sprintf("The flow has no version %s", rawjson.AppendString(nil, clip(ref, 80)))}
}

func parseVersionTime(ref string) (at int64, ok bool) {
	if day, err := time.Parse(time.DateOnly, ref); err == nil {
		return day.AddDate(0, 0, 1).Unix() - 1, true
	}
	t, err := time.Parse(time.RFC3339, ref)
	return t.Unix(), err == nil
}

// version returns the flow f as it was in the version that ref names.
func (c *call) version(f *store.Flow, ref string) (*store.Flow, error) {
	n, err := c.versionNumber(f, ref)
	if err != nil {
		return nil, err
	}
	if err := c.reserve(int64(f.Size())); err != nil { // the version is about as large
		return nil, err
	}
	v, err := c.s.st.FlowVersion(c.r.Context(), f, n)
	if errors.Is(err, store.ErrNotFound) {
		return nil, noVersion(ref)
	}
	return v, err
}

// readableVersion is readable for a route with the parameter version.
func (c *call) readableVersion() (*store.Flow, error) {
	f, err := c.readable()
	if err != nil || c.r.URL.RawQuery == "" {
		return f, err
	}
	if query := c.r.URL.Query(); query.Has("version") {
		return c.version(f, query.Get("version"))
	}
	return f, nil
}

func (s *Server) listVersions(c *call) error {
	f, err := c.readable()
	if err != nil {
		return err
	}
	params, limit, before := c.r.URL.Query(), versionRows, int64(0)
	var p parser
	if params.Has("limit") {
		limit = p.number(params, "limit", maxLimit)
	}
	if params.Has("cursor") {
		before = int64(p.number(params, "cursor", math.MaxInt))
	}
	if p.faults != nil {
		return invalid(p.faults...)
	}
	list, more, err := s.st.Versions(c.r.Context(), f, before, limit)
	if err != nil {
		return err
	}
	if more {
		params.Set("cursor", strconv.FormatInt(list[len(list)-1].Number, 10))
		c.Header().Set("Link", c.nextLink(params))
	}
	a := c.newAnswer()
	a.list(len(list), func(i int) {
		a.version(&list[i])
		a.text("}")
	})
	return c.send(a)
}

// version adds a version, but for the closing brace.
func (a *answer) version(v *store.Version) {
	a.int(`{"number":`, v.Number)
	a.int(`,"created_at":`, v.CreatedAt)
	a.string(`,"user":{"id":`, v.UserID)
	a.string(`,"name":`, v.UserName)
	a.string(`},"message":`, v.Message)
	a.string(`,"digest":`, v.Digest)
	a.int(`,"size":`, v.Size)
	a.text(`,"labels":`)
	a.list(len(v.Labels), func(i int) { a.string("", v.Labels[i]) })
}

// getVersion answers with a version and the flow as it was.
func (s *Server) getVersion(c *call) error {
	f, err := c.readable()
	if err != nil {
		return err
	}
	was, err := c.version(f, c.r.PathValue("version"))
	if err != nil {
		return err
	}
	return c.sendVersion(f, was)
}

// sendVersion answers with was, a version of f.
func (c *call) sendVersion(f, was *store.Flow) error {
	list, _, err := c.s.st.Versions(c.r.Context(), f, was.Version.Number+1, 1)
	if err != nil {
		return err
	}
	if len(list) == 0 || list[0].Number != was.Version.Number { // it has gone meanwhile
		return noVersion(strconv.FormatInt(was.Version.Number, 10))
	}
	a := c.newAnswer()
	a.version(&list[0])
	a.value(`,"flow":`, authored(was))
	a.text(`}`)
	return c.send(a)
}

// restoreVersion sets the flow to what it was in a version, which makes a new version. Its
// access stays.
func (s *Server) restoreVersion(c *call) error {
	w, err := c.newWrite()
	if err != nil {
		return err
	}
	if _, _, err := c.objectIfAny(); err != nil {
		return err
	}
	return c.update(w, func(f *store.Flow) (bool, error) {
		if may := c.rights(f); !may.write || !may.read {
			return false, errProhibited
		}
		if err := c.checkIfMatch(f); err != nil {
			return false, err
		}
		was, err := c.version(f, c.r.PathValue("version"))
		if err != nil {
			return false, err
		}
		before := *f
		f.Name, f.Description, f.Nodes, f.Edges, f.Meta, f.Extra = was.Name, was.Description, was.Nodes, was.Edges, was.Meta, was.Extra
		if w.message == "" {
			w.message = fmt.Sprintf("version %d restored", was.Version.Number)
		}
		return !sameAuthored(&before, f), nil
	})
}

// putLabel puts a label on the version that the body names.
func (s *Server) putLabel(c *call) error {
	o, _, err := c.object()
	if err != nil {
		return err
	}
	name, ref := c.r.PathValue("name"), ""
	var p parser
	if !saneLabel().MatchString(name) {
		p.fault("string_pattern_mismatch", "A label has 1 to 64 letters, digits, dots, dashes and underscores, and begins with a letter", []any{"path", "name"}, rawjson.AppendString(nil, name))
	}
	switch raw, ok := o.Get("version"); {
	case !ok:
		p.faults = append(p.faults, missing("body", "version"))
	case rawjson.Kind(raw) == "a number":
		ref = string(raw)
	default:
		if text := p.text(raw, []any{"body", "version"}); text != nil {
			ref = *text
		}
	}
	if p.faults != nil {
		return invalid(p.faults...)
	}
	f, err := c.writable()
	if err != nil {
		return err
	}
	was, err := c.version(f, ref)
	if err != nil {
		return err
	}
	err = s.st.SetLabel(c.r.Context(), f.ID, name, was.Version.Number)
	if errors.Is(err, store.ErrExists) {
		return &problem{status: http.StatusConflict, detail: fmt.Sprintf("A flow has at most %d labels: remove one first", store.MaxLabels)}
	}
	if err != nil {
		return err
	}
	return c.sendVersion(f, was)
}

func (s *Server) deleteLabel(c *call) error {
	f, err := c.writable()
	if err != nil {
		return err
	}
	if err := s.st.RemoveLabel(c.r.Context(), f.ID, c.r.PathValue("name")); err != nil {
		return err
	}
	return c.sendTrue()
}

// writable is readable for a caller who is to be allowed to write, too.
func (c *call) writable() (*store.Flow, error) {
	f, err := c.readable()
	if err == nil && !c.rights(f).write {
		err = errProhibited
	}
	return f, err
}
