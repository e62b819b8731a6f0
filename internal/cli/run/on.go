package run

import (
	"errors"
	"fmt"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
)

// The values of run's --on.
const (
	onHere   = "here"
	onServer = "server"
)

// The values of flags that only a run here takes, where they are not given.
const (
	standardParallel = 8
	standardRetries  = 2
)

// asksServer reports whether the server is to be asked to run the flow: one of its
// own, unless a flag asks for what only a run here can do.
func (o *runOptions) asksServer(f runFlow) (bool, error) {
	if o.on == onHere || o.on == "" && f.File != nil {
		return false, nil
	}
	t, err := o.app.TargetWithoutToken()
	if err != nil {
		return false, err
	}
	why := o.onlyHere(f)
	switch {
	case o.on != onServer:
		return why == "" && o.modelAddress() == "" && !t.Local(), nil
	case f.File != nil:
		return false, cmdutil.Usage(errors.New("--on server runs a flow of the server; give its name or id, not a file"))
	case t.Local():
		return false, cmdutil.Usage(errors.New("--on server needs a server; name one with --server or --profile"))
	case why != "":
		return false, cmdutil.Usage(fmt.Errorf("%s is for a run here; leave out that or --on server", why))
	}
	return true, nil
}

// onlyHere returns a flag or input of the run that a server does not take, "" for none.
func (o *runOptions) onlyHere(f runFlow) string {
	for _, flag := range []struct {
		name  string
		given bool
	}{
		{"--set", len(o.sets) > 0},
		{"--model", len(o.models) > 0},
		{"--model-url", o.modelURL != ""},
		{"--model-header", len(o.modelHeaders) > 0},
		{"--strip-thinking", o.stripThinking},
		{"--parallel", o.parallel != standardParallel},
		{"--retries", o.retries != standardRetries},
		{"an image, video or sound as input", f.media},
	} {
		if flag.given {
			return flag.name
		}
	}
	return ""
}
