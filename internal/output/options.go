// Package output prints what commands found: as a table for people, as JSON,
// JSON lines or YAML for programs, as bare references for xargs, or through a jq
// program or a Go template. It alone decides how text from a server or a file
// reaches a terminal.
package output

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/template"
	"time"

	"github.com/itchyny/gojq"
)

// Format is a value of --output.
type Format = string

// The formats. Table is the default.
const (
	Table Format = "text"
	Wide  Format = "wide"  // text with every column
	JSON  Format = "json"  // the wire type, indented; lists are arrays
	JSONL Format = "jsonl" // one compact value a line
	YAML  Format = "yaml"
	Name  Format = "name" // one reference a line
)

// Formats lists all of them in the order of the help text.
func Formats() []Format { return []Format{Table, Wide, JSON, JSONL, YAML, Name} }

// Options specifies how to print.
type Options struct {
	Format   Format // "" is Table
	JQ       string // a jq program that the JSON goes through
	Template string // a Go template that the JSON goes through
	Color    bool
	Terminal bool             // the writer is a terminal: no text reaches it raw, JSON included
	Width    int              // columns of the terminal; 0 when there is none: nothing is cut
	Now      func() time.Time // what relative times are relative to; nil: times are absolute
}

// Printer prints values in one format.
type Printer struct {
	w        io.Writer
	opts     Options
	jq       *gojq.Code         // nil without Options.JQ
	template *template.Template // nil without Options.Template
}

// New returns a printer that writes to w. The error names the option that cannot
// be used; a jq program or a template that does not parse is found here, before
// a command does anything.
func New(w io.Writer, opts Options) (*Printer, error) {
	switch {
	case opts.JQ != "" && opts.Template != "":
		return nil, errors.New("--jq and --template exclude each other; give one of them")
	case (opts.JQ != "" || opts.Template != "") && opts.Format != "" && opts.Format != JSON:
		return nil, fmt.Errorf("--jq and --template read the JSON; they cannot go with --output %s", opts.Format)
	case opts.Format == "":
		opts.Format = Table
	case !slices.Contains(Formats(), opts.Format):
		return nil, fmt.Errorf("unknown output format %q; use one of %s", opts.Format, strings.Join(Formats(), ", "))
	}
	p := &Printer{w: w, opts: opts}
	var err error
	switch {
	case opts.JQ != "":
		p.jq, err = compileJQ(opts.JQ)
	case opts.Template != "":
		p.template, err = parseTemplate(opts.Template)
	}
	return p, err
}

// ForPeople reports whether the printer writes tables, and not something that a
// program reads.
func (p *Printer) ForPeople() bool {
	return (p.opts.Format == Table || p.opts.Format == Wide) && !p.filtered()
}

// filtered reports whether the JSON goes through a program of the user's.
func (p *Printer) filtered() bool { return p.jq != nil || p.template != nil }

// Wide reports whether every column is wanted, so that what fills them is worth
// fetching.
func (p *Printer) Wide() bool { return p.opts.Format == Wide }
