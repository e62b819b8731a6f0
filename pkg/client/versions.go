package client

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"net/http"
	"net/url"
	"strings"

	"github.com/flowctl/flowctl/pkg/flow"
)

// Version is what a flow was after a change of what its author wrote. Only our own server
// keeps versions. Methods that take one as a text read a number, a label, "-1" for the one
// before the newest and so on, or a time for the newest at that time: RFC 3339, or a day,
// which ends in UTC.
type Version struct {
	Number    int64 `json:"number"`     // from 1
	CreatedAt int64 `json:"created_at"` // epoch seconds
	User      struct {
		ID   string `json:"id"`
		Name string `json:"name"` // or e-mail; "" if the account is gone
	} `json:"user"` // who wrote it
	Message string     `json:"message"` // "" for none
	Digest  string     `json:"digest"`  // the same for flows that say the same; without access control
	Size    int64      `json:"size"`    // bytes
	Labels  []string   `json:"labels"`
	Flow    *flow.Spec `json:"flow,omitempty"` // what it was, without access control; nil in lists
}

// WithMessage says what a write is about, on one line of at most 1 KiB. Our server keeps
// that with the version that the write makes, others do not look at it.
func WithMessage(message string) interface {
	UpdateOption
	PutOption
} {
	return messageOption(message)
}

type messageOption string

func (m messageOption) update(w *write) { w.message = string(m) }
func (m messageOption) put(w *write)    { w.message = string(m) }

// Purge deletes a flow for good, also one that was deleted before. Servers other than flowctl's
// always do.
func Purge() DeleteOption { return purge{} }

type purge struct{}

func (purge) delete(w *write) { w.purge = true }

// say adds the message of a write to its call.
func (k *call) say(message string) {
	if message != "" {
		k.query = url.Values{"message": {message}}
	}
}

// versionsCall is a call that only a server with versions understands: of another one
// the error is [ErrUnsupported].
func (s *FlowsService) versionsCall(ctx context.Context, verb, method, id, below string) (*call, error) {
	k := (&call{verb: verb, method: method}).about(id, below)
	return k, s.c.needVersions(ctx, k, "keep the flow's file in git")
}

func (c *conn) needVersions(ctx context.Context, k *call, hint string) error {
	can, err := c.capabilitiesFor(ctx, k)
	if err == nil && !can.Versions {
		err = c.refuse(k, ErrUnsupported, "this server keeps no versions and no deleted flows", hint)
	}
	return err
}

// Versions goes through the versions of a flow, newest first, page by page. After an error
// it ends.
func (s *FlowsService) Versions(ctx context.Context, id string) iter.Seq2[Version, error] {
	return func(yield func(Version, error) bool) {
		k, err := s.versionsCall(ctx, "list the versions of flow", http.MethodGet, id, "/versions")
		for k.query = (url.Values{}); err == nil; {
			var rows []Version
			var h http.Header
			if h, err = s.c.into(ctx, k, &rows, "a list of versions", nil); err != nil {
				break
			}
			for _, row := range rows {
				if !yield(row, nil) {
					return
				}
			}
			next := nextCursor(h)
			if next == "" || next == k.query.Get("cursor") {
				return
			}
			k.query.Set("cursor", next)
			setInt(k.query, "limit", pageRows) // who goes on wants many
		}
		yield(Version{}, err)
	}
}

// Version reads a version with what the flow was. One that is not there is [ErrNotFound].
func (s *FlowsService) Version(ctx context.Context, id, version string) (Version, error) {
	return s.oneVersion(ctx, "get a version of flow", http.MethodGet, id, versionPathOf(version), nil)
}

func versionPathOf(version string) string { return "/versions/" + url.PathEscape(version) }

// Restore makes a flow again what it was in a version, as a new version, and returns it; its
// access control stays. If the flow is that already, nothing changes. With version "" it takes
// back the deletion of a flow, with all its versions and executions; [ListOptions.Deleted] lists
// what can be had back so, anything else is [ErrNotFound].
func (s *FlowsService) Restore(ctx context.Context, id, version string, opts ...UpdateOption) (flow.Flow, error) {
	w := write{}
	for _, opt := range opts {
		opt.update(&w)
	}
	below := "/restore"
	if version != "" {
		below = versionPathOf(version) + below
	}
	k, err := s.versionsCall(ctx, "restore flow", http.MethodPost, id, below)
	if err == nil && version != "" {
		k.check(version)
		k.repeatable = !strings.HasPrefix(version, "-") // which is another one after the first time
		k.say(w.message)
		err = s.unchanged(ctx, k, id, w.unchanged)
	}
	if err != nil {
		return flow.Flow{}, err
	}
	f, err := s.c.flow(ctx, k)
	if version == "" && k.lost && errors.Is(err, ErrNotFound) { // an earlier try did it, perhaps
		return s.Get(ctx, id)
	}
	return f, err
}

// SetLabel puts a label on a version, which any other version loses: a letter, and then up to
// 63 letters, digits, dots, dashes and underscores. Versions with a label are kept. With version ""
// it removes the label; one that is not there is [ErrNotFound].
func (s *FlowsService) SetLabel(ctx context.Context, id, label, version string) (Version, error) {
	if version == "" {
		return Version{}, s.removeLabel(ctx, id, label)
	}
	body, err := json.Marshal(map[string]string{"version": version})
	if err != nil {
		return Version{}, err
	}
	return s.oneVersion(ctx, "label a version of flow", http.MethodPut, id, labelPath(label), body)
}

func labelPath(label string) string { return "/labels/" + url.PathEscape(label) }

func (s *FlowsService) removeLabel(ctx context.Context, id, label string) error {
	k, err := s.versionsCall(ctx, "remove a label of flow", http.MethodDelete, id, labelPath(label))
	if err != nil {
		return err
	}
	return s.c.gone(ctx, k.check(label))
}

func (s *FlowsService) oneVersion(ctx context.Context, verb, method, id, below string, body []byte) (Version, error) {
	var v Version
	k, err := s.versionsCall(ctx, verb, method, id, below)
	if err != nil {
		return v, err
	}
	k.body = body
	last := below[strings.LastIndexByte(below, '/')+1:]
	_, err = s.c.into(ctx, k.check(last), &v, "a version", func() bool { return v.Number > 0 })
	return v, err
}
