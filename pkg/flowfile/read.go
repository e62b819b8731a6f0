package flowfile

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"regexp"
	"unicode"

	"github.com/flowctl/flowctl/internal/disk"
	"github.com/flowctl/flowctl/internal/limits"
	"github.com/flowctl/flowctl/internal/parallel"
	"github.com/flowctl/flowctl/internal/rawjson"
)

// ReadFile reads the flows of a file of at most 64 MiB; see [Read]. A file that has to be
// waited for, such as a shell's <(command), is waited for until ctx ends.
func ReadFile(ctx context.Context, path string) ([]File, error) {
	files, err := parallel.Wait(ctx, func() ([]File, error) {
		files, err := readOpened(ctx, path, disk.OpenRegular)
		if errors.Is(err, disk.ErrNotRegular) {
			return readOpened(ctx, path, os.Open)
		}
		return files, err
	})
	if err != nil && !errors.As(err, new(*Error)) {
		err = &Error{Path: path, Msg: "read the file", Err: err}
	}
	return files, err
}

func readOpened(ctx context.Context, path string, open func(string) (*os.File, error)) ([]File, error) {
	f, err := open(path)
	if err != nil {
		return nil, &Error{Path: path, Msg: "open the file", Err: disk.WithoutPath(err)}
	}
	defer func() { _ = f.Close() }()
	return readStream(ctx, f, path)
}

// Read reads all flows of a text: one flow with or without the wrapper, an array
// of them, or several of either one after the other (JSON Lines). name is its
// path, for messages. The error is an *[Error]; no flows come with it. What the
// flows hold is not judged, [flow.Validate] does that.
func Read(r io.Reader, name string) ([]File, error) {
	return readStream(context.Background(), r, name)
}

func readStream(ctx context.Context, r io.Reader, name string) ([]File, error) {
	t, err := readText(ctx, r, name)
	if err != nil {
		return nil, err
	}
	return t.flows()
}

// readText reads a text that may be JSON.
func readText(ctx context.Context, r io.Reader, name string) (*text, error) {
	data, err := disk.ReadAll(ctx, r, limits.File)
	if err != nil {
		return nil, &Error{Path: name, Msg: "read the file", Err: disk.WithoutPath(err)}
	}
	data = disk.TrimBOM(data)
	if msg := notJSON(data); msg != "" {
		return nil, &Error{Path: name, Line: 1, Col: 1, Msg: msg}
	}
	return &text{path: name, data: data}, nil
}

// notJSON returns what the text is when it is certainly not JSON in UTF-8.
func notJSON(data []byte) string {
	trimmed := bytes.TrimLeft(data, " \t\r\n")
	switch {
	case len(trimmed) == 0:
		return "the file is empty"
	case isUTF16(data):
		return "the file is encoded in UTF-16; save it as UTF-8"
	case trimmed[0] == '<' && conflictMark(data) == nil:
		return "this is HTML or XML, not JSON; was a web page saved in place of an export?"
	case looksLikeYAML(trimmed):
		return "flow files are JSON; this looks like YAML"
	}
	return ""
}

// looksLikeYAML reports whether a text begins with a document mark or a key.
func looksLikeYAML(text []byte) bool {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	line = bytes.TrimRight(line, "\r")
	key, _, found := bytes.Cut(line, []byte(":"))
	return bytes.Equal(line, []byte("---")) ||
		found && len(key) > 0 && bytes.IndexFunc(key, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) }) < 0
}

// isUTF16 knows UTF-16 by its byte order mark or by the zero byte that it has
// next to the first character.
func isUTF16(data []byte) bool {
	return bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) ||
		len(data) > 1 && (data[0] == 0) != (data[1] == 0)
}

// flows reads the flows of the text.
func (t *text) flows() ([]File, error) {
	values, err := rawjson.Values(t.data)
	if err != nil {
		return nil, t.syntaxError(0, err)
	}
	var files []File
	for _, v := range values {
		docs := []rawjson.Span{v}
		if t.data[v.Start] == '[' {
			docs = rawjson.Children(t.data[v.Start:v.End])
			for i := range docs {
				docs[i].Start += v.Start
				docs[i].End += v.Start
			}
		}
		for _, doc := range docs {
			f, err := t.file(doc)
			if err != nil {
				return nil, err
			}
			files = append(files, f)
		}
	}
	return files, nil
}

// conflictMark returns where the first line is that begins a conflict as git marks it,
// nil if none does. A line of JSON cannot begin so.
func conflictMark(data []byte) []int {
	return regexp.MustCompile(`(?m)^<{7,}(?: |\r?$)`).FindIndex(data)
}

// syntaxError places an error of package flow that counts from start.
func (t *text) syntaxError(start int, err error) error {
	var syntax *rawjson.SyntaxError
	if !errors.As(err, &syntax) {
		return &Error{Path: t.path, Msg: "read the flow", Err: err}
	}
	if mark := conflictMark(t.data); mark != nil {
		return t.errorAt(mark[0], "this is a git conflict marker; finish the merge first: choose what stays, remove the markers, and 'git add' the file")
	}
	at, msg := start+int(syntax.Offset), syntax.Msg
	if at >= len(t.data) {
		msg += "; the file seems to be cut off"
	}
	return t.errorAt(at, msg)
}
