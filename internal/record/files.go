package record

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/rawjson"
	"github.com/flowctl/flowctl/internal/slug"
	"github.com/flowctl/flowctl/pkg/flow"
)

// File is a file that a run has made.
type File struct {
	ID   string
	Node string // the id of the node that shows it; "" for a run in the chat
}

// Files lists the files that the output nodes of a run show, each once.
func Files(e flow.Execution) []File {
	var files []File
	add := func(id, node string) {
		if id != "" && !slices.ContainsFunc(files, func(f File) bool { return f.ID == id }) {
			files = append(files, File{id, node})
		}
	}
	outputs, _ := rawjson.ParseObject(e.Outputs) // null has none
	for _, m := range outputs {
		var list []json.RawMessage
		if json.Unmarshal(m.Value, &list) != nil {
			list = []json.RawMessage{m.Value}
		}
		for _, v := range list {
			var shown struct {
				FileID string `json:"fileId"`
				URL    string // of a run in the chat (components/chat/Chat.svelte, submitFlowPrompt)
			}
			_ = json.Unmarshal(v, &shown) // anything else is not a file
			add(shown.FileID, m.Key)
			if id, ok := strings.CutPrefix(shown.URL, "/api/v1/files/"); ok && m.Key == "files" {
				add(strings.TrimSuffix(id, "/content"), "")
			}
		}
	}
	return files
}

// Opener opens a file of the server. The name is the server's, "" if it has none.
type Opener func(ctx context.Context, id string) (name, contentType string, content io.ReadCloser, err error)

// Save writes files into a folder, which is made if it is not there, and calls saved
// with the path of each. Each is named by its node and its type, or else as on the
// server; a name that is taken gets a number, so that nothing is overwritten, and
// nothing is written outside the folder. A file is there whole or not at all.
func Save(ctx context.Context, dir string, files []File, open Opener, saved func(path string)) error {
	if len(files) == 0 {
		return nil
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	for _, f := range files {
		name, err := save(ctx, root, f, open)
		if err != nil {
			return fmt.Errorf("save the file %.80q: %w", f.ID, err)
		}
		saved(filepath.Join(dir, name))
	}
	return nil
}

func save(ctx context.Context, root *os.Root, f File, open Opener) (name string, err error) {
	theirs, contentType, content, err := open(ctx, f.ID)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, content.Close()) }()
	free, taken, err := take(root, stem(f, theirs), extension(theirs, contentType))
	if err != nil {
		return "", err
	}
	part := "." + free + ".part"
	defer func() {
		if err != nil {
			_ = root.Remove(part)
			_ = root.Remove(free)
		}
	}()
	if err := taken.Close(); err != nil {
		return "", err
	}
	w, err := root.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return "", err
	}
	_, err = io.Copy(w, content)
	if err == nil {
		err = w.Sync()
	}
	if err = errors.Join(err, w.Close()); err != nil {
		return "", err
	}
	return free, root.Rename(part, free)
}

// most is how many files of one name a folder may have.
const most = 10_000

// take makes an empty file under the first name that is free.
func take(root *os.Root, stem, ext string) (name string, f *os.File, err error) {
	for i := 1; i < most; i++ {
		name = stem + ext
		if i > 1 {
			name = fmt.Sprintf("%s-%d%s", stem, i, ext)
		}
		f, err = root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			return name, f, err
		}
	}
	return "", nil, fmt.Errorf("there are %d files of this name already", most)
}

// stem is the name of a file without its extension.
func stem(f File, theirs string) string {
	if f.Node != "" {
		return slug.Of(f.Node)
	}
	return slug.Of(strings.TrimSuffix(path.Base(theirs), path.Ext(theirs)))
}

// extension is that of the server's name for a file if it is a plain one, else the
// usual one of the type.
func extension(theirs, contentType string) string {
	if ext := strings.ToLower(path.Ext(theirs)); len(ext) > 1 && len(ext) <= 6 && strings.Trim(ext[1:], "abcdefghijklmnopqrstuvwxyz0123456789") == "" {
		return ext
	}
	usual := map[string]string{
		"image/jpeg": ".jpg", "image/svg+xml": ".svg", "audio/mpeg": ".mp3", "video/quicktime": ".mov", "text/plain": ".txt",
		"text/markdown": ".md", "audio/x-wav": ".wav",
	}
	if ext, ok := usual[contentType]; ok {
		return ext
	}
	kind, sub, _ := strings.Cut(contentType, "/")
	if slices.Contains([]string{"image", "video", "audio", "application", "text"}, kind) && len(sub) <= 5 && sub != "" && strings.Trim(sub, "abcdefghijklmnopqrstuvwxyz0123456789") == "" {
		return "." + sub
	}
	return ".bin"
}
