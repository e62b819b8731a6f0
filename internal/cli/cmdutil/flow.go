package cmdutil

import (
	"context"

	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
)

// FileOrNameHelp explains FILE|NAME in the help of the commands that take either.
const FileOrNameHelp = `FILE is a flow file, or - for standard input. NAME is a flow's exact name, its
id, or the first characters of its id (4 or more).`

// NamedFlow is a flow that was named on the command line.
type NamedFlow struct {
	Name string // the file's path, or the flow's name
	Spec flow.Spec
}

// LoadFlow reads the flow that a FILE|NAME argument means. connect is called for a
// NAME only.
func (a *App) LoadFlow(ctx context.Context, arg string, connect func() (*client.Client, error)) (NamedFlow, error) {
	if files.IsFileArg(arg) {
		r := files.Read(ctx, a.In, files.Source{Path: arg}, false)
		if err := files.OneFlow(arg, r); err != nil {
			return NamedFlow{}, err
		}
		return NamedFlow{arg, r.Flows[0].Spec}, nil
	}
	c, err := connect()
	if err != nil {
		return NamedFlow{}, err
	}
	id, err := Resolve(ctx, c, arg)
	if err != nil {
		return NamedFlow{}, err
	}
	f, err := c.Flows.Get(ctx, id)
	return NamedFlow{f.Name, f.Spec}, err
}

// ConnectOnce is Connect for a command that may need the server more than once,
// or not at all.
func (a *App) ConnectOnce(ctx context.Context) func() (*client.Client, error) {
	var c *client.Client
	return func() (*client.Client, error) {
		if c != nil {
			return c, nil
		}
		var err error
		c, err = a.Connect(ctx)
		return c, err
	}
}
