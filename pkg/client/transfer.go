package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/flowctl/flowctl/internal/httpx"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Duplicate makes a private copy of a flow, owned by the caller; name "" is
// "<name> (Copy)". The real backend knows neither names nor privacy there: the
// copy is updated right after it is made. If that fails, Duplicate returns the copy
// as well as the error, which says what the copy still lacks.
func (s *FlowsService) Duplicate(ctx context.Context, id, name string) (flow.Flow, error) {
	change := Patch{}
	if name != "" {
		change.Name = &name
	}
	k := (&call{verb: "duplicate flow", method: http.MethodPost, body: change.appendJSON(nil)}).about(id, "/duplicate")
	twin, err := s.store(ctx, k, func(ctx context.Context) (flow.Spec, error) {
		f, _, err := s.Get(ctx, id)
		f.Name, f.AccessControl = f.Name+" (Copy)", nil
		return f.Spec, err
	})
	if err != nil || s.c.knownOurs() {
		return twin, err
	}
	change.AccessControl = flow.Private()
	f, err := s.Update(ctx, twin.ID, change)
	if err != nil {
		return twin, fmt.Errorf("%s: the copy %s is made, but it is still named %q and everybody may read it: %w", k.doing(), twin.ID, httpx.Printable(twin.Name, 80), err)
	}
	return f, nil
}

// Export returns the server's version 1.0 document of a flow, as it sends it. If
// the real backend fails (it does where a number was too big for it, and is null
// now), the document is made from the flow.
func (s *FlowsService) Export(ctx context.Context, id string) ([]byte, error) {
	k := (&call{verb: "export flow", method: http.MethodGet}).about(id, "/export")
	a, err := s.c.do(ctx, k)
	var failed *Error
	if errors.As(err, &failed) && failed.StatusCode == http.StatusInternalServerError && !s.c.knownOurs() {
		if f, _, getErr := s.Get(ctx, id); getErr == nil {
			return document(f), nil
		}
	}
	if err != nil {
		return nil, err
	}
	doc, err := flow.ParseObject(a.body)
	if _, ok := doc.Get("flow"); err != nil || !ok {
		return nil, s.c.unusable(k, a, "an exported flow", err)
	}
	return a.body, nil
}

// document makes a version 1.0 document the way the backend does.
func document(f flow.Flow) []byte {
	all, _ := flow.ParseObject(f.Spec.AppendJSON(nil)) // cannot fail: it was read
	var kept flow.Object
	for _, key := range []string{"name", "description", "nodes", "edges", "meta"} {
		if v, ok := all.Get(key); ok {
			kept.Set(key, v)
		}
	}
	doc := flow.Object{
		{Key: "version", Value: json.RawMessage(`"1.0"`)},
		{Key: "flow", Value: kept.AppendJSON(nil)},
		{Key: "exportedAt", Value: strconv.AppendInt(nil, f.UpdatedAt, 10)},
	}
	return doc.AppendJSON(nil)
}

// Import stores a new flow from a version 1.0 document or a bare flow, as JSON,
// private unless it has an access_control, and returns it as the server has it: the
// real backend drops meta. There POST /import is taken for the update of a flow
// called "import"; the flow is then created, and this client does not try again.
func (s *FlowsService) Import(ctx context.Context, doc []byte) (flow.Flow, error) {
	spec, err := imported(doc)
	if err != nil {
		return flow.Flow{}, fmt.Errorf("import flow: %w: the document cannot be read: %w; fix it and try again", ErrInvalid, err)
	}
	if s.c.shadowed.Load() {
		return s.Create(ctx, spec)
	}
	k := &call{verb: "import flow", subject: spec.Name, method: http.MethodPost, path: flowsPath + "import", body: doc}
	if err := s.guard(ctx, k); err != nil {
		return flow.Flow{}, err
	}
	f, err := s.store(ctx, k, func(context.Context) (flow.Spec, error) {
		stored := spec
		stored.AccessControl = nil // dropped
		return stored, nil
	})
	if errors.Is(err, ErrNotFound) && !s.c.knownOurs() {
		s.c.shadowed.Store(true)
		return s.Create(ctx, spec)
	}
	if err != nil || s.c.knownOurs() || string(f.AccessControl) != "null" {
		return f, err
	}
	return s.share(ctx, k, f, spec.AccessControl)
}

// share sets the access control of a flow that the real backend imported, and that
// everybody may read so far, to what it should be.
func (s *FlowsService) share(ctx context.Context, k *call, f flow.Flow, access json.RawMessage) (flow.Flow, error) {
	switch string(access) {
	case "null":
		return f, nil
	case "":
		access = flow.Private()
	}
	shared, err := s.Update(ctx, f.ID, Patch{AccessControl: access})
	if err != nil {
		return f, fmt.Errorf("%s: it is stored as %s, but everybody may still read it: %w", k.doing(), f.ID, err)
	}
	return shared, nil
}

// imported reads the flow out of a document. Without a name it is the one that
// the backend uses.
func imported(doc []byte) (flow.Spec, error) {
	wrapper, err := flow.ParseObject(doc)
	if err != nil {
		return flow.Spec{}, err
	}
	if inner, ok := wrapper.Get("flow"); ok {
		doc = inner
		if wrapper, err = flow.ParseObject(inner); err != nil {
			return flow.Spec{}, err
		}
	}
	spec, err := flow.ParseSpec(doc)
	if _, ok := wrapper.Get("name"); !ok {
		spec.Name = "Imported Flow"
	}
	return spec, err
}
