package flowfile

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flowctl/flowctl/pkg/flow"
)

// writeAll writes the files one after the other.
func writeAll(tb testing.TB, files []File) string {
	tb.Helper()
	var b bytes.Buffer
	for _, f := range files {
		if err := Write(&b, f); err != nil {
			tb.Fatal(err)
		}
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	ins, _ := filepath.Glob("testdata/v*/*.in.json")
	goldens, _ := filepath.Glob("testdata/v*/*.golden.json")
	if len(ins) == 0 || len(ins) != len(goldens) {
		t.Fatalf("%d files, %d golden ones", len(ins), len(goldens))
	}
	for _, in := range ins {
		golden := strings.TrimSuffix(in, ".in.json") + ".golden.json"
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{in, golden} {
			t.Run(filepath.Base(path), func(t *testing.T) {
				files, err := ReadFile(t.Context(), path)
				if err != nil {
					t.Fatal(err)
				}
				if got := writeAll(t, files); got != string(want) {
					t.Errorf("got\n%s\nwant\n%s", got, want)
				}
			})
		}
	}
}

const examples = "../../examples"

func TestExamples(t *testing.T) {
	paths, _ := filepath.Glob(examples + "/*.json")
	if len(paths) != 6 {
		t.Fatalf("%d examples, want 6", len(paths))
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			files, err := ReadFile(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got := writeAll(t, files); got != string(want) {
				t.Errorf("is not in canonical form, which is\n%s", got)
			}
			if len(files) != 1 || files[0].Version != "1.0" || len(files[0].Warnings) > 0 || files[0].Spec.Description == "" || string(files[0].Spec.Meta) != "{}" {
				t.Errorf("want one flow of version 1.0 with a description and empty meta")
			}
			for _, p := range flow.Validate(files[0].Spec) {
				t.Error(p)
			}
		})
	}
}
