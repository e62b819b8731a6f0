package flow

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/flowctl/flowctl/internal/rawjson"
)

// bigFlow makes a flow of about size bytes out of models in a row, as the editor
// would have saved them.
func bigFlow(size int) []byte {
	var b bytes.Buffer
	b.WriteString(`{"name":"Big","description":"A chain of models","nodes":[{"id":"input_0","type":"input","position":{"x":0,"y":100},"data":{"label":"Question","value":"What is new?"}}`)
	n := 1
	for ; b.Len() < size*9/10; n++ {
		fmt.Fprintf(&b, `,{"id":"model_%d","type":"model","position":{"x":%d.5,"y":100},"data":{"label":"Step %d","modelId":"llama3","prompt":"You are step %d of a chain.\n\nRead what came before with care, correct what is wrong, and say it \"again\" in fewer words:\n\n{{input}}","useAdvancedSettings":true,"temperature":0.7,"max_tokens":2048},"measured":{"width":280,"height":164}}`, n, 300*n, n, n)
	}
	b.WriteString(`],"edges":[`)
	for i := 1; i < n; i++ {
		source := fmt.Sprintf("model_%d", i-1)
		if i == 1 {
			source = "input_0"
		} else {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":"e%d","source":%q,"target":"model_%d","sourceHandle":null}`, i, source, i)
	}
	b.WriteString(`],"meta":{}}`)
	return b.Bytes()
}

//nolint:gochecknoglobals // a table that is only read
var benchSizes = []struct {
	name string
	size int
}{{"5KB", 5 << 10}, {"50MB", 50 << 20}}

func BenchmarkCheck(b *testing.B) {
	benchmarkText(b, func(b *testing.B, data []byte) {
		if err := rawjson.Check(data); err != nil {
			b.Fatal(err)
		}
	})
}

func BenchmarkParseSpec(b *testing.B) {
	benchmarkText(b, func(b *testing.B, data []byte) {
		if _, err := ParseSpec(data); err != nil {
			b.Fatal(err)
		}
	})
}

func benchmarkText(b *testing.B, f func(*testing.B, []byte)) {
	for _, bm := range benchSizes {
		b.Run(bm.name, func(b *testing.B) {
			data := bigFlow(bm.size)
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				f(b, data)
			}
		})
	}
}

func BenchmarkAppendJSON(b *testing.B) {
	benchmarkSpec(b, func(_ *testing.B, s Spec, buf []byte) { s.AppendJSON(buf[:0]) })
}

func BenchmarkValidate(b *testing.B) {
	benchmarkSpec(b, func(b *testing.B, s Spec, _ []byte) {
		if p := Validate(s); len(p) > 0 {
			b.Fatal(p[0])
		}
	})
}

func benchmarkSpec(b *testing.B, f func(*testing.B, Spec, []byte)) {
	for _, bm := range benchSizes {
		b.Run(bm.name, func(b *testing.B) {
			data := bigFlow(bm.size)
			s, err := ParseSpec(data)
			if err != nil {
				b.Fatal(err)
			}
			buf := make([]byte, 0, len(data))
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				f(b, s, buf)
			}
		})
	}
}
