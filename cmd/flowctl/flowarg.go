package main

import (
	"context"
	"os"
	"strings"

	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// fileOrNameHelp explains FILE|NAME in the help of the commands that take either.
const fileOrNameHelp = `FILE is a flow file, or - for standard input. NAME is a flow's exact name, its
id, or the first characters of its id (4 or more).`

// flowArg is a flow that was named on the command line.
type flowArg struct {
	name string // the file's path, or the flow's name
	spec flow.Spec
}

// loadFlow reads the flow that a FILE|NAME argument means. connect is called for a
// NAME only.
func (a *app) loadFlow(ctx context.Context, arg string, connect func() (*client.Client, error)) (flowArg, error) {
	if isFileArg(arg) {
		r := readSource(ctx, a.in, source{path: arg}, false)
		if err := oneFlow(arg, r); err != nil {
			return flowArg{}, err
		}
		return flowArg{arg, r.flows[0].Spec}, nil
	}
	c, err := connect()
	if err != nil {
		return flowArg{}, err
	}
	id, err := resolve(ctx, c, arg)
	if err != nil {
		return flowArg{}, err
	}
	f, _, err := c.Flows.Get(ctx, id)
	return flowArg{f.Name, f.Spec}, err
}

func isFileArg(arg string) bool {
	if arg == stdinPath || strings.HasSuffix(strings.ToLower(arg), ".json") || strings.ContainsRune(arg, os.PathSeparator) {
		return true
	}
	_, err := os.Stat(arg)
	return err == nil
}

// connectOnce is connect for a command that may need the server more than once,
// or not at all.
func (a *app) connectOnce(ctx context.Context) func() (*client.Client, error) {
	var c *client.Client
	return func() (*client.Client, error) {
		if c != nil {
			return c, nil
		}
		var err error
		c, err = a.connect(ctx)
		return c, err
	}
}
