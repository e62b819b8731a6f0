package main

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

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/repo"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// maxInput is the largest value of an input node that is read, in bytes.
const maxInput = 16 << 20

// stdinPatience is how long standard input may be silent before a word is said: a
// script may have left it open without knowing.
const stdinPatience = 2 * time.Second

// gather reads the values that flags and standard input give. taken tells that
// standard input was the flow.
func (o *runOptions) gather(ctx context.Context, f *runFlow, taken bool) (map[string]json.RawMessage, error) {
	in := &runInputs{spec: &f.spec, values: make(map[string]json.RawMessage)}
	for _, arg := range o.inputs {
		node, text, err := in.split("--input", arg)
		if err == nil {
			err = in.text(node, []byte(text), "--input")
		}
		if err != nil {
			return nil, usageError{err}
		}
	}
	for _, arg := range o.inputFiles {
		node, path, err := in.split("--input-file", arg)
		if err != nil {
			return nil, usageError{err}
		}
		if path == stdinPath && taken {
			return nil, usageError{errors.New("standard input is read twice; give the flow or the input from a file")}
		}
		data, err := o.app.readInput(ctx, path)
		if err != nil {
			return nil, err
		}
		if err := in.file(node, data, path); err != nil {
			return nil, usageError{err}
		}
		taken = taken || path == stdinPath
	}
	f.media = in.files
	if in.files && o.reading == string(engine.Browser) {
		return nil, usageError{errors.New("the browser takes files of the server only; give the image's fileIds with --set, or run with --engine standard")}
	}
	if !taken && isPiped(o.app.in) {
		if err := o.piped(ctx, in); err != nil {
			return nil, err
		}
		f.media = in.files
	}
	return in.values, nil
}

// piped takes standard input for the value of the only input node that none is
// given for otherwise. Nothing piped leaves the flow's own.
func (o *runOptions) piped(ctx context.Context, in *runInputs) error {
	nodes := in.nodes()
	if len(nodes) != 1 || in.values[nodes[0].ID] != nil {
		return nil
	}
	waiting := time.AfterFunc(stdinPatience, func() {
		o.app.note("Waiting for the value of %s on standard input; give --input, or </dev/null for none.", quoted(nodes[0].ID))
	})
	data, err := o.app.readInput(ctx, stdinPath)
	waiting.Stop()
	if err != nil || len(data) == 0 {
		return err
	}
	err = in.file(nodes[0].ID, bytes.TrimSuffix(bytes.TrimSuffix(data, []byte("\n")), []byte("\r")), "standard input")
	if err != nil {
		return usageError{err}
	}
	return nil
}

// readInput reads a file, or standard input with "-".
func (a *app) readInput(ctx context.Context, path string) ([]byte, error) {
	read := func(from io.Reader) ([]byte, error) { return io.ReadAll(io.LimitReader(from, maxInput+1)) }
	var data []byte
	var err error
	if path == stdinPath {
		data, err = waitFor(ctx, func() ([]byte, error) { return read(a.in) })
	} else {
		data, err = readNamed(ctx, path, read)
	}
	if err == nil && len(data) > maxInput {
		err = fmt.Errorf("%s is larger than %d MiB", path, maxInput>>20)
	}
	if err != nil {
		return nil, fmt.Errorf("read the input: %w", err)
	}
	return flowfile.TrimBOM(data), nil
}

// readNamed reads a file that somebody named, no longer than ctx: they may mean a pipe.
func readNamed(ctx context.Context, path string, read func(io.Reader) ([]byte, error)) ([]byte, error) {
	if err := repo.CheckNamed(path); err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return waitFor(ctx, func() ([]byte, error) {
		f, err := os.Open(path) //nolint:gosec // see CheckNamed
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }() // it was only read
		return read(f)
	})
}

// isPiped tells whether a stream is a pipe or a file, and not a terminal or
// /dev/null.
func isPiped(stream any) bool {
	f, ok := stream.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&fs.ModeCharDevice == 0
}
