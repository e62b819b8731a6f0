package output

import (
	"bytes"
	"testing"
)

func TestStyles(t *testing.T) {
	var w bytes.Buffer
	if got := NewStyles(&w, false).Error("error:"); got != "error:" {
		t.Errorf("without colours: %q", got)
	}
	if got, want := NewStyles(&w, true).Error("error:"), "\x1b[1;31merror:\x1b[0m"; got != want {
		t.Errorf("with colours: %q, want %q", got, want)
	}
}
