package output

import (
	"bytes"
	"strings"
	"testing"
)

func TestProgress(t *testing.T) {
	var buf bytes.Buffer
	p := NewProgress(&buf, "Importing", 2)
	p.Step()
	p.Step()
	if want := "\rImporting " + strings.Repeat("█", 24) + " 2/2"; !strings.HasSuffix(buf.String(), want) {
		t.Errorf("drawn %q, want %q at its end", buf.String(), want)
	}
	buf.Reset()
	p.Clear()
	if got := buf.String(); got != "\r\x1b[K" {
		t.Errorf("cleared with %q", got)
	}
	var none *Progress // off a terminal
	none.Step()
	none.Clear()
}
