package flowfile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"unicode"

	"github.com/flowctl/flowctl/internal/rawjson"
)

// ReadFile reads the flows of a file; see [Read]. A file may have to be waited for,
// such as a shell's <(command): no longer than ctx.
func ReadFile(ctx context.Context, path string) ([]File, error) {
	type result struct {
		files []File
		err   error
	}
	done := make(chan result, 1)
	go func() {
		files, err := readFlows(ctx, path)
		if errors.Is(err, ErrNotRegular) {
			files, err = readOpened(ctx, path, os.Open)
		}
		done <- result{files, err}
	}()
	select {
	case r := <-done:
		return r.files, r.err
	case <-ctx.Done():
		return nil, &Error{Path: path, Msg: "read the file", Err: ctx.Err()}
	}
}

// readFlows reads a regular file.
func readFlows(ctx context.Context, path string) ([]File, error) {
	return readOpened(ctx, path, OpenRegular)
}

func readOpened(ctx context.Context, path string, open func(string) (*os.File, error)) ([]File, error) {
	f, err := open(path)
	if err != nil {
		return nil, &Error{Path: path, Msg: "open the file", Err: withoutPath(err)}
	}
	defer func() { _ = f.Close() }()
	return readFrom(ctx, f, path)
}

// Read reads all flows of a text: one flow with or without the wrapper, an array
// of them, or several of either one after the other (JSON Lines). name is its
// path, for messages. The error is an *[Error]; no flows come with it. What the
// flows hold is not judged, [flow.Validate] does that.
func Read(r io.Reader, name string) ([]File, error) {
	return readFrom(context.Background(), r, name)
}

func readFrom(ctx context.Context, r io.Reader, name string) ([]File, error) {
	t, err := readText(ctx, r, name)
	if err != nil {
		return nil, err
	}
	return t.flows()
}

// readText reads a text that may be JSON.
func readText(ctx context.Context, r io.Reader, name string) (*text, error) {
	data, err := readAll(ctx, r, MaxSize)
	if err != nil {
		return nil, &Error{Path: name, Msg: "read the file", Err: withoutPath(err)}
	}
	data, marked := bytes.CutPrefix(data, []byte(byteOrderMark))
	if msg := notJSON(data); msg != "" {
		return nil, &Error{Path: name, Line: 1, Col: 1, Msg: msg}
	}
	return &text{path: name, data: data, marked: marked}, nil
}

// tooLarge is the error for a file that is larger than it may be.
func tooLarge(limit int64) error {
	switch {
	case limit == MaxSize:
		return fmt.Errorf("larger than %d MiB, the limit for flow files", MaxSize>>20)
	case limit >= 1<<20:
		return fmt.Errorf("larger than %d MiB, the limit for this file", limit>>20)
	}
	return fmt.Errorf("larger than %d KiB, the limit for this file", limit>>10)
}

// readAll reads no more than the limit, into a buffer of the right size where
// the size is known.
func readAll(ctx context.Context, r io.Reader, limit int64) ([]byte, error) {
	var buf bytes.Buffer
	if f, ok := r.(*os.File); ok {
		info, err := f.Stat()
		switch {
		case err != nil:
			return nil, err
		case info.IsDir():
			return nil, errors.New("is a directory")
		case info.Size() > limit:
			return nil, tooLarge(limit)
		}
		buf.Grow(int(info.Size()) + bytes.MinRead)
	}
	_, err := buf.ReadFrom(io.LimitReader(&contextReader{ctx, r}, limit+1))
	if err == nil && int64(buf.Len()) > limit {
		err = tooLarge(limit)
	}
	return buf.Bytes(), err
}

// contextReader stops reading when its context is done.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

const byteOrderMark = "\xef\xbb\xbf"

// TrimBOM returns text without the byte order mark that some editors of Windows
// write before UTF-8.
func TrimBOM(text []byte) []byte { return bytes.TrimPrefix(text, []byte(byteOrderMark)) }

// notJSON says what the text is when it is certainly not JSON in UTF-8.
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
// beside the first character.
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
