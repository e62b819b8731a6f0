package flows

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// draft is a flow in a temporary file that the user edits.
type draft struct {
	app      *cmdutil.App
	flow     flow.Flow
	editor   string // as [editor] returns it
	path     string
	original []byte // the file as it was before
}

// newDraft writes f into a file that the user alone can read.
func newDraft(a *cmdutil.App, f flow.Flow, editor string) (*draft, error) {
	var text bytes.Buffer
	if err := flowfile.Write(&text, flowfile.File{Spec: f.Spec}); err != nil {
		return nil, err
	}
	tmp, err := os.CreateTemp("", "flowctl-edit-*.json") // is made with mode 0600
	if err != nil {
		return nil, fmt.Errorf("make a file to edit: %w; set TMPDIR to a folder that can be written", err)
	}
	d := &draft{a, f, editor, tmp.Name(), text.Bytes()}
	_, err = tmp.Write(d.original)
	if err = cmp.Or(err, tmp.Close()); err != nil {
		d.remove()
		return nil, fmt.Errorf("write the file to edit: %w; set TMPDIR to a folder with room", err)
	}
	return d, nil
}

// edit opens the file in the editor, waits until it is closed, and returns the text.
func (d *draft) edit() ([]byte, error) {
	cmd := cmdutil.UserProgram(d.editor, d.path)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = d.app.In, d.app.Out, d.app.Err
	if !cmdutil.IsTerminal(d.app.Out) {
		cmd.Stdout = d.app.Err // stdout is for the changed flow
	}
	defer d.app.Interrupts.Ignore()()
	err := cmd.Run()
	switch {
	case err == nil:
		return os.ReadFile(d.path)
	case cmd.ProcessState == nil || cmdutil.ShellFailed(err):
		return nil, fmt.Errorf("run the editor %q: %w; set EDITOR to one that is there", d.editor, err)
	}
	return nil, fmt.Errorf("nothing was changed: the editor %q failed: %w", d.editor, err)
}

// patch returns what the draft asks for, nil for no change. The faults that the flow had
// before do not matter: a draft may be incomplete.
func (d *draft) patch(ctx context.Context) (*client.Patch, error) {
	r := files.Read(ctx, d.app.In, files.Source{Path: d.path}, true)
	if err := files.OneFlow(d.path, r); err != nil {
		return nil, err
	}
	known := flow.Validate(d.flow.Spec)
	findings := slices.DeleteFunc(r.Findings, func(f files.Finding) bool {
		return slices.ContainsFunc(known, func(p flow.Problem) bool {
			return p.Code == f.Code && p.Node == f.Node && p.Edge == f.Edge && p.Message == f.Message
		})
	})
	if err := d.app.CheckFindings(d.path, findings); err != nil {
		return nil, err
	}
	spec := r.Flows[0].Spec
	if (flow.Flow{Spec: spec}).Revision() == (flow.Flow{Spec: d.flow.Spec}).Revision() {
		return nil, nil
	}
	patch := client.Replace(spec)
	if spec.Meta == nil && d.flow.Meta != nil {
		patch.Meta = []byte("{}") // what was taken out of the text shall go
	}
	stays := spec.Unknown().Getter()
	for _, m := range d.flow.Unknown() {
		if _, ok := stays(m.Key); !ok {
			patch.Unknown.Set(m.Key, []byte("null"))
		}
	}
	// A description that was not there is not removed: Open WebUI would store "" instead.
	if patch.NoDescription && client.Replace(d.flow.Spec).NoDescription {
		patch.NoDescription = false
	}
	return &patch, nil
}

// hasWork reports whether the file holds something that the user wrote.
func (d *draft) hasWork() bool {
	text, err := os.ReadFile(d.path)
	return err == nil && !bytes.Equal(text, d.original) && len(bytes.TrimSpace(text)) > 0
}

// remove removes the file. It may be gone: some editors do that.
func (d *draft) remove() {
	if err := os.Remove(d.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		d.app.Warn("remove the temporary file: %v", err)
	}
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
