package flow

import (
	"slices"
	"testing"
)

func TestFields(t *testing.T) {
	for _, kind := range NodeTypes() {
		if fields := kind.Fields(); !slices.Contains(fields, "label") {
			t.Errorf("the fields of %s are %q, want label among them", kind, fields)
		}
	}
	if got := Transform.Fields(); !slices.Contains(got, "config.pattern") || slices.Contains(got, "config") {
		t.Errorf("the fields of transform are %q, want those of config instead of it", got)
	}
	if got := Input.Fields(); !slices.Contains(got, "value") {
		t.Errorf("the fields of input are %q, want value among them", got)
	}
	if got := NodeType("other").Fields(); got != nil {
		t.Errorf("the fields of an unknown type are %q, want none", got)
	}
}
