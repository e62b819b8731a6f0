package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/flowctl/flowctl/internal/engine"
	"github.com/flowctl/flowctl/internal/repo"
	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// maxInput is the largest value of an input node that is read, in bytes.
const maxInput = 16 << 20

// stdinPatience is how long standard input may be silent before a word is said: a
// script may have left it open without knowing.
const stdinPatience = 2 * time.Second

// runInputs are the values given for the input nodes of a flow.
type runInputs struct {
	flow   *runFlow
	values map[string]json.RawMessage // by node id
	files  bool                       // an image was given
}

// gather reads the values that flags and standard input give. taken tells that
// standard input was the flow.
func (o *runOptions) gather(ctx context.Context, f *runFlow, taken bool) (map[string]json.RawMessage, error) {
	in := &runInputs{flow: f, values: make(map[string]json.RawMessage)}
	for _, arg := range o.inputs {
		node, text, err := in.split("--input", arg)
		if err == nil {
			err = in.text(node, []byte(text), "--input")
		}
		if err != nil {
			return nil, err
		}
	}
	for _, arg := range o.inputFiles {
		node, path, err := in.split("--input-file", arg)
		if err != nil {
			return nil, err
		}
		if path == stdinPath && taken {
			return nil, usageError{errors.New("standard input is read twice; give the flow or the input from a file")}
		}
		data, err := o.app.readInput(ctx, path)
		if err == nil {
			err = in.file(node, data, path)
		}
		if err != nil {
			return nil, err
		}
		taken = taken || path == stdinPath
	}
	f.media = in.files
	if in.files && o.reading == string(engine.Browser) {
		return nil, usageError{errors.New("the browser takes files of the server only; give the image's fileIds with --set, or run with --engine standard")}
	}
	if !taken && isPiped(o.app.in) {
		if err := in.piped(ctx, o.app); err != nil {
			return nil, err
		}
		f.media = in.files
	}
	return in.values, nil
}

// split reads [NODE=]VALUE. What stands before the first = is a node if an input
// node is called so, and a misspelt one if it looks or reads like one: no model is
// to be asked about "topc=Go". The text of an only node may else have an = in it.
func (in *runInputs) split(flag, arg string) (id, value string, err error) {
	nodes := in.nodes()
	name, value, named := strings.Cut(arg, "=")
	found := nodesCalled(nodes, name)
	switch {
	case named && len(found) == 1:
		return found[0].ID, value, nil
	case named && len(found) > 1:
		return "", "", usageError{fmt.Errorf("%s: %w", flag, sameLabel(name, found))}
	case len(nodes) == 0:
		return "", "", usageError{fmt.Errorf("%s: the flow has no input node", flag)}
	case named && in.namesNode(name) && (flag != "--input-file" || !isRegular(arg)):
		return "", "", usageError{fmt.Errorf("%s: %s", flag, in.noSuchInput(flag, name))}
	case len(nodes) == 1:
		return nodes[0].ID, arg, nil
	}
	return "", "", usageError{fmt.Errorf("%s: the flow has %d input nodes; say which as %s NODE=…, one of %s",
		flag, len(nodes), flag, quotedList(idsOf(nodes)))}
}

// namesNode tells whether a text is meant for the name of a node.
func (in *runInputs) namesNode(text string) bool {
	return looksLikeName(text) || len(nodesCalled(in.flow.spec.Nodes, text)) > 0
}

func isRegular(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// noSuchInput says that no input node is called so, and how to give a text that
// only looks like one.
func (in *runInputs) noSuchInput(flag, name string) string {
	nodes := in.nodes()
	if other := nodesCalled(in.flow.spec.Nodes, name); len(other) > 0 {
		return fmt.Sprintf("%s is no input node but of type %s, whose fields are changed with --set%s", quoted(name), quoted(string(other[0].Type)), closeNodes(name, nodes))
	}
	escape := ""
	if len(nodes) == 1 {
		escape = fmt.Sprintf("; a value that has an = in it goes as %s %s=…", flag, nodes[0].ID)
	}
	return fmt.Sprintf("the flow has no input node %s%s%s", quoted(name), escape, closeNodes(name, nodes))
}

func (in *runInputs) nodes() []flow.Node {
	var nodes []flow.Node
	for _, n := range in.flow.spec.Nodes {
		if n.Type == flow.Input {
			nodes = append(nodes, n)
		}
	}
	return nodes
}

// text gives the node a text.
func (in *runInputs) text(id string, text []byte, from string) error {
	if _, twice := in.values[id]; twice {
		return usageError{fmt.Errorf("two values are given for the input node %s", quoted(id))}
	}
	if !utf8.Valid(text) {
		return usageError{fmt.Errorf("%s: the value for the input node %s is not UTF-8 text", from, quoted(id))}
	}
	value, err := json.Marshal(string(text))
	in.values[id] = value
	return err
}

// file gives the node what a file holds: a text, or an image that models see.
func (in *runInputs) file(id string, data []byte, path string) error {
	kind, _, _ := strings.Cut(http.DetectContentType(data), ";")
	if family, _, _ := strings.Cut(kind, "/"); family != "image" && family != "video" && family != "audio" {
		return in.text(id, data, path)
	}
	if _, twice := in.values[id]; twice {
		return usageError{fmt.Errorf("two values are given for the input node %s", quoted(id))}
	}
	in.values[id], in.files = json.RawMessage(`""`), true
	list, err := json.Marshal([]string{"data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(data)})
	if err != nil {
		return err
	}
	return changeNodes(&in.flow.spec, id, []string{"fileIds"}, func(json.RawMessage) json.RawMessage { return list })
}

// piped takes standard input for the value of the only input node that none is
// given for otherwise. Nothing piped leaves the flow's own.
func (in *runInputs) piped(ctx context.Context, a *app) error {
	nodes := in.nodes()
	if len(nodes) != 1 || in.values[nodes[0].ID] != nil {
		return nil
	}
	waiting := time.AfterFunc(stdinPatience, func() {
		a.note("Waiting for the value of %s on standard input; give --input, or </dev/null for none.", quoted(nodes[0].ID))
	})
	data, err := a.readInput(ctx, stdinPath)
	waiting.Stop()
	if err != nil || len(data) == 0 {
		return err
	}
	return in.file(nodes[0].ID, bytes.TrimSuffix(bytes.TrimSuffix(data, []byte("\n")), []byte("\r")), "standard input")
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
