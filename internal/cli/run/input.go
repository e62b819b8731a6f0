package run

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/disk"
	"github.com/flowctl/flowctl/internal/engine/browser"
	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/parallel"
	"github.com/flowctl/flowctl/internal/runner"
)

// maxInput is the largest value of an input node that is read, in bytes.
const maxInput = 16 << 20

// stdinDelay is how long standard input may be silent before a word is said: a
// script may have left it open without knowing.
const stdinDelay = 2 * time.Second

// gather reads the values of flags and standard input. taken reports that
// standard input was the flow.
func (o *runOptions) gather(ctx context.Context, f *runFlow, taken bool) (map[string]json.RawMessage, error) {
	in := &runner.Inputs{Spec: &f.Spec, Values: make(map[string]json.RawMessage)}
	for _, arg := range o.inputs {
		node, text, err := in.Split("--input", arg)
		if err == nil {
			err = in.SetText(node, []byte(text), "--input")
		}
		if err != nil {
			return nil, cmdutil.Usage(err)
		}
	}
	for _, arg := range o.inputFiles {
		node, path, err := in.Split("--input-file", arg)
		if err != nil {
			return nil, cmdutil.Usage(err)
		}
		if path == files.StdinPath && taken {
			return nil, cmdutil.Usage(errors.New("standard input is read twice; give the flow or the input from a file"))
		}
		data, err := readInput(ctx, o.app, path)
		if err != nil {
			return nil, err
		}
		if err := in.SetFile(node, data, path); err != nil {
			return nil, cmdutil.Usage(err)
		}
		taken = taken || path == files.StdinPath
	}
	f.media = in.Files
	if in.Files && o.semantics == browser.Name {
		return nil, cmdutil.Usage(errors.New("the browser takes files of the server only; give the image's fileIds with --set, or run with --engine standard"))
	}
	if !taken && isPiped(o.app.In) {
		if err := o.piped(ctx, in); err != nil {
			return nil, err
		}
		f.media = in.Files
	}
	return in.Values, nil
}

// piped takes standard input for the value of the only input node that none is
// given for otherwise. Nothing piped leaves the flow's own.
func (o *runOptions) piped(ctx context.Context, in *runner.Inputs) error {
	nodes := in.Nodes()
	if len(nodes) != 1 || in.Values[nodes[0].ID] != nil {
		return nil
	}
	waiting := time.AfterFunc(stdinDelay, func() {
		o.app.Note("Waiting for the value of %s on standard input; give --input, or </dev/null for none.", output.Quoted(nodes[0].ID))
	})
	data, err := readInput(ctx, o.app, files.StdinPath)
	waiting.Stop()
	if err != nil || len(data) == 0 {
		return err
	}
	err = in.SetFile(nodes[0].ID, bytes.TrimSuffix(bytes.TrimSuffix(data, []byte("\n")), []byte("\r")), "standard input")
	if err != nil {
		return cmdutil.Usage(err)
	}
	return nil
}

// readInput reads a file, or standard input with "-".
func readInput(ctx context.Context, a *cmdutil.App, path string) ([]byte, error) {
	read := func(from io.Reader) ([]byte, error) { return io.ReadAll(io.LimitReader(from, maxInput+1)) }
	var data []byte
	var err error
	if path == files.StdinPath {
		data, err = parallel.Wait(ctx, func() ([]byte, error) { return read(a.In) })
	} else {
		data, err = files.ReadNamed(ctx, path, read)
	}
	if err == nil && len(data) > maxInput {
		err = fmt.Errorf("%s is larger than %d MiB", path, maxInput>>20)
	}
	if err != nil {
		return nil, fmt.Errorf("read the input: %w", err)
	}
	return disk.TrimBOM(data), nil
}

// isPiped reports whether a stream is a pipe or a file, and not a terminal or
// /dev/null.
func isPiped(stream any) bool {
	f, ok := stream.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&fs.ModeCharDevice == 0
}
