package sync

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// Hide returns the two flows as they may be shown: file, which [Env.Forward] returned, with
// ${NAME} in place of the value of each variable, and stored with it in place of what it has
// there, which may be an earlier value.
func (e *Env) Hide(file, stored flow.Spec) (fileShown, storedShown flow.Spec) {
	if !e.hides() {
		return file, stored
	}
	variables, plain := map[word][]string{}, map[word][]string{} // what the file has at a place of a kind
	file = e.substitute(file, func(k kind, at, id string) string {
		if text, ok := e.shown[word{k.what, id}]; ok {
			variables[word{k.what, at}] = append(variables[word{k.what, at}], text)
			return text
		}
		plain[word{k.what, at}] = append(plain[word{k.what, at}], id)
		return id
	})
	stored = e.substitute(stored, func(k kind, at, id string) string {
		if text, ok := e.shown[word{k.what, id}]; ok {
			return text
		}
		here := variables[word{k.what, at}]
		if here == nil || slices.Contains(plain[word{k.what, at}], id) {
			return id
		}
		return fmt.Sprintf("(not %s)", strings.Join(here, " or "))
	})
	return file, stored
}

// hides reports whether the environment uses variables.
func (e *Env) hides() bool { return e != nil && len(e.shown) > 0 }

// show returns an id of a kind as it may be shown.
func (e *Env) show(kind, id string) string {
	if text, ok := e.shown[word{kind, id}]; ok {
		return text
	}
	return id
}

// hidden returns the plan as it is saved: with ${NAME} for values of variables, and what
// [Plan.Expand] needs to restore them.
func (p *Plan) hidden() *Plan {
	if !p.env.hides() {
		return p
	}
	out := *p
	out.Steps = slices.Clone(p.Steps)
	variables := &Env{Models: names{}, KnowledgeBases: names{}, Groups: names{}, Users: names{}}
	kinds := map[string]names{}
	for _, k := range variables.kinds() {
		kinds[k.what] = k.names
	}
	for i := range out.Steps {
		s := &out.Steps[i]
		if s.Spec == nil {
			continue
		}
		hides := false
		spec := p.env.substitute(*s.Spec, func(k kind, _, id string) string {
			text, ok := p.env.shown[word{k.what, id}]
			if !ok {
				return id
			}
			hides = true
			kinds[k.what][text] = text
			return text
		})
		if hides {
			s.Expanded = wholeDigest(*s.Spec)
			s.Spec, out.Variables = &spec, variables
		}
	}
	return &out
}

// Expand restores the values of variables in a loaded plan, as getenv returns them now (see
// [ReadEnv]). The error is a *[MovedError] if the flows are then not what they were when the
// plan was made.
func (p *Plan) Expand(ctx context.Context, c *client.Client, getenv func(string) (string, error)) error {
	if p.Variables == nil {
		return nil
	}
	if err := p.Variables.expand(getenv); err != nil {
		return err
	}
	moved := &MovedError{}
	_, err := p.Variables.Resolve(ctx, c, func(yield func(flow.Spec, error) bool) {
		for _, s := range p.Steps {
			if s.Expanded != "" && !yield(*s.Spec, nil) {
				return
			}
		}
	})
	if missing := (*MissingError)(nil); errors.As(err, &missing) {
		return &MovedError{missing.Missing}
	}
	if err != nil {
		return err
	}
	for i := range p.Steps {
		s := &p.Steps[i]
		if s.Expanded == "" {
			continue
		}
		var used []string
		spec := p.Variables.substitute(*s.Spec, func(k kind, _, id string) string {
			to := k.forward(id)
			if to != id {
				used = append(used, id)
			}
			return to
		})
		if wholeDigest(spec) != s.Expanded {
			moved.Moved = append(moved.Moved, fmt.Sprintf("%s: what %s stands for has changed since the plan was made", s.File, strings.Join(used, " or ")))
		}
		s.Spec = &spec
	}
	if moved.Moved != nil {
		return moved
	}
	return nil
}

// wholeDigest is one digest of the whole flow: of a part as small as those of
// [digest.Digest] the hidden values could be guessed.
func wholeDigest(s flow.Spec) string {
	sum := sha256.Sum256(rawjson.AppendMeaning(nil, s.AppendJSON(nil)))
	return hex.EncodeToString(sum[:])
}
