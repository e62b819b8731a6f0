package lint

import (
	"testing"

	"github.com/flowctl/flowctl/pkg/flowfile"
)

// A flow of 5 KB.
func BenchmarkCheck(b *testing.B) {
	files, err := flowfile.ReadFile(b.Context(), "../../examples/iterative-refinement.json")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		Check(files[0].Spec)
	}
}
