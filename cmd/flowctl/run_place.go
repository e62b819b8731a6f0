package main

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/flowctl/flowctl/internal/engine"
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

// asksServer tells whether the server is to be asked to run the flow: one of its
// own, unless a flag asks for what only a run here can do.
func (o *runOptions) asksServer(f runFlow) (bool, error) {
	if o.on == onHere || o.on == "" && f.file != nil {
		return false, nil
	}
	t, err := o.app.place()
	if err != nil {
		return false, err
	}
	why := o.onlyHere(f)
	switch {
	case o.on != onServer:
		return why == "" && o.modelAddress() == "" && !t.local(), nil
	case f.file != nil:
		return false, usageError{errors.New("--on server runs a flow of the server; give its name or id, not a file")}
	case t.local():
		return false, usageError{errors.New("--on server needs a server; name one with --server or --profile")}
	case why != "":
		return false, usageError{fmt.Errorf("%s is for a run here; leave out that or --on server", why)}
	}
	return true, nil
}

// onlyHere names what the server cannot be asked for, "" if there is nothing.
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

// whyHere says of a flow of the server why it ran here, if the server offers no
// models for that.
func (o *runOptions) whyHere(f runFlow, res *engine.Result) string {
	why := o.onlyHere(f)
	if o.on == onHere {
		why = "--on here"
	}
	if f.file != nil || why == "" || o.modelAddress() != "" {
		return ""
	}
	for _, e := range res.Errors {
		var answer *engine.HTTPError
		if errors.As(e.Err, &answer) && answer.StatusCode == http.StatusNotFound {
			return fmt.Sprintf("it ran here because of %s; name models for that with --model-url, or leave it out where the server runs flows", why)
		}
	}
	return ""
}

// whyRefused explains a failure of the editor's own that nothing in its words does.
func whyRefused(reading engine.Reading, res *engine.Result) string {
	if reading != engine.Browser {
		return ""
	}
	for _, e := range res.Errors {
		if strings.Contains(e.Err.Error(), "404: Something went wrong :/") {
			return "the editor fails like this for everybody but administrators: the server refuses the chat_id that it sends; --engine standard sends none"
		}
	}
	return ""
}

// errNotThere is the error of a server that was to run the flow and cannot.
var errNotThere = errors.New("the server runs no flows itself; leave out --on server to run it here")
