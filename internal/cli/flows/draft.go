package flows

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// draft is a flow in a temporary file that the user edits.
type draft struct {
	flow     flow.Flow
	path     string
	original []byte         // the file as it was before
	revision string         // of what it said
	known    []flow.Problem // that the flow had before
}

// newDraft writes f into a file that the user alone can read.
func newDraft(f flow.Flow) (*draft, error) {
	var text bytes.Buffer
	if err := flowfile.Write(&text, flowfile.File{Spec: f.Spec}); err != nil {
		return nil, err
	}
	tmp, err := os.CreateTemp("", "flowctl-edit-*.json") // is made with mode 0600
	if err != nil {
		return nil, fmt.Errorf("make a file to edit: %w; set TMPDIR to a folder that can be written", err)
	}
	_, err = tmp.Write(text.Bytes())
	if err = cmp.Or(err, tmp.Close()); err != nil {
		_ = os.Remove(tmp.Name())
		return nil, fmt.Errorf("write the file to edit: %w; set TMPDIR to a folder with room", err)
	}
	return &draft{
		flow:     f,
		path:     tmp.Name(),
		original: text.Bytes(),
		revision: flow.Flow{Spec: f.Spec}.Revision(),
		known:    flow.Validate(f.Spec),
	}, nil
}

func (d *draft) read() ([]byte, error) {
	text, err := os.ReadFile(d.path)
	if err != nil {
		return nil, fmt.Errorf("read what was edited: %w", err)
	}
	return text, nil
}

// without leaves out the findings that the flow had before.
func (d *draft) without(findings []files.Finding) []files.Finding {
	return slices.DeleteFunc(findings, func(f files.Finding) bool {
		return slices.ContainsFunc(d.known, func(p flow.Problem) bool {
			return p.Code == f.Code && p.Node == f.Node && p.Edge == f.Edge && p.Message == f.Message
		})
	})
}

// hasWork reports whether the file holds something that the user wrote.
func (d *draft) hasWork() bool {
	text, err := d.read()
	return err == nil && !bytes.Equal(text, d.original) && len(bytes.TrimSpace(text)) > 0
}

// remove takes the file away. It may be gone: some editors do that.
func (d *draft) remove() error {
	if err := os.Remove(d.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove the temporary file: %w", err)
	}
	return nil
}

// editor is the user's editor. Where nobody sits at a terminal there is none that
// could be guessed: vi would wait for ever.
func editor(a *cmdutil.App) (string, error) {
	line := cmp.Or(strings.TrimSpace(os.Getenv("VISUAL")), strings.TrimSpace(os.Getenv("EDITOR")))
	switch {
	case line != "":
		return line, nil
	case !a.Interactive():
		return "", cmdutil.Usage(errors.New("no terminal to edit at; set EDITOR to a program that edits without one, or use 'flowctl update'"))
	case runtime.GOOS == "windows":
		return "notepad", nil
	}
	return "vi", nil
}
