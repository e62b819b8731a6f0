package client

import (
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/flowctl/flowctl/internal/rawjson"
)

// A list that is taken element by element, in pieces of any size, is what it is
// when it is read at once; what is not a list is an error.
func FuzzElements(f *testing.F) {
	for _, text := range []string{`[]`, ` [1 ,{"a":[2]}, "\ud800" ] `, `[{"id":"1"}`, `[1]]`, `{}`, ``, `[1,]`, `[1 2]`, `nonsense`, `<html>`, `[1]x`, "[\"\xff\"]"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var got []string
		var failed error
		for raw, err := range elements(io.NopCloser(iotest.OneByteReader(strings.NewReader(text)))) {
			if failed = err; err == nil {
				got = append(got, string(rawjson.AppendCompact(nil, raw)))
			}
		}
		var list []json.RawMessage
		err := json.Unmarshal([]byte(text), &list)
		if isList := err == nil && list != nil; isList != (failed == nil) {
			t.Fatalf("%q: %v, encoding/json: %v", text, failed, err)
		}
		if failed != nil {
			return
		}
		var want []string
		for _, raw := range list {
			want = append(want, string(rawjson.AppendCompact(nil, raw)))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	})
}
