package flowfile

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// small is a file of about 5 KB.
func small() []byte {
	node := `{"id":"model_NN","type":"model","position":{"x":100,"y":200.5},"data":{"label":"A step","modelId":"llama3","prompt":"Read \"this\" with care:\n\n{{input}}","temperature":0.7}},`
	nodes := strings.Repeat(node, 5000/len(node))
	return []byte(`{"version":"1.0","flow":{"name":"Small","nodes":[` + strings.TrimSuffix(nodes, ",") + `],"edges":[],"meta":{}},"exportedAt":1697644800}`)
}

func BenchmarkRead(b *testing.B) {
	b.Run("5KB", func(b *testing.B) {
		data := small()
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := Read(bytes.NewReader(data), "-"); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("50MB", func(b *testing.B) {
		path := filepath.Join(b.TempDir(), "large.json")
		b.SetBytes(writeLarge(b, path))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := ReadFile(b.Context(), path); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkWrite(b *testing.B) {
	large := filepath.Join(b.TempDir(), "large.json")
	writeLarge(b, large)
	text, err := os.ReadFile(large)
	if err != nil {
		b.Fatal(err)
	}
	for name, data := range map[string][]byte{"5KB": small(), "50MB": text} {
		b.Run(name, func(b *testing.B) {
			files, err := Read(bytes.NewReader(data), "-")
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if err := Write(io.Discard, files[0]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
