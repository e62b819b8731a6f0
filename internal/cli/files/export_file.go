package files

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"github.com/flowctl/flowctl/internal/cli/cmdutil"
	"github.com/flowctl/flowctl/internal/digest"
	"github.com/flowctl/flowctl/internal/disk"
	"github.com/flowctl/flowctl/internal/files"
	"github.com/flowctl/flowctl/internal/output"
	"github.com/flowctl/flowctl/internal/sync"
	"github.com/flowctl/flowctl/pkg/client"
	"github.com/flowctl/flowctl/pkg/flow"
	"github.com/flowctl/flowctl/pkg/flowfile"
)

// writeFile writes the flows to one file or to stdout.
func (o *exportOptions) writeFile(ctx context.Context, t cmdutil.Target, flows iter.Seq2[flow.Flow, error], several bool) error {
	if !o.toFile || o.file == files.StdinPath {
		return o.writeOut(flows, several)
	}
	change, n := disk.Updated, 0
	var err error
	if several {
		n, err = o.writeSeveral(flows)
	} else {
		change, n, err = o.writeOne(ctx, t, flows)
	}
	switch {
	case err != nil:
		return err
	case change == disk.Unchanged:
		o.app.Note("%s is unchanged", o.file)
	default:
		o.app.Note("exported %s to %s", output.Plural(n, "flow"), o.file)
	}
	warnLarge(o.app, o.file)
	return nil
}

// writeOut writes the flows to stdout.
func (o *exportOptions) writeOut(flows iter.Seq2[flow.Flow, error], several bool) error {
	write := func(w io.Writer) error {
		_, err := o.writeFlows(w, flows, several)
		return err
	}
	if cmdutil.IsTerminal(o.app.Out) {
		return cmdutil.WriteHarmless(o.app.Out, write)
	}
	return write(o.app.Out)
}

// writeOne writes the only flow to its file, and notes it if the file is in a folder with
// a lock.
func (o *exportOptions) writeOne(ctx context.Context, t cmdutil.Target, flows iter.Seq2[flow.Flow, error]) (change disk.Change, n int, err error) {
	lock, err := cmdutil.NewFolderLocks(t).Of(o.file)
	if err != nil {
		return "", 0, err
	}
	hint := "--overwrite takes the server's"
	o.form.bases = func(string) []digest.Digest { return nil }
	if lock != nil {
		hint, o.form.bases = keptHint, lock.Bases(lock.Place)
	}
	for f, err := range flows {
		if err != nil {
			return "", n, err
		}
		at := files.PlaceAt(o.file, f.ID)
		if lock != nil && lock.IsOf(o.file, f.ID) {
			at = files.PlaceOf(o.file)
		}
		var fileID string
		if err = o.inTheWay(ctx, at, f); err == nil {
			change, fileID, err = o.form.write(ctx, at, f)
		}
		if cmdutil.IsRefused(err) {
			err = fmt.Errorf("%s: %w; %s", o.file, err, hint)
		}
		if err != nil {
			return "", n, err
		}
		n++
		if lock == nil {
			continue
		}
		if err := lock.NoteFiles(ctx, []sync.Known{{File: o.file, FileID: fileID, ID: f.ID, Digest: digest.Of(f.Spec)}}); err != nil {
			return change, n, err
		}
	}
	return change, n, nil
}

// inTheWay refuses to replace a file that is not known to be the flow's, unless it says
// the same.
func (o *exportOptions) inTheWay(ctx context.Context, at files.Place, f flow.Flow) error {
	if o.form.overwrite || at.Known() || !hasText(o.file) {
		return nil
	}
	files, err := flowfile.ReadFile(ctx, o.file)
	if err != nil {
		return fmt.Errorf("see what would be written over: %w; --overwrite replaces the file", err)
	}
	if len(files) != 1 {
		return &sync.RefusedError{Why: fmt.Sprintf("it holds %s", output.Plural(len(files), "flow"))}
	}
	v, err := o.form.judge(files[0].Spec, f, nil)
	if why := v.WhyKept(); err == nil && why != "" {
		return &sync.RefusedError{Why: why}
	}
	return err
}

// hasText reports whether there is a regular file at path that is not empty.
func hasText(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Size() > 0
}

// writeSeveral writes all flows to one file.
func (o *exportOptions) writeSeveral(flows iter.Seq2[flow.Flow, error]) (n int, err error) {
	err = disk.Replace(o.file, func(w io.Writer) (err error) {
		if o.form.overwrite || !hasText(o.file) {
			n, err = o.writeFlows(w, flows, true)
			return err
		}
		there, err := os.Open(o.file)
		if err != nil {
			return err
		}
		defer func() { _ = there.Close() }()
		c := &comparer{file: bufio.NewReader(there)}
		if n, err = o.writeFlows(io.MultiWriter(w, c), flows, true); err == nil && !c.same() {
			err = &sync.RefusedError{Why: "the file is there already and differs; --overwrite replaces it"}
		}
		return err
	})
	if failed := (*client.Error)(nil); errors.As(err, &failed) {
		return n, failed // the file has no part in it
	}
	return n, err
}

// comparer is written what a file may hold.
type comparer struct {
	file    *bufio.Reader
	differs bool
}

func (c *comparer) Write(text []byte) (int, error) {
	there := make([]byte, len(text))
	if _, err := io.ReadFull(c.file, there); err != nil || !bytes.Equal(there, text) {
		c.differs = true
	}
	return len(text), nil
}

// same reports whether the file holds what was written, and no more.
func (c *comparer) same() bool {
	_, err := c.file.ReadByte()
	return !c.differs && errors.Is(err, io.EOF)
}

// warnLarge warns of a file that was written and that nobody will read.
func warnLarge(a *cmdutil.App, path string) {
	if info, err := os.Stat(path); err == nil && info.Size() > flowfile.MaxSize {
		a.Warn("%s is larger than %d MiB, which is the most that import reads", path, flowfile.MaxSize>>20)
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
		file, err := o.form.of(f, nil)
		if err != nil {
			return n, err
		}
		if err := flowfile.Write(doc, file); err != nil {
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
