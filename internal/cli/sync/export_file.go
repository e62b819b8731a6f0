package sync

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"iter"
	"os"
	"path/filepath"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/disk"
	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/limits"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/sync"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// writeFolder writes each flow to its file below a folder.
func (o *exportOptions) writeFolder(ctx context.Context, c *client.Client, dir string, flows iter.Seq2[flow.Flow, error]) error {
	p, err := o.app.Printer(o.out)
	if err != nil {
		return err
	}
	d, pulled, err := o.pull(ctx, c, dir, sync.Export{Flows: flows})
	if err != nil {
		return err
	}
	w := fileWriter{app: o.app, d: d, profile: o.app.Connected.Key(), env: o.env.Env, exports: true, left: keptHint, title: dir + ": ", again: "not all flows were exported; run it again for the rest"}
	return w.write(ctx, p, pulled)
}

// keptHint describes what to do with a file that was left alone.
const keptHint = "'flowctl pull' merges what both sides changed, and --overwrite takes the server's"

// writeOne writes the only flow to the file that is named, and notes it if the file is in a
// folder with a lock.
func (o *exportOptions) writeOne(ctx context.Context, c *client.Client, flows iter.Seq2[flow.Flow, error]) error {
	d, pulled, err := o.pull(ctx, c, o.file, sync.Export{Flows: flows})
	if err != nil {
		return err
	}
	if err := o.inTheWay(d); err != nil {
		return err
	}
	w := sync.WriteFiles(ctx, d.Dir, pulled, o.env.Env)[0]
	switch {
	case w.Refused != "" && d.Lock.Empty():
		return fmt.Errorf("%s: %w; --overwrite takes the server's", o.file, &sync.RefusedError{Why: w.Refused})
	case w.Refused != "":
		return fmt.Errorf("%s: %w; %s", o.file, &sync.RefusedError{Why: w.Refused}, keptHint)
	case w.Err != nil:
		return w.Err
	}
	if w.Change == disk.Unchanged {
		o.app.Note("%s is unchanged", o.file)
	} else {
		o.app.Note("exported 1 flow to %s", o.file)
	}
	warnLarge(o.app, o.file)
	if k, ok := w.LockEntry(); ok && !d.Lock.Empty() {
		return d.Lock.Save(ctx, o.app.Connected.Key(), []sync.LockEntry{k})
	}
	return nil
}

// inTheWay refuses to replace a file that is not a flow file of one flow.
func (o *exportOptions) inTheWay(d *sync.Folder) error {
	if o.overwrite || !hasText(o.file) || len(d.Sources) == 1 {
		return nil
	}
	if len(d.Sources) > 1 {
		return fmt.Errorf("%s: %w", o.file, &sync.RefusedError{Why: fmt.Sprintf("it holds %d flows; --overwrite replaces the file", len(d.Sources))})
	}
	return fmt.Errorf("%s is there and not a flow file; --overwrite replaces the file", o.file)
}

// hasText reports whether there is a regular file at path that is not empty.
func hasText(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Size() > 0
}

// writeSeveral writes all flows to one file or to stdout.
func (o *exportOptions) writeSeveral(ctx context.Context, c *client.Client, flows iter.Seq2[flow.Flow, error], several bool) (err error) {
	if err := o.env.Choose(o.app.Connected.Profile, filepath.Dir(o.file)); err != nil {
		return err
	}
	if err := o.env.Read(ctx, c, func(func(flow.Spec, error) bool) {}); err != nil {
		return err
	}
	n := 0
	write := func(w io.Writer) (err error) {
		n, err = o.writeFlows(w, flows, several)
		return err
	}
	switch {
	case o.toFile && o.file != files.StdinPath:
		err = disk.Replace(o.file, func(w io.Writer) error { return o.unlessOther(w, write) })
		if failed := (*client.Error)(nil); errors.As(err, &failed) {
			return failed // the file has no part in it
		}
		if err == nil {
			o.app.Note("exported %s to %s", output.Plural(n, "flow"), o.file)
			warnLarge(o.app, o.file)
		}
		return err
	case cmdutil.IsTerminal(o.app.Out):
		return cmdutil.WriteHarmless(o.app.Out, write)
	}
	return write(o.app.Out)
}

// unlessOther writes the file, unless it has other text already.
func (o *exportOptions) unlessOther(w io.Writer, write func(io.Writer) error) error {
	if o.overwrite || !hasText(o.file) {
		return write(w)
	}
	there, err := os.Open(o.file)
	if err != nil {
		return err
	}
	defer func() { _ = there.Close() }()
	var old, next maphash.Hash
	next.SetSeed(old.Seed())
	if _, err = io.Copy(&old, there); err == nil {
		err = write(io.MultiWriter(w, &next))
	}
	if err == nil && old.Sum64() != next.Sum64() {
		err = &sync.RefusedError{Why: "the file is there already and differs; --overwrite replaces it"}
	}
	return err
}

// warnLarge warns of a file that was written and that nobody will read.
func warnLarge(a *cmdutil.App, path string) {
	if info, err := os.Stat(path); err == nil && info.Size() > limits.File {
		a.Warn("%s is larger than %d MiB, which is the most that import reads", path, limits.File>>20)
	}
}

// writeFlows writes flow files: the only one as it is, several as an array. They
// are written as they come in. After an error the array stays open, so that nobody
// takes it for whole.
func (o *exportOptions) writeFlows(w io.Writer, flows iter.Seq2[flow.Flow, error], several bool) (n int, err error) {
	b := bufio.NewWriterSize(w, 1<<16)
	defer func() { err = cmp.Or(err, b.Flush()) }()
	before, after := "[\n  ", "\n]\n"
	if !several {
		before, after = "", "\n"
	}
	for f, err := range flows {
		if err != nil {
			return n, err
		}
		_, _ = b.WriteString(before) // a bufio.Writer keeps its error
		doc := &element{w: b}
		if several {
			doc.indent = "  "
		}
		file := flowfile.FromFlow(f)
		if file.Spec, err = o.env.Env.Backward(file.Spec, flow.Spec{}); err != nil {
			return n, err
		}
		if o.form.KeepState {
			file.ExportedAt = f.UpdatedAt
		}
		if err := flowfile.Write(doc, o.form.Of(file)); err != nil {
			return n, fmt.Errorf("export flow %q: %w", f.Name, err)
		}
		before = ",\n  "
		n++
	}
	if n == 0 {
		after = "[]\n"
	}
	_, err = b.WriteString(after)
	return n, err
}

// element writes a document as an element of an array: further in, and without
// the end of its last line.
type element struct {
	w      *bufio.Writer
	indent string
	ended  bool // the last line was
}

func (e *element) Write(doc []byte) (int, error) {
	for line := range bytes.Lines(doc) {
		if e.ended {
			_, _ = e.w.WriteString("\n" + e.indent)
		}
		text, ended := bytes.CutSuffix(line, []byte("\n"))
		e.ended = ended
		if _, err := e.w.Write(text); err != nil {
			return 0, err
		}
	}
	return len(doc), nil
}
